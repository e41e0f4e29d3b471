"""Orders that are created with an idempotency key: the first answer is remembered for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockservers.core.call import Call
from mockservers.core.decision import Decision
from mockservers.core.draft import Draft
from mockservers.core.jsontext import loads
from mockservers.core.rules import rule
from mockservers.core.vendor import Document
from mockservers.core.view import View
from mockservers.vendors.zangsho.holding import COLLECTIONS, IDEMPOTENCY
from mockservers.vendors.zangsho.kinds import Fields, Item, Work
from mockservers.vendors.zangsho.orders import KIND
from mockservers.vendors.zangsho.parsing import fields_of
from mockservers.vendors.zangsho.singles import checked, create

_HEADER = "x-idempotency-key"
_CREATED = 201


@rule("zangsho.order.idempotency-replay")
def create_order(call: Call, view: View) -> Decision:
    """Create an order; where its key was used within a day, answer as then and create nothing."""
    draft = Draft(view, COLLECTIONS)
    work = KIND.work(draft, alone=True)
    item = work.item(fields_of(draft, call))
    key = call.headers.get(_HEADER, "").strip()
    remembered = draft.get(IDEMPOTENCY, key) if key else None
    valid = timedelta(hours=draft.value("zangsho.order.idempotency-replay", "hours"))
    if remembered and draft.now - datetime.fromisoformat(remembered["at"]) < valid:
        return _replayed(work, item, call, remembered)
    decision = create(work, item, call)
    if not key or decision.reply is None or decision.reply.status != _CREATED:
        return decision
    first = {"sent": _said(work, item), "body": loads(decision.reply.body).value}
    draft.put(IDEMPOTENCY, {"key": key, "at": draft.now.isoformat(), **first})
    return draft.decision(decision.reply)


@rule("zangsho.order.idempotency-other-body")
def _replayed(work: Work, item: Item, call: Call, first: Document) -> Decision:
    draft = work.draft
    differing = work.formats.differing(_said(work, item), first["sent"])
    rule_id = "zangsho.order.idempotency-replay"
    fields = ", ".join(differing) or "nothing"
    if differing:
        rule_id = "zangsho.order.idempotency-other-body"
        if draft.reading(rule_id) == "refuse":
            draft.fate("refused", rule_id, item=0, fields=fields)
            return draft.decision(draft.contract.refusal("key-of-another-order"))
    draft.fate("skipped", rule_id, item=0, differs=bool(differing), fields=fields)
    return draft.decision(draft.contract.reply(call.operation, first["body"], _CREATED))


def _said(work: Work, item: Item) -> Fields:
    """What an order says, as it would be kept."""
    made = checked(work, item, KIND.schema)
    return item.given if isinstance(made, list) else made.fields
