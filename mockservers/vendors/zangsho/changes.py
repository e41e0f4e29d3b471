"""What happens to a subscription that is there: a change, or its cancellation, each with the event that it makes."""

from __future__ import annotations

from dataclasses import replace

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Unreadable
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.formats import decimal
from mockservers.vendors.zangsho.activity import log
from mockservers.vendors.zangsho.customers import naming
from mockservers.vendors.zangsho.holding import COLLECTIONS, SUBSCRIPTIONS, moment
from mockservers.vendors.zangsho.kinds import Fields, Item, Work
from mockservers.vendors.zangsho.parsing import fields_of, note_repeated, note_unknown
from mockservers.vendors.zangsho.problems import invalid, refused
from mockservers.vendors.zangsho.singles import checked
from mockservers.vendors.zangsho.subscription_events import record
from mockservers.vendors.zangsho.subscriptions import CANCELLED, CHANGEABLE, KIND
from mockservers.vendors.zangsho.updating import updated
from mockservers.vendors.zangsho.values import Formats

_CHANGE = "#/components/schemas/SubscriptionChange"
_CANCELLATION = "#/components/schemas/Cancellation"


def update_subscription(call: Call, view: View) -> Decision:
    """Change the fields that are given."""
    work = _work(view, _CHANGE)
    found = _found(work, call, _CHANGE)
    if isinstance(found, Decision):
        return found
    item, fields, held = found
    document = updated(work, item, fields, held, CHANGEABLE, "zangsho.item.empty-is-absent")
    work.draft.put(SUBSCRIPTIONS, document)
    log(work.draft, KIND.noun, "updated", document)
    _mrr_event(work.draft, held, document)
    work.draft.outcome("updated")
    return _answered(work, call, _CHANGE, item, document)


def _mrr_event(draft: Draft, held: Document, document: Document) -> None:
    """Rule: `zangsho.subscription.mrr-change`."""
    before, after = decimal(held["mrr"]), decimal(document["mrr"])
    if before is not None and after is not None and before != after:
        record(draft, document, "upgrade" if after > before else "downgrade", held, document, moment(draft.now))


def cancel_subscription(call: Call, view: View) -> Decision:
    """Cancel a subscription, once.

    Rule: `zangsho.subscription.cancel`.
    """
    work = _work(view, _CANCELLATION)
    found = _found(work, call, _CANCELLATION)
    if isinstance(found, Decision):
        return found
    item, fields, held = found
    if held["status"] == CANCELLED:
        return _cancelled_before(work, call, item, fields, held)
    draft, at = work.draft, fields.get("cancelled_at") or moment(view.now)
    changed = {"status": CANCELLED, "cancelled_at": at, "updated_at": moment(view.now)}
    document = {**held, **changed, "reason": fields.get("reason")}
    draft.put(SUBSCRIPTIONS, document)
    log(draft, KIND.noun, "cancelled", document)
    record(draft, document, "cancel", held, None, at)
    draft.outcome("updated")
    return _answered(work, call, _CANCELLATION, item, document)


def _cancelled_before(work: Work, call: Call, item: Item, fields: Fields, held: Document) -> Decision:
    differing = work.differing(fields, held)
    rule_id, fields_named = "zangsho.subscription.cancelled-once", ", ".join(differing) or "nothing"
    work.draft.outcome("skipped", rule_id, item=0, differs=bool(differing), identifier=held["id"], fields=fields_named)
    return _answered(work, call, _CANCELLATION, item, held)


def _work(view: View, schema: str) -> Work:
    return replace(KIND.work(Draft(view, COLLECTIONS), alone=True), formats=Formats.of(view.contract, schema))


def _found(work: Work, call: Call, schema: str) -> tuple[Item, Fields, Document] | Decision:
    """What is sent, and the subscription that it is about; or the refusal."""
    draft, body = work.draft, call.body
    empty = isinstance(body, Unreadable) and body.kind == "empty"
    item = work.item({} if empty else fields_of(draft, call))
    note_repeated(draft, call)
    held = draft.get(SUBSCRIPTIONS, call.path["id"])
    if held is None:
        draft.outcome("refused", "zangsho.list.one-record", item=0, given=call.path["id"])
        return draft.decision(draft.contract.refusal("not-found"))
    if not empty and not isinstance(call.json, dict):
        made = [invalid(draft.contract, "zangsho.request.unreadable", "body")]
    else:
        checking = checked(work, item, schema)
        if not isinstance(checking, list):
            work.note(item, checking)
            return item, checking.fields, held
        made = checking
    draft.outcome("refused", made[0].rule, item=0, at=item.where(made[0].name), key=made[0].name, **made[0].values)
    return draft.decision(refused(draft.contract, made))


def _answered(work: Work, call: Call, schema: str, item: Item, document: Document) -> Decision:
    shown = work.kind.shown(work.draft, document)
    note_unknown(work.draft, schema, item.sent, lambda _item: {**naming(work.draft, document), **document})
    return work.draft.decision(work.draft.contract.reply(call.operation, {"data": shown}))
