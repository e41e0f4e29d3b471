"""The reply to a call with an unknown credential."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.zangsho.requests import item_count
from mockservers.vendors.zangsho.state import COLLECTIONS


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call with an unknown token.

    Other requests are refused before any decision, by the rules `zangsho.request.routes`, `zangsho.request.rate`,
    `zangsho.request.too-large` and `zangsho.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    items = item_count(call, view.contract)
    if items:
        draft.outcome("refused", "zangsho.auth.token", count=items)
    else:
        draft.note("noted", "zangsho.auth.token")
    return draft.decision(view.contract.refusal("unauthorized"))
