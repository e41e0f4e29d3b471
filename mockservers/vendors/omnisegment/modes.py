"""Process the items of a request at once or in the background, by its operation and its debug_mode."""

from __future__ import annotations

from functools import cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import duration
from mockservers.core.values.equality import equal
from mockservers.vendors.omnisegment.repeated_keys import repeated_keys
from mockservers.vendors.omnisegment.replies import refuse, reply_success
from mockservers.vendors.omnisegment.requests import ImportRequest

DEFAULT_MODE = "#/components/schemas/PurchaseImport/properties/debug_mode/default"

# A contract has few delays, and every call needs one.
_cached_duration = cache(duration)


def modes_in_background(contract: Contract) -> list[Any]:
    """The values of debug_mode that ask for background processing."""
    modes: list[Any] = contract.value("omnisegment.debug-mode.background", "values")
    return modes


def modes_at_once(contract: Contract) -> list[Any]:
    """The values of debug_mode that ask for processing before the answer."""
    modes: list[Any] = contract.value("omnisegment.debug-mode.at-once", "values")
    return modes


def in_background(draft: Draft, request: ImportRequest) -> bool:
    """Whether the data of a request is processed after the answer."""
    if request.operation == "importPurchaseData":
        return not _is_one_of(_mode(draft, request), modes_at_once(draft.contract))
    return request.operation != "importAudience"


def _mode(draft: Draft, request: ImportRequest) -> Any:
    """The debug_mode of an order; the schema's default if it is absent or null."""
    mode = request.body.get("debug_mode")
    return draft.contract.resolve(DEFAULT_MODE) if mode is None else mode


def asks_for_background(draft: Draft, request: ImportRequest) -> bool:
    """Whether debug_mode asks for background processing."""
    return _is_one_of(request.body["debug_mode"], modes_in_background(draft.contract))


def refuse_other_mode(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse a debug_mode other than 0 and 1, if that is the reading. `true` is not 1. Other imports have no mode."""
    mode = request.body.get("debug_mode")
    if mode is None or request.operation != "importPurchaseData":
        return None
    modes = [*modes_in_background(draft.contract), *modes_at_once(draft.contract)]
    rule_id = "omnisegment.debug-mode.other-value"
    if _is_one_of(mode, modes) or draft.reading(rule_id) == "as-0":
        return None
    text = draft.contract.message("not-an-option", field="debug_mode", options=repr(modes))
    return refuse(draft, request.call, request.envelope.refusal, rule_id, "/debug_mode", text, given=mode)


def _is_one_of(value: Any, options: list[Any]) -> bool:
    """Whether a value is one of the options. Stricter than Python's `in`, to which true is 1."""
    return value in options and any(equal(value, option) for option in options)


def postpone(draft: Draft, request: ImportRequest, job: str, delay_rule: str, **payload: Any) -> Decision:
    """Answer now and process the items in the background, after the delay of a rule."""
    is_batch = isinstance(request.data, list)
    records = request.data if is_batch else [request.data]
    draft.outcome("pending", count=len(records))
    repeated = [
        each for each in repeated_keys(draft, request.call, request.envelope.reference) if each.item is not None
    ]
    if repeated:
        payload["repeated"] = [list(each) for each in repeated]
    draft.schedule(background_job(draft.view, request.call, job, delay_rule, records, batch=is_batch, **payload))
    return reply_success(draft, request.call)


def background_job(
    view: View, call: Call, job: str, delay_rule: str, records: list[Any], *, batch: bool, **payload: Any
) -> Job:
    """The job that processes the records of a call, after the delay of a rule."""
    due = view.now + _cached_duration(view.value(delay_rule, "delay"))
    return Job(job, due, call.id, {"records": records, "batch": batch, **payload})
