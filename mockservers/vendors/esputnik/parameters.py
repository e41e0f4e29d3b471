"""Calls with a parameter that its schema does not accept: 404 for one of the path, 400 for the others."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.core.contract.parameters import WrongParameter, query_parameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.esputnik.body_items import item_count
from mockservers.vendors.esputnik.state import draft_on

_TOO_MANY_ROWS = "esputnik.contacts.too-many-rows"
_DIGITS = 10
"""The number of digits from which a query parameter is not a number."""


def refuse_parameters(call: Call, view: View, wrong: Sequence[WrongParameter]) -> Decision | None:
    """Refuse a call; None if a reading accepts the only wrong parameter.

    Rules: `esputnik.contact.not-found`, `esputnik.contacts.session`, `esputnik.contacts.too-many-rows`.
    """
    draft = draft_on(view)
    refusals = [each for each in wrong if not _is_capped(draft, call, each)]
    if not refusals:
        return None
    first = refusals[0]
    items = item_count(call) if "requestBody" in draft.contract.operations[call.operation].spec else 0
    if items:
        rule_id = "esputnik.contact.not-found" if first.place == "path" else "esputnik.request.schema"
        problem = "is missing" if first.problem == "missing" else "is incorrect"
        draft.outcome("refused", rule_id, count=items, id=first.text, field=first.name, problem=problem)
    if first.place == "path":
        name = "import-not-found" if first.name == "sessionId" else "contact-not-found"
        return draft.decision(draft.contract.refusal(name, field=first.name, id=first.text))
    message = draft.contract.message(first.problem, field=first.name)
    return draft.decision(draft.contract.refusal("bad-request", message=message))


def _is_capped(draft: Draft, call: Call, wrong: WrongParameter) -> bool:
    """Whether a number is above the maximum of its parameter, and a reading caps it."""
    text = wrong.text
    if wrong.place != "query" or not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
        return False
    most = query_parameter(draft.contract, call.operation, wrong.name).schema.get("maximum")
    return most is not None and int(text) > most and draft.view.form(_TOO_MANY_ROWS) == "cap"
