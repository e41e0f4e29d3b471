"""Parse a request body once: valid JSON by a schema of the contract, with scalars in the schema's types."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import Value
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.esputnik.replies import refuse
from mockservers.vendors.esputnik.scalars import Converted, accept_other_types, convert_scalars, pointers_of
from mockservers.vendors.esputnik.violations import problem_of, vendor_message


class Body(Value):
    """A valid body: `sent` is unchanged, `content` has each scalar in the schema's type."""

    sent: Any
    content: Any


def read_body(draft: Draft, call: Call, schema: str) -> Body | Decision:
    """The body of a call, or its refusal if it has another media type, is not JSON, or is invalid."""
    refusal = _refuse_media_type(draft, call) or _refuse_charset(draft, call) or _refuse_unreadable(draft, call)
    if refusal:
        return refusal
    converted = _convert(draft, call, schema)
    refusal = _refuse_ill_formed(draft, call, schema, converted) or _refuse_half_character(draft, call)
    return refusal or Body(call.json, converted.value)


def _refuse_media_type(draft: Draft, call: Call) -> Decision | None:
    if call.content_type == draft.value("esputnik.request.media-type", "type"):
        return None
    if call.content_type:
        rule_id = "esputnik.request.media-type"
        return refuse(draft, call, "unsupported-media-type", rule_id, given=call.content_type)
    if draft.reading("esputnik.request.no-media-type") == "refuse":
        return refuse(draft, call, "unsupported-media-type", "esputnik.request.no-media-type")
    return None


def _refuse_unreadable(draft: Draft, call: Call) -> Decision | None:
    if isinstance(call.body, Json):
        return None
    problem = call.body.reason if isinstance(call.body, Unreadable) else "it is a file"
    return refuse(draft, call, "not-json", "esputnik.request.json", problem=problem)


def _refuse_charset(draft: Draft, call: Call) -> Decision | None:
    charset = call.other_charset
    if charset and draft.reading("esputnik.request.charset") == "refuse":
        return refuse(draft, call, "unsupported-media-type", "esputnik.request.charset", given=charset)
    return None


def _refuse_half_character(draft: Draft, call: Call) -> Decision | None:
    if has_surrogate(call.json) and draft.reading("esputnik.request.half-character") == "refuse":
        return refuse(draft, call, "not-json", "esputnik.request.half-character")
    return None


def _convert(draft: Draft, call: Call, schema: str) -> Converted:
    """The value of a body in the types of its schema; a valid one is not copied."""
    if draft.contract.validator(f"#/components/schemas/{schema}").valid(call.json):
        return Converted(call.json)
    return convert_scalars(draft.contract, schema, call.json)


def _refuse_ill_formed(draft: Draft, call: Call, schema: str, converted: Converted) -> Decision | None:
    """The refusal of a body that its schema does not accept, by the rule that covers its first violation.

    Rules: `esputnik.event.type-key`, `esputnik.event.key-value`, `esputnik.event.params-shape`,
    `esputnik.orders.limit`, `esputnik.contacts.limit`, `esputnik.past-events.limit`.
    """
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    if validator.valid(call.json) or _is_accepted(draft, schema, converted):
        return None
    violation = validator.violations(call.json)[0]
    rule_id = draft.contract.ground_rule(violation) or "esputnik.request.schema"
    refusals = draft.contract.refusals.values()
    name = next((refusal.name for refusal in refusals if refusal.rule == rule_id), "bad-request")
    values = {
        "field": violation.field or "the body",
        "problem": problem_of(violation),
        "limit": violation.expected,
        "given": len(violation.value) if isinstance(violation.value, list) else 1,
    }
    reply = {"message": vendor_message(draft, violation), "limit": violation.expected}
    return refuse(draft, call, name, rule_id, violation.pointer, reply=reply, **values)


def _is_accepted(draft: Draft, schema: str, converted: Converted) -> bool:
    """Whether a body is valid once its scalars are converted, and the vendor converts them."""
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    is_valid = bool(converted.places) and validator.valid(converted.value)
    return is_valid and accept_other_types(draft, at=pointers_of(converted))
