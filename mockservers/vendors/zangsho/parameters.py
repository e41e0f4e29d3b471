"""Calls with a parameter that its schema does not accept: 404 for one of the path, 422 for the others."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.core.contract.parameters import WrongParameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.zangsho.problems import problem
from mockservers.vendors.zangsho.replies import validation_error
from mockservers.vendors.zangsho.requests import item_count
from mockservers.vendors.zangsho.state import COLLECTIONS

_MESSAGES = {"missing": "required", "wrong": "invalid"}


def refuse_parameters(call: Call, view: View, wrong: Sequence[WrongParameter]) -> Decision:
    """Refuse a call. Rules: `zangsho.list.one-record`, `zangsho.request.validation-error`."""
    draft, contract = Draft(view, COLLECTIONS), view.contract
    in_path = next((each for each in wrong if each.place == "path"), None)
    rule_id = "zangsho.list.one-record" if in_path else "zangsho.request.validation-error"
    items = item_count(call, contract)
    if items:
        draft.outcome("refused", rule_id, count=items, given=(in_path or wrong[0]).text)
    if in_path:
        return draft.decision(contract.refusal("not-found"))
    problems = [problem(contract, _MESSAGES[each.problem], rule_id, each.name) for each in wrong]
    return draft.decision(validation_error(contract, problems))
