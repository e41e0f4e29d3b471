"""Rules for every vendor: no query parameter vanishes unreported, and an error refuses at least one item."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.parameters import parameters
from mockservers.core.exchange.call import Call, Unreadable
from mockservers.core.exchange.decision import Decision, Note, Outcome
from mockservers.core.value import replace
from mockservers.core.values.json_text import DEEPEST

UNKNOWN_PARAMETER = "mockservers.request.unknown-parameter"
REPEATED_PARAMETER = "mockservers.request.repeated-parameter"
REFUSED_WHOLE = "mockservers.request.refused-whole"
TOO_DEEP = "mockservers.request.too-deep"


def ignored_parameters(call: Call, operation: Operation, contract: Contract) -> list[Note]:
    """Return notes on unread query parameters: those that the contract does not declare, and repeated ones."""
    if not call.query:
        return []
    known = declared_parameters(contract, operation.id)
    later = [pair for pair in call.repeated if pair[0] in known and pair[1] != call.query[pair[0]]]
    unknown = [pair for pair in (*call.query.items(), *call.repeated) if pair[0] not in known]
    return [
        *(_ignored(UNKNOWN_PARAMETER, operation, name, value) for name, value in unknown),
        *(_ignored(REPEATED_PARAMETER, operation, name, value, held=call.query[name]) for name, value in later),
    ]


def depth_notes(call: Call) -> list[Note]:
    """Return a note on a body with too much nesting, which vendors refuse as invalid JSON."""
    is_too_deep = isinstance(call.body, Unreadable) and call.body.kind == "too-deep"
    return [Note("noted", TOO_DEEP, at=("",), values={"levels": DEEPEST})] if is_too_deep else []


def refused_unstored(contract: Contract, refusal: str) -> Decision:
    """Refuse a call whose body could not be stored, with the refusal of that name."""
    return Decision(contract.refusal(refusal), notes=(Note("noted", contract.refusals[refusal].rule),))


def _ignored(rule_id: str, operation: Operation, name: str, value: str, **held: str) -> Note:
    """Return the note on an unread parameter. It is a loss if the call sends items."""
    kind: Literal["ignored", "noted"] = "ignored" if carries_items(operation) else "noted"
    values = {"given": value, **held}
    return Note(kind, rule_id, at=(f"?{name}",), differs=bool(value), key=name, values=values)


def with_refused_item(decision: Decision, operation: Operation) -> Decision:
    """Make an error, or a missing reply, refuse at least one item if items are sent. An unreadable body is one item."""
    reply = decision.reply
    is_error = reply is None or reply.status >= 400
    if not is_error or not carries_items(operation) or any(not outcome.of for outcome in decision.outcomes):
        return decision
    ground = next((note for note in decision.notes if note.kind == "noted"), None)
    notes = tuple(note for note in decision.notes if note is not ground)
    body = () if operation.upload else ("",)  # the root of a JSON document
    if ground is None:
        refused = Outcome("refused", (reply.rule if reply else "") or REFUSED_WHOLE, at=body)
    else:
        refused = Outcome("refused", ground.rule, at=ground.at or body, key=ground.key, values=ground.values)
    return replace(decision, outcomes=(*decision.outcomes, refused), notes=notes)


def carries_items(operation: Operation) -> bool:
    """Whether a call of the operation sends items."""
    return "requestBody" in operation.spec


@lru_cache(maxsize=256)
def declared_parameters(contract: Contract, operation: str) -> frozenset[str]:
    """Return the names of the query parameters that the contract declares, including credentials."""
    schemes: Mapping[str, Any] = contract.openapi.get("components", {}).get("securitySchemes", {})
    named = {each.spec["name"] for each in parameters(contract, operation) if each.spec["in"] == "query"}
    keys = {each["name"] for each in schemes.values() if each.get("type") == "apiKey" and each.get("in") == "query"}
    return frozenset(named | keys)
