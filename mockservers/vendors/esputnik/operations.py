"""The account's own operations, and the answer to calls whose API key no tenant has."""

from __future__ import annotations

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.esputnik.holdings import draft_on
from mockservers.vendors.esputnik.parsing import refused


def fixed(call: Call, view: View) -> Decision:
    """What the contract shows: the account, the version.

    Rule: `esputnik.account.fixed`.
    """
    draft = draft_on(view)
    return draft.decision(draft.contract.success(call.operation))


def unauthenticated(call: Call, view: View) -> Decision:
    """A call whose API key no tenant has.

    Rules: `esputnik.request.other-refusals`, `esputnik.rate.per-second`.
    """
    return refused(draft_on(view), call, "unauthorized", "esputnik.auth.basic")
