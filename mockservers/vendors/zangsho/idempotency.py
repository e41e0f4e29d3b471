"""Orders that are created with an idempotency key: the first reply is repeated for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import moment
from mockservers.core.values.equality import contains
from mockservers.core.values.json_text import loads
from mockservers.vendors.zangsho.bodies import accepted_fields, note_repeated_keys, note_unknown_keys
from mockservers.vendors.zangsho.customers import customer_fields
from mockservers.vendors.zangsho.orders import ORDER_TYPE
from mockservers.vendors.zangsho.record_shapes import IDEMPOTENCY, ORDERS
from mockservers.vendors.zangsho.record_types import Fields, Item, WriteContext
from mockservers.vendors.zangsho.requests import WriteRequest, write_request
from mockservers.vendors.zangsho.single_records import checked_values, create_from_item
from mockservers.vendors.zangsho.state import COLLECTIONS

_REPLAY = "zangsho.order.idempotency-replay"
_ERROR = 400
"""Replies from this status on are not remembered."""


def create_order(call: Call, view: View) -> Decision:
    """Create an order. A key that was used within a day returns the first reply, and creates nothing."""
    request, draft = write_request(call, view.contract), Draft(view, COLLECTIONS)
    context = ORDER_TYPE.context(draft, is_single=True)
    item, key = context.item(accepted_fields(draft, request)), request.idempotency_key
    first = draft.get(IDEMPOTENCY, key) if key else None
    if first and draft.now - moment(first["at"]) < timedelta(hours=draft.value(_REPLAY, "hours")):
        return _replayed(context, item, request, first)
    decision = create_from_item(context, item, request)
    if not key or decision.reply is None or decision.reply.status >= _ERROR:
        return decision
    remembered = {"sent": item.sent, "body": loads(decision.reply.body).value}
    draft.put(IDEMPOTENCY, {"key": key, "at": draft.now.isoformat(), **remembered})
    return draft.decision(decision.reply)


def _replayed(context: WriteContext, item: Item, request: WriteRequest, first: Document) -> Decision:
    draft = context.draft
    note_repeated_keys(draft, request)
    record, first_sent = first["body"]["data"], first["sent"]
    note_unknown_keys(
        draft, ORDER_TYPE.schema, item.sent, lambda _item: {**customer_fields(draft, record), **record, **first_sent}
    )
    fields = _stored_fields(context, item)
    changed = context.formats.differing(fields, _stored_fields(context, context.item(first_sent)))
    order = draft.get(ORDERS, str(fields.get("order_no")))
    differing = context.differing({name: fields[name] for name in changed}, order) if order else changed
    unread = "" if item.sent is request.fields else _unread(request, first_sent)
    named = unread or ", ".join(differing) or "nothing"
    rule_id = "zangsho.order.idempotency-other-body" if changed else _REPLAY
    if changed and draft.reading("zangsho.order.idempotency-other-body") == "refuse":
        draft.outcome("refused", rule_id, item=0, at=item.at(), fields=named)
        return draft.decision(draft.contract.refusal("key-of-another-order"))
    draft.outcome("skipped", rule_id, item=0, at=item.at(), differs=bool(differing or unread), fields=named)
    return draft.decision(draft.contract.reply(request.operation, first["body"]))


def _unread(request: WriteRequest, first_sent: Any) -> str:
    """Return the lost part of an unread body; nothing if the first body contains all of it."""
    if request.fields is None:
        return "all of it, which is no JSON object"
    return "" if contains(first_sent, request.fields) else "all of it, which is not read as JSON"


def _stored_fields(context: WriteContext, item: Item) -> Fields:
    """Return an order's fields as they would be stored; unchanged if they are invalid."""
    values = checked_values(context, item, ORDER_TYPE.schema)
    return item.stated if isinstance(values, list) else values.fields
