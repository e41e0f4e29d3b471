"""A single record that is created: stored with a webhook, or refused."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.zangsho.activity import log_write, send_webhook
from mockservers.vendors.zangsho.bodies import accepted_fields, note_repeated_keys, note_unknown_keys
from mockservers.vendors.zangsho.customers import customer_fields
from mockservers.vendors.zangsho.problems import Problem, problem, violated, worst
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.replies import data_reply, validation_error
from mockservers.vendors.zangsho.requests import WriteRequest, write_request
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.stored_values import StoredValues, stored_values


def create_record(record_type: RecordType, call: Call, view: View) -> Decision:
    """Create the record in the body."""
    request = write_request(call, view.contract)
    context = record_type.context(Draft(view, COLLECTIONS), is_single=True)
    return create_from_item(context, context.item(accepted_fields(context.draft, request)), request)


def create_from_item(context: WriteContext, item: Item, request: WriteRequest) -> Decision:
    """Create the record of an item, or refuse it."""
    note_repeated_keys(context.draft, request)
    document = _created(context, item)
    if isinstance(document, list):
        note_unknown_keys(context.draft, context.record_type.schema, item.sent)
        return refused(context, item, document)
    return _stored(context, item, request, document)


def refused(context: WriteContext, item: Item, problems: list[Problem]) -> Decision:
    """Refuse an item for its first problem."""
    draft, first = context.draft, problems[0]
    draft.outcome("refused", first.rule, item=0, at=item.where(first.name), key=first.name, **first.values)
    return draft.decision(validation_error(draft.contract, problems))


def checked_values(context: WriteContext, item: Item, schema: str) -> StoredValues | list[Problem]:
    """Return the item's fields as they are stored; or all its problems, the worst first."""
    contract = context.draft.contract
    violations = contract.validator(schema).violations(item.checked)
    if violations:
        problems = [violated(contract, violation) for violation in violations]
        first = worst(problems, violations)
        return [first, *(problem for problem in problems if problem is not first)]
    values = stored_values(context.draft, context.formats, item.stated)
    return [values] if isinstance(values, Problem) else values


def _created(context: WriteContext, item: Item) -> Document | list[Problem]:
    """Return the created document, or the problem."""
    record_type = context.record_type
    values = checked_values(context, item, record_type.schema)
    if isinstance(values, list):
        return values
    unlisted = record_type.unlisted(context.draft, values.fields)
    if unlisted is not None:
        return [unlisted]
    record = record_type.find(context, values.fields)
    if record is not None:
        return [_taken(context, item, values.fields, record)]
    document = record_type.create(context, item, values.fields)
    if isinstance(document, Problem):
        return [document]
    context.note(item, values)
    return document


def _taken(context: WriteContext, item: Item, fields: Fields, record: Document) -> Problem:
    contract, record_type = context.draft.contract, context.record_type
    name = context.draft.value("zangsho.batch.conflict-key", record_type.name)
    differing = ", ".join(context.differing(fields, record)) or "nothing"
    identifier = context.identifier(item.stated)
    return problem(contract, "taken", record_type.taken, name, identifier=identifier, fields=differing)


def _stored(context: WriteContext, item: Item, request: WriteRequest, document: Document) -> Decision:
    """Rule: `zangsho.single.created`."""
    draft, record_type = context.draft, context.record_type
    log_write(draft, record_type.noun, "created", document)
    record = record_type.answered(draft, document)
    note_unknown_keys(
        draft, record_type.schema, item.sent, lambda _item: {**customer_fields(draft, document), **record}
    )
    send_webhook(draft, record_type.name, record)
    draft.outcome("kept")
    return draft.decision(data_reply(draft.contract, request.operation, record))
