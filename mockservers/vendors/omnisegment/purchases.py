"""Orders as they arrive: one by one with a debug_mode, or in batches without."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.deciding import anonymous, in_background, opened, other_mode, postpone, refuse
from mockservers.vendors.omnisegment.holding import COLLECTIONS
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.lookup import lacking
from mockservers.vendors.omnisegment.orders import SCHEMA, Whose, process
from mockservers.vendors.omnisegment.parsing import ENVELOPES, Envelope, body_of
from mockservers.vendors.omnisegment.twice import Writes

_SYSTEM = "omnisegment.member.source-system"
"""The rule whose breach has a text of its own; whatever else is missing is named instead."""


def import_purchase(call: Call, view: View) -> Decision:
    """One order, processed before the answer in debug_mode 1 and after it otherwise.

    Rule: `omnisegment.purchase.one-order`.
    """
    draft, envelope = Draft(view, COLLECTIONS), ENVELOPES[call.operation]
    refused = opened(draft, call, envelope) or other_mode(draft, call, envelope)
    if refused is not None:
        return refused
    whose = Whose(body_of(call).get("identifier_field"), anonymous(draft, call))
    if not in_background(draft, call):
        return _at_once(draft, call, envelope, whose)
    return _told_early(draft, call, envelope, whose) or _later(draft, call, "omnisegment.debug-mode.background", whose)


def import_purchases(call: Call, view: View) -> Decision:
    """A batch of orders, processed after the answer."""
    draft = Draft(view, COLLECTIONS)
    refused = opened(draft, call, ENVELOPES[call.operation])
    if refused is not None:
        return refused
    whose = Whose(body_of(call).get("identifier_field"), anonymous(draft, call))
    return _later(draft, call, "omnisegment.batch.background", whose)


def _at_once(draft: Draft, call: Call, envelope: Envelope, whose: Whose) -> Decision:
    writes = Writes()
    text = process(Item(draft, ("data",), writes=writes), body_of(call)["data"], whose, "refused")
    writes.file(draft)
    if not text:
        return draft.decision(draft.contract.success(call.operation))
    return draft.decision(draft.contract.refusal(envelope.refusal, message=text, type=text.partition(":")[0]))


def _later(draft: Draft, call: Call, delay_rule: str, whose: Whose) -> Decision:
    return postpone(draft, call, "purchases", delay_rule, identifier_field=whose.identifier, anonymous=whose.anonymous)


def _told_early(draft: Draft, call: Call, envelope: Envelope, whose: Whose) -> Decision | None:
    """The refusal in mode 0 of an order that lacks a required key, where that is the reading."""
    data = body_of(call)["data"]
    required: list[str] = draft.contract.resolve(f"{SCHEMA}/required")
    missing = [name for name in required if data.get(name) in (None, "")]
    lacks = None if whose.anonymous else lacking(data, whose.identifier)
    if lacks and lacks[0] != _SYSTEM:
        missing.append(lacks[1])
    if not (missing or lacks) or draft.reading("omnisegment.debug-mode.required-keys") == "in-processing":
        return None
    if lacks and not missing:
        text, values = draft.contract.message("missing-source-system"), {"source_id": data["source_id"]}
        return refuse(draft, call, envelope.refusal, _SYSTEM, "/data/source_system", text, **values)
    fields = ", ".join(missing)
    text = draft.contract.message("missing", fields=fields)
    return refuse(draft, call, envelope.refusal, "omnisegment.purchase.required", "/data", text, fields=fields)
