"""The answer to calls whose token no tenant has."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.json_text import tokens_of
from mockservers.vendors.zangsho.batches import sent_items
from mockservers.vendors.zangsho.holding import COLLECTIONS

_READING = ("list", "get")
_IMPORTING = "import"


def unauthenticated(call: Call, view: View) -> Decision:
    """A call whose token no tenant has. What else never comes to a decision is refused at the door, by these rules.

    Rules: `zangsho.request.routes`, `zangsho.request.rate`, `zangsho.request.too-large`, `zangsho.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    if call.operation.startswith(_IMPORTING):
        name, *_ = tokens_of(view.contract.operations[call.operation].items)
        count = sent_items(call, name)
    else:
        count = 0 if call.operation.startswith(_READING) else 1
    if count:
        draft.outcome("refused", "zangsho.auth.token", count=count)
    else:
        draft.note("noted", "zangsho.auth.token")
    return draft.decision(view.contract.refusal("unauthorized"))
