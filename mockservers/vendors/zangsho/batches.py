"""A batch: an envelope with up to a hundred records of a type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Note
from mockservers.core.value import Value, replace
from mockservers.vendors.zangsho.batch_items import BatchItems
from mockservers.vendors.zangsho.bodies import accepted_fields, note_repeated_keys, note_unknown_keys
from mockservers.vendors.zangsho.plain_items import plain_fields, plain_items
from mockservers.vendors.zangsho.problems import Problem, invalid, violated
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.replies import validation_error
from mockservers.vendors.zangsho.requests import WriteRequest, write_request
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.subscription_events import SUBSCRIPTION_EVENT_TYPE
from mockservers.vendors.zangsho.values import is_blank


class _Envelope(Value):
    """The fields of a batch: all that were `sent`, and the `stated` ones, which are neither null nor blank."""

    name: str
    sent: Fields
    stated: Fields

    @property
    def items(self) -> list[Any]:
        """The items in the envelope's list."""
        items = self.stated.get(self.name)
        return items if isinstance(items, list) else []

    @property
    def has_list(self) -> bool:
        """Whether the envelope's list is a list."""
        return isinstance(self.stated.get(self.name), list)


def import_batch(record_type: RecordType, call: Call, view: View) -> Decision:
    """Refuse an invalid envelope; else process the items in their order.

    Rules: `zangsho.batch.most-items`, `zangsho.batch.envelope`.
    """
    context = record_type.context(Draft(view, COLLECTIONS), is_single=False)
    return _imported(context, write_request(call, view.contract))


def import_events(call: Call, view: View) -> Decision:
    """Import subscription events, and note that the vendor may not have this path.

    Rule: `zangsho.event.batch-envelope`.
    """
    context = SUBSCRIPTION_EVENT_TYPE.context(Draft(view, COLLECTIONS), is_single=False)
    decision = _imported(context, write_request(call, view.contract))
    return replace(decision, notes=(*decision.notes, Note("noted", "zangsho.event.batch-path")))


def _imported(context: WriteContext, request: WriteRequest) -> Decision:
    draft, record_type = context.draft, context.record_type
    sent, name = accepted_fields(draft, request), record_type.name
    stated = {key: value for key, value in sent.items() if value is not None and not is_blank(value)}
    envelope = _Envelope(name, sent, stated)
    # One item over the limit is enough to violate it, so the others are not validated.
    considered = envelope.items[: record_type.limit(draft) + 1]
    plain = plain_fields(context, stated, considered) if envelope.has_list else None
    items: list[Item] = []
    envelope_violations: list[Violation] = []
    item_violations: dict[int, list[Violation]] = {}
    if plain is None:
        items = [context.item(item, index, f"/{name}") for index, item in enumerate(considered)]
        envelope_violations, item_violations = _violations(context, envelope, items)
    note_repeated_keys(draft, request, name)
    problems = [violated(draft.contract, violation) for violation in envelope_violations]
    problems = problems or _empty_on_conflict(draft, envelope)
    if problems:
        without_items = {key: value for key, value in sent.items() if key != name}
        note_unknown_keys(draft, record_type.batch, without_items, name=name)
        return _refused(context, problems, request, f"/{name}" if name in sent else "")
    on_conflict = stated.get("on_conflict") or draft.value("zangsho.batch.on-conflict", "default")
    batch = BatchItems(context, on_conflict)
    if plain is not None and not batch.create_all(plain):
        items = plain_items(record_type, considered, plain)
    for item in items:
        batch.process(item, item_violations.get(item.index, ()))
    note_unknown_keys(draft, record_type.batch, {**sent, **stated}, batch.held_fields, name)
    return batch.decision(request.operation)


def _empty_on_conflict(draft: Draft, envelope: _Envelope) -> list[Problem]:
    """Return the problem of an empty on_conflict, if the reading refuses it."""
    rule_id = "zangsho.batch.on-conflict-empty"
    is_empty = "on_conflict" in envelope.sent and "on_conflict" not in envelope.stated
    if not is_empty or draft.reading(rule_id) == "skip":
        return []
    return [invalid(draft.contract, rule_id, "on_conflict")]


def _violations(
    context: WriteContext, envelope: _Envelope, items: Sequence[Item]
) -> tuple[list[Violation], dict[int, list[Violation]]]:
    """Return the schema violations of a batch: those of the envelope, and those of each item by its index."""
    name, body = envelope.name, envelope.stated
    checked = {**body, name: [item.checked for item in items]} if envelope.has_list else body
    validator = context.draft.contract.validator(context.record_type.batch)
    of_envelope: list[Violation] = []
    of_items: dict[int, list[Violation]] = {}
    for violation in () if validator.valid(checked) else validator.violations(checked):
        if len(violation.at) > 1 and violation.at[0] == name:
            of_items.setdefault(int(violation.at[1]), []).append(violation)
        else:
            of_envelope.append(violation)
    return of_envelope, of_items


def _refused(context: WriteContext, problems: Sequence[Problem], request: WriteRequest, place: str) -> Decision:
    """Refuse a whole batch, for its first problem. `place` is its list, or the body if it has no list."""
    sent = request.count(context.record_type.name)
    rule_id, values = problems[0].rule, {**problems[0].values, "sent": sent}
    if sent:
        context.draft.outcome("refused", rule_id, count=sent, at=place or f"/{context.record_type.name}", **values)
    elif request.fields is not None:
        context.draft.outcome("refused", rule_id, at=place, **values)
    else:  # the core refuses an unread body for this note
        context.draft.note("noted", rule_id, at=place, **values)
    return context.draft.decision(validation_error(context.draft.contract, problems))
