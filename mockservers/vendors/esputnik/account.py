"""The account and the version of the API."""

from __future__ import annotations

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.esputnik.state import draft_on


def get_fixed_answer(call: Call, view: View) -> Decision:
    """Answer with the contract's example.

    Rule: `esputnik.account.fixed`.
    """
    draft = draft_on(view)
    return draft.decision(draft.contract.success(call.operation))
