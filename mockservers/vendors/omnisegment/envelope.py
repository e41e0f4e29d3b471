"""Check the envelope of an import before its data: required keys, unknown and repeated keys, the type of the data."""

from __future__ import annotations

from mockservers.core.contract.violation_words import type_of
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.json_text import escape
from mockservers.core.values.plurals import counted
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.omnisegment.modes import asks_for_background, in_background, refuse_other_mode
from mockservers.vendors.omnisegment.pruning import is_empty
from mockservers.vendors.omnisegment.repeated_keys import note_repeated_keys, repeated_keys
from mockservers.vendors.omnisegment.replies import refuse, reply_success
from mockservers.vendors.omnisegment.requests import ImportRequest, item_count, unreadable_reason

_ORDER_IMPORTS = ("importPurchaseData", "batchImportPurchaseData")


HALF_CHARACTER = "omnisegment.request.half-character"


def refuses_half_character(draft: Draft, call: Call) -> bool:
    """Whether a text of the body has a lone surrogate, and a reading refuses that."""
    return has_surrogate(call.json) and draft.reading(HALF_CHARACTER) == "refuse"


def refuse_envelope(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a request with an invalid envelope; None if its data can be processed."""
    return (
        refuse_incomplete(draft, request)
        or _refuse_unknown_keys(draft, request)
        or _refuse_content_type(draft, request)
        or refuse_other_mode(draft, request)
        or _refuse_data(draft, request)
    )


def refuse_incomplete(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a body that is unreadable, or lacks keys of its envelope."""
    call, envelope = request.call, request.envelope
    reason = unreadable_reason(call)
    if reason:
        return refuse(draft, call, envelope.missing, "omnisegment.request.unreadable", problem=reason)
    if refuses_half_character(draft, call):
        return refuse(draft, call, envelope.missing, HALF_CHARACTER)
    missing = request.missing_keys(draft.contract)
    if not missing:
        return None
    return refuse(draft, call, envelope.missing, envelope.rule, missing=", ".join(missing))


# -- keys -----------------------------------------------------------------------------------------------------------


def _refuse_unknown_keys(draft: Draft, request: ImportRequest) -> Decision | None:
    """Note repeated keys, and unknown keys outside `data`; or refuse the request for the latter.

    Those in data that is processed after the answer are noted during processing.
    """
    later = in_background(draft, request)
    repeated = repeated_keys(draft, request.call, request.envelope.reference)
    note_repeated_keys(draft, [each for each in repeated if each.item is None or not later])
    shape = draft.contract.validator(request.envelope.reference).shape
    if request.body.keys() <= shape.properties.keys():
        return None
    unknown = [name for name in request.body if name not in shape.properties]
    for name in unknown:
        _note_ignored_key(draft, request, name)
    unknown = [name for name in unknown if not _says_nothing(draft, request, name)]
    if "is_anonymous" in unknown and _knows_anonymous_orders(draft, request):
        unknown.remove("is_anonymous")
    rule_id = "omnisegment.request.unknown-key"
    if not unknown or (not shape.closed and draft.reading(rule_id) == "ignore"):
        return None
    name = unknown[0]
    text, place = draft.contract.message("unknown-field", field=name), f"/{escape(name)}"
    return refuse(draft, request.call, request.envelope.refusal, rule_id, place, text, field=name)


def _note_ignored_key(draft: Draft, request: ImportRequest, name: str) -> None:
    if name == "is_anonymous" and is_anonymous(draft, request):
        return
    rule_id = "omnisegment.request.unknown-key"
    if name == "is_anonymous" and request.operation in _ORDER_IMPORTS:
        rule_id = "omnisegment.member.anonymous"
    differs = not _says_nothing(draft, request, name)
    draft.note("ignored", rule_id, at=f"/{escape(name)}", key=name, differs=differs, field=name)


def _says_nothing(draft: Draft, request: ImportRequest, name: str) -> bool:
    """Whether an unknown key is empty, or asks only for what the vendor does anyway."""
    if is_empty(request.body[name]):
        return True
    if name == "debug_mode":
        return request.operation == "batchImportPurchaseData" and asks_for_background(draft, request)
    if name != "is_anonymous" or request.operation not in _ORDER_IMPORTS:
        return False
    return request.body[name] is False or is_anonymous(draft, request)


def _knows_anonymous_orders(draft: Draft, request: ImportRequest) -> bool:
    """Whether the vendor knows the key `is_anonymous`."""
    return request.operation in _ORDER_IMPORTS and draft.reading("omnisegment.member.anonymous") == "anonymous-order"


def is_anonymous(draft: Draft, request: ImportRequest) -> bool:
    """Whether the request says that its orders have no member, and a reading accepts that."""
    flag = request.body.get("is_anonymous")
    return flag is True and draft.reading("omnisegment.member.anonymous") == "anonymous-order"


# -- the type of the body and of its data -----------------------------------------------------------------------------


def _refuse_content_type(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a body that is not declared as JSON, if that is the reading."""
    call, rule_id = request.call, "omnisegment.request.content-type"
    media_type = draft.value(rule_id, "type")
    if call.content_type == media_type or draft.reading(rule_id) == "accept":
        return None
    text = draft.contract.message("content-type", type=media_type)
    return refuse(draft, call, request.envelope.refusal, rule_id, text=text, given=call.content_type or "none")


def _refuse_data(draft: Draft, request: ImportRequest) -> Decision | None:
    data, envelope = request.data, request.envelope
    if not envelope.size:
        return None if isinstance(data, dict) else _refuse_no_object(draft, request)
    contract, call, type_name = draft.contract, request.call, type(data).__name__
    if not isinstance(data, list):
        text = contract.message("wrong-type", field="data", expected="list", given=type_name)
        problem = f"{type_of(data)}, not a list"
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem=problem)
    least = contract.resolve(f"{envelope.reference}/properties/data/minItems")
    if len(data) < least:
        text = contract.message("too-few", limit=least) if data else contract.message("empty")
        problem = f"a list of {counted(len(data), 'item')}, and at least {least} are required" if data else "empty"
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem=problem)
    limit = draft.value(envelope.size, "limit")
    if len(data) > limit:
        text = contract.message("too-many", limit=limit)
        return refuse(draft, call, envelope.refusal, envelope.size, "/data", text, sent=len(data))
    return None


def _refuse_no_object(draft: Draft, request: ImportRequest) -> Decision:
    """Refuse a single import whose data is not an object; or accept and lose it, if that is the reading."""
    call, type_name, rule_id = request.call, type(request.data).__name__, "omnisegment.envelope.data-type"
    if in_background(draft, request) and draft.reading(rule_id) == "in-processing":
        draft.outcome("dropped", rule_id, count=item_count(call), at="/data", given=type_of(request.data))
        return reply_success(draft, call)
    text = draft.contract.message("wrong-type", field="data", expected="dict", given=type_name)
    return refuse(draft, call, request.envelope.refusal, rule_id, "/data", text, given=type_of(request.data))
