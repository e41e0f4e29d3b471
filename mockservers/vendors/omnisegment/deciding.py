"""What is decided before any data is looked at: who calls, and whether the envelope is whole."""

from __future__ import annotations

from functools import cache
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job, Json
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import duration
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import escape, value_at
from mockservers.vendors.omnisegment.holding import COLLECTIONS
from mockservers.vendors.omnisegment.item import shown
from mockservers.vendors.omnisegment.parsing import (
    ENVELOPES,
    Envelope,
    body_of,
    item_at,
    items_in,
    missing_keys,
    problem,
)


def unauthenticated(call: Call, view: View) -> Decision:
    """A call whose credentials no organisation has, or that lacks them.

    Rules: `omnisegment.request.path`, `omnisegment.request.method`, `omnisegment.request.size`,
    `omnisegment.request.rate`, `omnisegment.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    if call.operation not in ENVELOPES:
        return refuse(draft, call, "unauthorized-header", "omnisegment.credentials.in-header")
    lacking = _incomplete(draft, call, ENVELOPES[call.operation])
    return lacking or refuse(draft, call, "unauthorized", "omnisegment.credentials.wrong-pair")


def refuse(
    draft: Draft, call: Call, refusal: str, rule_id: str, at: str = "", text: str = "", **values: Any
) -> Decision:
    """Refuse a whole request, every item in it. `text` is the message of a refusal that has no fixed one."""
    items = items_in(call)
    given = {name: shown(value) for name, value in values.items()}
    if items:
        draft.outcome("refused", rule_id, count=items, at=at, **given)
    else:
        draft.note("noted", rule_id, at=at, **given)
    return draft.decision(draft.contract.refusal(refusal, message=text, type=text.partition(":")[0]))


def opened(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    """The refusal of a request whose envelope is wrong; None where its data can be looked at."""
    return (
        _incomplete(draft, call, envelope)
        or _unknown_keys(draft, call, envelope)
        or content_type(draft, call, envelope.refusal)
        or _wrong_data(draft, call, envelope)
    )


def _incomplete(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    why = problem(call)
    if why:
        return refuse(draft, call, envelope.missing, "omnisegment.request.unreadable", problem=why)
    missing = missing_keys(call, envelope, draft.contract)
    if not missing:
        return None
    return refuse(draft, call, envelope.missing, envelope.rule, missing=", ".join(missing))


def _unknown_keys(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    """Keys beside `data` that the page does not list; and keys that stand twice, wherever they are."""
    repeated_keys(draft, call)
    known = draft.contract.validator(envelope.reference).shape.properties
    body = body_of(call)
    unknown = [name for name, value in body.items() if name not in known and value is not None]
    if "is_anonymous" in unknown and _anonymity(draft, call):
        unknown.remove("is_anonymous")
    if "debug_mode" in unknown and call.operation == "batchImportPurchaseData" and _says_background(draft, call):
        unknown.remove("debug_mode")
    return ignore_keys(draft, call, unknown, envelope.refusal)


def ignore_keys(draft: Draft, call: Call, unknown: list[str], refusal: str) -> Decision | None:
    """Ignore keys of the envelope; or refuse the request for them, where that is the reading."""
    for name in unknown:
        draft.note("ignored", "omnisegment.request.unknown-key", at=f"/{escape(name)}", key=name, field=name)
    if not unknown or draft.reading("omnisegment.request.unknown-key") == "ignore":
        return None
    text = draft.contract.message("unknown-field", field=unknown[0])
    place = f"/{escape(unknown[0])}"
    return refuse(draft, call, refusal, "omnisegment.request.unknown-key", place, text, field=unknown[0])


def _anonymity(draft: Draft, call: Call) -> bool:
    """Whether the key of anonymous orders needs no note of its own as an unknown one."""
    if call.operation not in ("importPurchaseData", "batchImportPurchaseData"):
        return False
    if body_of(call)["is_anonymous"] is not False and not anonymous(draft, call):
        draft.note("ignored", "omnisegment.member.anonymous", at="/is_anonymous", key="is_anonymous")
    return True


def anonymous(draft: Draft, call: Call) -> bool:
    """Whether the request says that its orders have no member, and a reading gives that a meaning."""
    given = body_of(call).get("is_anonymous")
    return given is True and draft.reading("omnisegment.member.anonymous") == "anonymous-order"


def repeated_keys(draft: Draft, call: Call) -> None:
    """Note the keys that stand twice, by the values that lost."""
    for place, lost in call.body.duplicates if isinstance(call.body, Json) else ():
        differs = lost is not None and not equal(lost, value_at(call.json, place))
        item = item_at(call, place)
        draft.note("overwritten", "omnisegment.request.duplicate-key", item=item, at=place, differs=differs)


def content_type(draft: Draft, call: Call, refusal: str) -> Decision | None:
    """The refusal of a body that is not said to be JSON, where that is the reading."""
    wanted = draft.value("omnisegment.request.content-type", "type")
    if call.content_type == wanted or draft.reading("omnisegment.request.content-type") == "accept":
        return None
    text = draft.contract.message("content-type", type=wanted)
    return refuse(
        draft, call, refusal, "omnisegment.request.content-type", text=text, given=call.content_type or "none"
    )


def _wrong_data(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    data = body_of(call)["data"]
    if not envelope.size:
        return None if isinstance(data, dict) else _no_object(draft, call, envelope)
    contract, given = draft.contract, type(data).__name__
    if not isinstance(data, list):
        text = contract.message("wrong-type", field="data", expected="list", given=given)
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem=f"a {given}")
    if not data:
        text = contract.message("empty")
        return refuse(draft, call, envelope.refusal, "omnisegment.batch.data-list", "/data", text, problem="empty")
    limit = draft.value(envelope.size, "limit")
    if len(data) > limit:
        text = contract.message("too-many", limit=limit)
        return refuse(draft, call, envelope.refusal, envelope.size, "/data", text, sent=len(data))
    return None


def _no_object(draft: Draft, call: Call, envelope: Envelope) -> Decision:
    """A single import whose data is a list or text: refused, or taken and lost where that is the reading."""
    given = type(body_of(call)["data"]).__name__
    if in_background(draft, call) and draft.reading("omnisegment.envelope.data-type") == "in-processing":
        draft.outcome("dropped", "omnisegment.envelope.data-type", count=items_in(call), at="/data", given=given)
        return draft.decision(draft.contract.success(call.operation))
    text = draft.contract.message("wrong-type", field="data", expected="dict", given=given)
    return refuse(draft, call, envelope.refusal, "omnisegment.envelope.data-type", "/data", text, given=given)


# -- modes ------------------------------------------------------------------------------------------------------


def in_background(draft: Draft, call: Call) -> bool:
    """Whether the data of a call is processed after its answer."""
    if call.operation == "importPurchaseData":
        return not _is_one_of(body_of(call).get("debug_mode"), draft.value("omnisegment.debug-mode.at-once", "values"))
    return call.operation != "importAudience"


def other_mode(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    """The refusal of a debug_mode that is neither 0 nor 1, where that is the reading. `true` is not 1."""
    given = body_of(call).get("debug_mode")
    known = [
        *draft.value("omnisegment.debug-mode.background", "values"),
        *draft.value("omnisegment.debug-mode.at-once", "values"),
    ]
    if given is None or _is_one_of(given, known) or draft.reading("omnisegment.debug-mode.other-value") == "as-0":
        return None
    text = draft.contract.message("not-an-option", field="debug_mode", options=repr(known))
    return refuse(draft, call, envelope.refusal, "omnisegment.debug-mode.other-value", "/debug_mode", text, given=given)


def _says_background(draft: Draft, call: Call) -> bool:
    """Whether debug_mode asks for what is done anyway."""
    return _is_one_of(body_of(call)["debug_mode"], draft.value("omnisegment.debug-mode.background", "values"))


def _is_one_of(given: Any, values: list[Any]) -> bool:
    return any(type(given) is type(value) and given == value for value in values)


_length = cache(duration)
"""A contract names few delays, and every call asks for one."""


def postpone(draft: Draft, call: Call, name: str, delay_rule: str, **payload: Any) -> Decision:
    """Answer now, and process the items later: at once after the answer, unless the contract says otherwise."""
    data = body_of(call)["data"]
    batch = isinstance(data, list)
    draft.outcome("pending", count=len(data) if batch else 1)
    records = data if batch else [data]
    due = draft.now + _length(draft.value(delay_rule, "delay"))
    draft.schedule(Job(name, due, call.id, {"records": records, "batch": batch, **payload}))
    return draft.decision(draft.contract.success(call.operation))
