"""Orders that are created with an idempotency key: the first answer is remembered for a day."""

from __future__ import annotations

from datetime import timedelta

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import moment
from mockservers.core.values.json_text import loads
from mockservers.vendors.zangsho.customers import naming
from mockservers.vendors.zangsho.holding import COLLECTIONS, IDEMPOTENCY, ORDERS
from mockservers.vendors.zangsho.kinds import Fields, Item, Work
from mockservers.vendors.zangsho.orders import KIND
from mockservers.vendors.zangsho.parsing import fields_of, note_repeated, note_unknown
from mockservers.vendors.zangsho.singles import checked, create

_HEADER = "#/components/parameters/IdempotencyKey/name"
_REFUSED = 400


def create_order(call: Call, view: View) -> Decision:
    """Create an order; where its key was used within a day, answer as then and create nothing."""
    draft = Draft(view, COLLECTIONS)
    work = KIND.work(draft, alone=True)
    item = work.item(fields_of(draft, call))
    key = call.headers.get(view.contract.resolve(_HEADER).lower(), "").strip()
    remembered = draft.get(IDEMPOTENCY, key) if key else None
    valid = timedelta(hours=draft.value("zangsho.order.idempotency-replay", "hours"))
    if remembered and draft.now - moment(remembered["at"]) < valid:
        return _replayed(work, item, call, remembered)
    decision = create(work, item, call)
    if not key or decision.reply is None or decision.reply.status >= _REFUSED:
        return decision
    first = {"sent": item.sent, "body": loads(decision.reply.body).value}
    draft.put(IDEMPOTENCY, {"key": key, "at": draft.now.isoformat(), **first})
    return draft.decision(decision.reply)


def _replayed(work: Work, item: Item, call: Call, first: Document) -> Decision:
    draft = work.draft
    note_repeated(draft, call)
    record, sent = first["body"]["data"], first["sent"]
    note_unknown(draft, KIND.schema, item.sent, lambda _item: {**naming(draft, record), **record, **sent})
    said = _said(work, item)
    otherwise = work.formats.differing(said, _said(work, work.item(first["sent"])))
    held = draft.get(ORDERS, str(said.get("order_no")))
    differing = work.differing({name: said[name] for name in otherwise}, held) if held else otherwise
    rule_id = "zangsho.order.idempotency-replay"
    readable = isinstance(call.json, dict)
    fields = (", ".join(differing) or "nothing") if readable else "all of it, which is no JSON object"
    if otherwise:
        rule_id = "zangsho.order.idempotency-other-body"
        if draft.reading(rule_id) == "refuse":
            draft.outcome("refused", rule_id, item=0, fields=fields)
            return draft.decision(draft.contract.refusal("key-of-another-order"))
    draft.outcome("skipped", rule_id, item=0, differs=bool(differing) or not readable, fields=fields)
    return draft.decision(draft.contract.reply(call.operation, first["body"]))


def _said(work: Work, item: Item) -> Fields:
    """What an order says, as it would be kept."""
    made = checked(work, item, KIND.schema)
    return item.given if isinstance(made, list) else made.fields
