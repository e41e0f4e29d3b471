"""The reply to a call with an unknown credential."""

from __future__ import annotations

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.esputnik.replies import refuse
from mockservers.vendors.esputnik.state import draft_on


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call with an unknown API key.

    Rules: `esputnik.request.other-refusals`, `esputnik.rate.per-second`.
    """
    return refuse(draft_on(view), call, "unauthorized", "esputnik.auth.basic")
