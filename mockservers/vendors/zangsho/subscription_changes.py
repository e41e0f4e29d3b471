"""Changes to an existing subscription: an update or its cancellation, each with the event that it causes."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import Value, replace
from mockservers.core.values.formats import decimal
from mockservers.vendors.zangsho.activity import log_write
from mockservers.vendors.zangsho.bodies import accepted_fields, note_repeated_keys, note_unknown_keys
from mockservers.vendors.zangsho.customers import customer_fields
from mockservers.vendors.zangsho.problems import invalid
from mockservers.vendors.zangsho.record_shapes import SUBSCRIPTIONS, timestamp
from mockservers.vendors.zangsho.record_types import Fields, Item, WriteContext
from mockservers.vendors.zangsho.replies import data_reply
from mockservers.vendors.zangsho.requests import WriteRequest, write_request
from mockservers.vendors.zangsho.single_records import checked_values, refused
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.subscription_events import record_event
from mockservers.vendors.zangsho.subscriptions import CANCELLED, CHANGEABLE, SUBSCRIPTION_TYPE
from mockservers.vendors.zangsho.updates import updated
from mockservers.vendors.zangsho.values import FieldFormats

_CHANGE = "#/components/schemas/SubscriptionChange"
_CANCELLATION = "#/components/schemas/Cancellation"


class _Change(Value):
    """A valid change: the fields to store, and the subscription before it. `schema` is that of the body."""

    context: WriteContext
    request: WriteRequest
    schema: str
    item: Item
    fields: Fields
    before: Document

    def reply(self, subscription: Document) -> Decision:
        """Answer with the subscription, and note the ignored keys."""
        draft = self.context.draft
        record = SUBSCRIPTION_TYPE.answered(draft, subscription)
        held_fields = {**customer_fields(draft, subscription), **subscription}
        note_unknown_keys(draft, self.schema, self.item.sent, lambda _item: held_fields)
        return draft.decision(data_reply(draft.contract, self.request.operation, record))


def update_subscription(call: Call, view: View) -> Decision:
    """Change the stated fields."""
    change = _change(call, view, _CHANGE)
    if isinstance(change, Decision):
        return change
    context, before = change.context, change.before
    rule_id = "zangsho.item.empty-is-absent"
    names = (*CHANGEABLE, *context.added)
    subscription = updated(context, change.item, change.fields, before, names, rule_id)
    context.draft.put(SUBSCRIPTIONS, subscription)
    log_write(context.draft, SUBSCRIPTION_TYPE.noun, "updated", subscription)
    _record_mrr_change(context.draft, before, subscription)
    context.draft.outcome("updated")
    return change.reply(subscription)


def _record_mrr_change(draft: Draft, before: Document, after: Document) -> None:
    """Rule: `zangsho.subscription.mrr-change`."""
    old_mrr, new_mrr = decimal(before["mrr"]), decimal(after["mrr"])
    if old_mrr is not None and new_mrr is not None and old_mrr != new_mrr:
        event_type = "upgrade" if new_mrr > old_mrr else "downgrade"
        record_event(draft, after, event_type, before, after, timestamp(draft.now))


def cancel_subscription(call: Call, view: View) -> Decision:
    """Cancel a subscription. A second cancellation changes nothing.

    Rule: `zangsho.subscription.cancel`.
    """
    change = _change(call, view, _CANCELLATION)
    if isinstance(change, Decision):
        return change
    draft, before, fields = change.context.draft, change.before, change.fields
    if before["status"] == CANCELLED:
        return _already_cancelled(change)
    cancelled_at = fields.get("cancelled_at") or timestamp(view.now)
    changed = {"status": CANCELLED, "cancelled_at": cancelled_at, "updated_at": timestamp(view.now)}
    added = {name: fields[name] for name in change.context.added if name in fields}
    subscription = {**before, **added, **changed, "reason": fields.get("reason")}
    draft.put(SUBSCRIPTIONS, subscription)
    log_write(draft, SUBSCRIPTION_TYPE.noun, "cancelled", subscription)
    record_event(draft, subscription, "cancel", before, None, cancelled_at)
    draft.outcome("updated")
    return change.reply(subscription)


def _already_cancelled(change: _Change) -> Decision:
    context, before = change.context, change.before
    differing = context.differing(change.fields, before)
    rule_id, named = "zangsho.subscription.cancelled-once", ", ".join(differing) or "nothing"
    places = change.item.at()
    context.draft.outcome(
        "skipped", rule_id, item=0, at=places, differs=bool(differing), identifier=before["id"], fields=named
    )
    return change.reply(before)


def _change(call: Call, view: View, schema: str) -> _Change | Decision:
    """Return the change of a call, or its refusal. A call without a body changes no fields."""
    request, draft = write_request(call, view.contract), Draft(view, COLLECTIONS)
    formats = FieldFormats.of(view.contract, schema)
    context = replace(SUBSCRIPTION_TYPE.context(draft, is_single=True), formats=formats)
    item = context.item({} if request.is_empty else accepted_fields(draft, request))
    note_repeated_keys(draft, request)
    before = draft.get(SUBSCRIPTIONS, request.record_id)
    if before is None:
        draft.outcome("refused", "zangsho.list.one-record", item=0, at=item.at(), given=request.record_id)
        return draft.decision(draft.contract.refusal("not-found"))
    if request.fields is None and not request.is_empty:
        return refused(context, item, [invalid(draft.contract, "zangsho.request.unreadable", "body")])
    values = checked_values(context, item, schema)
    if isinstance(values, list):
        return refused(context, item, values)
    context.note(item, values)
    return _Change(context, request, schema, item, values.fields, before)
