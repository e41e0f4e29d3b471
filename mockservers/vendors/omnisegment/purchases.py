"""Import orders: one with a debug_mode, or a batch without it."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Outcome, Schedule
from mockservers.vendors.omnisegment.envelope import is_anonymous, refuse_envelope
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_lookup import MemberLookup, missing_identifier
from mockservers.vendors.omnisegment.modes import background_job, in_background, postpone
from mockservers.vendors.omnisegment.order_checks import SCHEMA
from mockservers.vendors.omnisegment.order_processing import process_order
from mockservers.vendors.omnisegment.plain_orders import is_plain_import
from mockservers.vendors.omnisegment.replies import refuse, reply_success, reply_text
from mockservers.vendors.omnisegment.requests import ImportRequest, import_request, required_keys
from mockservers.vendors.omnisegment.state import COLLECTIONS

_JOB = "purchases"
_BACKGROUND = "omnisegment.debug-mode.background"
_SOURCE_SYSTEM_RULE = "omnisegment.member.source-system"
"""The rule with its own text; the common text names any other missing key."""


def import_purchase(call: Call, view: View) -> Decision:
    """Import one order, processed before the answer in debug_mode 1 and after it otherwise.

    Rule: `omnisegment.purchase.one-order`.
    """
    if is_plain_import(call, view.contract):
        return _process_plain_order_later(call, view)
    draft, request = Draft(view, COLLECTIONS), import_request(call)
    refusal = refuse_envelope(draft, request)
    if refusal is not None:
        return refusal
    lookup = _member_lookup(draft, request)
    if not in_background(draft, request):
        return _process_at_once(draft, request, lookup)
    refusal = _refuse_early(draft, request, lookup)
    return refusal or _process_later(draft, request, _BACKGROUND, lookup)


def import_purchases(call: Call, view: View) -> Decision:
    """Import a batch of orders, processed after the answer."""
    draft, request = Draft(view, COLLECTIONS), import_request(call)
    refusal = refuse_envelope(draft, request)
    if refusal is not None:
        return refusal
    return _process_later(draft, request, "omnisegment.batch.background", _member_lookup(draft, request))


def _member_lookup(draft: Draft, request: ImportRequest) -> MemberLookup:
    return MemberLookup(request.body.get("identifier_field"), is_anonymous(draft, request))


def _process_at_once(draft: Draft, request: ImportRequest, lookup: MemberLookup) -> Decision:
    item = Item(draft, ("data",))
    text = process_order(item, request.data, lookup, "refused")
    item.ids.file(draft)
    return reply_text(draft, request.envelope.refusal, text) if text else reply_success(draft, request.call)


def _process_later(draft: Draft, request: ImportRequest, delay_rule: str, lookup: MemberLookup) -> Decision:
    payload = {"identifier_field": lookup.identifier, "anonymous": lookup.anonymous}
    return postpone(draft, request, _JOB, delay_rule, **payload)


def _process_plain_order_later(call: Call, view: View) -> Decision:
    """Process a plain order later, whose envelope needs no decision."""
    order = call.json["data"]
    job = background_job(view, call, _JOB, _BACKGROUND, [order], batch=False, identifier_field=None, anonymous=False)
    return Decision(view.contract.success(call.operation), (Schedule(job),), (Outcome("pending"),))


def _refuse_early(draft: Draft, request: ImportRequest, lookup: MemberLookup) -> Decision | None:
    """Refuse in mode 0 an order that lacks a required key, if that is the reading."""
    call, data, refusal = request.call, request.data, request.envelope.refusal
    missing = [name for name in required_keys(draft.contract, SCHEMA) if data.get(name) in (None, "")]
    missing_id = None if lookup.anonymous else missing_identifier(data, lookup.identifier)
    if not (missing or missing_id):
        return None
    if missing_id and missing_id[0] != _SOURCE_SYSTEM_RULE:
        missing.append(missing_id[1])
    if draft.reading("omnisegment.debug-mode.required-keys") == "in-processing":
        return None
    if missing_id and not missing:
        text, values = draft.contract.message("missing-source-system"), {"source_id": data["source_id"]}
        return refuse(draft, call, refusal, _SOURCE_SYSTEM_RULE, "/data/source_system", text, **values)
    fields = ", ".join(missing)
    text = draft.contract.message("missing", fields=fields)
    return refuse(draft, call, refusal, "omnisegment.purchase.required", "/data", text, fields=fields)
