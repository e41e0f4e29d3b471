"""Check the envelope of an import before its data: required keys, unknown and repeated keys, the type of the data."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import escape, value_at
from mockservers.vendors.omnisegment.modes import asks_for_background, in_background
from mockservers.vendors.omnisegment.replies import refuse, reply_success
from mockservers.vendors.omnisegment.requests import ImportRequest, item_at, item_count, unreadable_reason


def refuse_envelope(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a request whose envelope is wrong; None if its data can be processed."""
    return (
        refuse_incomplete(draft, request)
        or _refuse_unknown_keys(draft, request)
        or _refuse_content_type(draft, request)
        or _refuse_data(draft, request)
    )


def refuse_incomplete(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a body that is unreadable, or lacks keys of its envelope."""
    call, envelope = request.call, request.envelope
    reason = unreadable_reason(call)
    if reason:
        return refuse(draft, call, envelope.missing, "omnisegment.request.unreadable", problem=reason)
    missing = request.missing_keys(draft.contract)
    if not missing:
        return None
    return refuse(draft, call, envelope.missing, envelope.rule, missing=", ".join(missing))


# -- keys -----------------------------------------------------------------------------------------------------------


def _refuse_unknown_keys(draft: Draft, request: ImportRequest) -> Decision | None:
    """Note repeated keys, and unknown keys beside `data`; or refuse the request for the latter."""
    note_repeated_keys(draft, request.call)
    shape = draft.contract.validator(request.envelope.reference).shape
    unknown = [name for name, value in request.body.items() if name not in shape.properties and value is not None]
    if "is_anonymous" in unknown and _knows_anonymous_orders(draft, request):
        unknown.remove("is_anonymous")
    is_batch = request.operation == "batchImportPurchaseData"
    if "debug_mode" in unknown and is_batch and asks_for_background(draft, request):
        unknown.remove("debug_mode")  # a batch does anyway what it asks for
    for name in unknown:
        draft.note("ignored", "omnisegment.request.unknown-key", at=f"/{escape(name)}", key=name, field=name)
    is_ignored = not shape.closed and draft.reading("omnisegment.request.unknown-key") == "ignore"
    if not unknown or is_ignored:
        return None
    name = unknown[0]
    text, place = draft.contract.message("unknown-field", field=name), f"/{escape(name)}"
    rule_id = "omnisegment.request.unknown-key"
    return refuse(draft, request.call, request.envelope.refusal, rule_id, place, text, field=name)


def _knows_anonymous_orders(draft: Draft, request: ImportRequest) -> bool:
    """Whether `is_anonymous` is handled by its own rule, not as an unknown key."""
    if request.operation not in ("importPurchaseData", "batchImportPurchaseData"):
        return False
    if request.body["is_anonymous"] is not False and not is_anonymous(draft, request):
        draft.note("ignored", "omnisegment.member.anonymous", at="/is_anonymous", key="is_anonymous")
    return True


def is_anonymous(draft: Draft, request: ImportRequest) -> bool:
    """Whether the request says that its orders have no member, and a reading accepts that."""
    flag = request.body.get("is_anonymous")
    return flag is True and draft.reading("omnisegment.member.anonymous") == "anonymous-order"


def note_repeated_keys(draft: Draft, call: Call) -> None:
    """Note the values that later values of the same key replaced."""
    for place, lost in call.body.duplicates if isinstance(call.body, Json) else ():
        differs = lost is not None and not equal(lost, value_at(call.json, place))
        item = item_at(call, place)
        draft.note("overwritten", "omnisegment.request.duplicate-key", item=item, at=place, differs=differs)


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
        problem = f"a {type_name}"
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem=problem)
    if not data:
        text = contract.message("empty")
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem="empty")
    limit = draft.value(envelope.size, "limit")
    if len(data) > limit:
        text = contract.message("too-many", limit=limit)
        return refuse(draft, call, envelope.refusal, envelope.size, "/data", text, sent=len(data))
    return None


def _refuse_no_object(draft: Draft, request: ImportRequest) -> Decision:
    """Refuse a single import whose data is not an object; or accept and lose it, if that is the reading."""
    call, type_name, rule_id = request.call, type(request.data).__name__, "omnisegment.envelope.data-type"
    if in_background(draft, request) and draft.reading(rule_id) == "in-processing":
        draft.outcome("dropped", rule_id, count=item_count(call), at="/data", given=type_name)
        return reply_success(draft, call)
    text = draft.contract.message("wrong-type", field="data", expected="dict", given=type_name)
    return refuse(draft, call, request.envelope.refusal, rule_id, "/data", text, given=type_name)
