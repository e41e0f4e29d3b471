"""What an eSputnik request carries: an API key, and a body that is JSON and holds to a schema; or why it is refused."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape, Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.json_text import pointer, position, tokens_of, value_at
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.esputnik.comparing import meant, says
from mockservers.vendors.esputnik.scalars import Typed, places_of, taken, typed

_LISTS = {
    "ordersBulkInsert": "orders",
    "sendHistoryEvents": "events",
    "sendHistoryEventsV2": "events",
    "contactsBulkUpdate": "contacts",
}
"""The key of the list that a body of an operation is about; the body of any other is one item."""


def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The API key: the password of HTTP Basic, whatever the user name."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(given.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return {"api_key": password} if colon and password else None


def refused(
    draft: Draft,
    call: Call,
    name: str,
    rule_id: str,
    at: str = "",
    *,
    reply: Mapping[str, Any] | None = None,
    **values: Any,
) -> Decision:
    """The whole request is refused, with every item in it that can be counted.

    `values` fill the rule's `why`, and `reply` (the same by default) the vendor's answer.
    """
    draft.outcome("refused", rule_id, count=items_in(call), at=at, **values)
    return draft.decision(draft.contract.refusal(name, **(reply or values)))


def items_in(call: Call) -> int:
    """How many items a refused body has: the elements of its list, or itself. One that cannot be read is one item."""
    if not isinstance(call.body, Json):
        return 1
    value, name = call.body.value, _LISTS.get(call.operation, "")
    listed = value.get(name) if isinstance(value, dict) else None
    return len(listed) or 1 if isinstance(listed, list) else 1


def unusable(draft: Draft, call: Call, schema: str) -> Decision | None:
    """The refusal of a body that is of another type, no JSON, or against a schema of the contract; None for others."""
    return (
        _of_another_type(draft, call)
        or _no_json(draft, call)
        or _ill_formed(draft, call, schema)
        or _half_character(draft, call)
        or _of_another_charset(draft, call)
    )


def _of_another_type(draft: Draft, call: Call) -> Decision | None:
    if call.content_type == draft.value("esputnik.request.media-type", "type"):
        return None
    if call.content_type:
        given = call.content_type
        return refused(draft, call, "unsupported-media-type", "esputnik.request.media-type", given=given)
    if draft.reading("esputnik.request.no-media-type") == "refuse":
        return refused(draft, call, "unsupported-media-type", "esputnik.request.no-media-type")
    return None


def _no_json(draft: Draft, call: Call) -> Decision | None:
    if isinstance(call.body, Json):
        return None
    problem = call.body.reason if isinstance(call.body, Unreadable) else "it is a file"
    return refused(draft, call, "not-json", "esputnik.request.json", problem=problem)


def _of_another_charset(draft: Draft, call: Call) -> Decision | None:
    given = call.other_charset
    if given and draft.reading("esputnik.request.charset") == "refuse":
        return refused(draft, call, "unsupported-media-type", "esputnik.request.charset", given=given)
    return None


def _half_character(draft: Draft, call: Call) -> Decision | None:
    if has_surrogate(call.json) and draft.reading("esputnik.request.half-character") == "refuse":
        return refused(draft, call, "not-json", "esputnik.request.half-character")
    return None


def _ill_formed(draft: Draft, call: Call, schema: str) -> Decision | None:
    """The refusal of a body that its schema does not accept, by the rule that covers what is wrong.

    Rules: `esputnik.event.type-key`, `esputnik.event.key-value`, `esputnik.event.params-shape`,
    `esputnik.orders.limit`, `esputnik.contacts.limit`, `esputnik.past-events.limit`.
    """
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    if validator.valid(call.json) or _is_taken(draft, typed(draft.contract, schema, call.json), schema):
        return None
    violation = validator.violations(call.json)[0]
    rule_id = draft.contract.ground_rule(violation) or "esputnik.request.schema"
    refusals = draft.contract.refusals.values()
    name = next((spec.name for spec in refusals if spec.rule == rule_id), "bad-request")
    values = {
        "field": violation.field or "the body",
        "problem": problem_of(violation),
        "limit": violation.expected,
        "given": len(violation.value) if isinstance(violation.value, list) else 1,
    }
    reply = {"message": text_of(draft, violation), "limit": violation.expected}
    return refused(draft, call, name, rule_id, violation.pointer, reply=reply, **values)


def _is_taken(draft: Draft, found: Typed, schema: str) -> bool:
    """Whether a body is right once its scalars have the types of its schema, and those are taken."""
    right = found.places and draft.contract.validator(f"#/components/schemas/{schema}").valid(found.value)
    return bool(right) and taken(draft, at=places_of(found))


def content_of(draft: Draft, call: Call, schema: str) -> Any:
    """The value of a body that is not refused, its scalars in the types of its schema."""
    if draft.contract.validator(f"#/components/schemas/{schema}").valid(call.json):
        return call.json
    return typed(draft.contract, schema, call.json).value


def problem_of(violation: Violation) -> str:
    """What is wrong with a value, for a finding."""
    say = _PROBLEMS.get(violation.keyword)
    return say(violation.expected) if say else f"breaks {violation.keyword}"


def what_of(violation: Violation, whole: str) -> str:
    """Which field has what problem, alike for every element of a list."""
    field = ".".join("[]" if isinstance(token, int) else token for token in violation.at)
    return f"{field or whole} {problem_of(violation)}"


def _none_of(branches: list[dict[str, Any]]) -> str:
    """The problem of a value that is none of several: it lacks what one of them requires, or it has another type."""
    names = [name for branch in branches for name in branch.get("required", ())]
    if names:
        return f"names none of {', '.join(names)}"
    return _of_no_type([branch["type"] for branch in branches if "type" in branch])


def _of_no_type(types: str | list[str]) -> str:
    return f"is not of the type {' or '.join(types) if isinstance(types, list) else types}"


_PROBLEMS: dict[str, Callable[[Any], str]] = {
    "required": lambda _: "is missing",
    "anyOf": _none_of,
    "enum": lambda choices: f"is none of {', '.join(map(str, choices))}",
    "type": _of_no_type,
    "format": lambda name: f"is not of the format {name}",
    "maxItems": lambda most: f"has more than {most} elements",
    "maxLength": lambda most: f"is longer than {most} characters",
}


def text_of(draft: Draft, violation: Violation) -> str:
    """What the vendor says of it."""
    if not violation.field:
        return draft.contract.message("body")
    return draft.contract.message("missing" if violation.keyword == "required" else "wrong", field=violation.field)


# -- what is passed over ----------------------------------------------------------------------------------------------


def note_repeated_keys(draft: Draft, call: Call) -> None:
    """Note on each key that stands twice in an object of the body."""
    for at, lost in call.body.duplicates if isinstance(call.body, Json) else ():
        tokens = tokens_of(at)
        of_list = _LISTS.get(call.operation)
        item = 0 if of_list is None else position(tokens[1]) if len(tokens) > 1 and tokens[0] == of_list else None
        note_repeated_key(draft, at, call.json, (at, lost), item)


def note_repeated_key(draft: Draft, place: str, value: Any, repeated: tuple[str, Any], item: int | None) -> None:
    """Note on a key that stands twice in a JSON text: `repeated` is (where in its value, what stood there first)."""
    at, lost = repeated
    *above, key = tokens_of(at)
    found = value_at(value, pointer(*above))
    within = found if isinstance(found, dict) else {}
    name = meant(key, within)
    differs = not says(draft, {name: within.get(key)}, {name: lost})
    draft.note("ignored", "esputnik.request.repeated-key", item=item, at=place, differs=differs, key=key)


def note_unknown_keys(
    draft: Draft,
    schema: str,
    value: Mapping[str, Any],
    item: int | None = 0,
    base: tuple[str | int, ...] = (),
    *,
    rule_id: str = "esputnik.request.unknown-key",
    held: Mapping[str, Any] | None = None,
) -> None:
    """Note on each key of a value that its schema does not know. What is `held` all the same is no loss."""
    for at, unknown in draft.contract.validator(f"#/components/schemas/{schema}").unknown(value):
        own = held if held and len(at) == 1 else {}
        differs = not says(draft, own, {str(at[-1]): unknown})
        draft.note("ignored", rule_id, item=item, at=pointer(*base, *at), differs=differs, key=str(at[-1]))


def note_unknown_beside(draft: Draft, call: Call, schema: str) -> None:
    """Note on each unknown key beside the list that a body is about."""
    listed = _LISTS[call.operation]
    note_unknown_keys(draft, schema, {key: value for key, value in call.json.items() if key != listed}, None)


def known(draft: Draft, schema: str, value: Any) -> Any:
    """A value without the keys that its schema does not know, at any level."""
    return _known(draft.contract.validator(f"#/components/schemas/{schema}").shape, value)


def _known(shape: Shape, value: Any) -> Any:
    if isinstance(value, dict) and not shape.free:
        inner = shape.properties
        return {key: _known(inner[key], item) for key, item in value.items() if key in inner}
    if isinstance(value, list) and shape.items is not None:
        return [_known(shape.items, item) for item in value]
    return value
