"""A record that is created by itself: stored and told of, or refused."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.zangsho.activity import log, webhook
from mockservers.vendors.zangsho.customers import naming
from mockservers.vendors.zangsho.holding import COLLECTIONS
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work
from mockservers.vendors.zangsho.parsing import fields_of, note_repeated, note_unknown
from mockservers.vendors.zangsho.problems import Problem, broken, first, problem, refused
from mockservers.vendors.zangsho.values import Content, content


def create_one(kind: Kind, call: Call, view: View) -> Decision:
    """Create the record that the body is."""
    work = kind.work(Draft(view, COLLECTIONS), alone=True)
    item = work.item(fields_of(work.draft, call))
    return create(work, item, call)


def create(work: Work, item: Item, call: Call) -> Decision:
    """Create the record of an item."""
    draft, kind = work.draft, work.kind
    note_repeated(draft, call)
    made = checked(work, item, kind.schema)
    held = None if isinstance(made, list) else kind.held(work, made.fields)
    if isinstance(made, list):
        found = made
    elif held is not None:
        found = [_taken(work, item, made.fields, held)]
    else:
        stored = kind.create(work, item, made.fields)
        if not isinstance(stored, Problem):
            work.note(item, made)
            return _stored(work, item, call, stored)
        found = [stored]
    note_unknown(draft, kind.schema, item.sent)
    draft.outcome("refused", found[0].rule, item=0, at=item.where(found[0].name), key=found[0].name, **found[0].values)
    return draft.decision(refused(draft.contract, found))


def checked(work: Work, item: Item, schema: str) -> Content | list[Problem]:
    """What is given, as it is kept; or all that is wrong with it, the worst first."""
    contract = work.draft.contract
    violations = contract.validator(schema).violations(item.given)
    if violations:
        problems = [broken(contract, violation) for violation in violations]
        worst = first(problems, violations)
        return [worst, *(found for found in problems if found is not worst)]
    made = content(work.draft, work.formats, item.given)
    return [made] if isinstance(made, Problem) else made


def _taken(work: Work, item: Item, fields: Fields, held: Document) -> Problem:
    name = work.draft.value("zangsho.batch.conflict-key", work.kind.name)
    differing = ", ".join(work.differing(fields, held)) or "nothing"
    identifier = work.identifier(item)
    return problem(work.draft.contract, "taken", work.kind.taken, name, identifier=identifier, fields=differing)


def _stored(work: Work, item: Item, call: Call, stored: Document) -> Decision:
    """Rule: `zangsho.single.created`."""
    draft, kind = work.draft, work.kind
    log(draft, kind.noun, "created", stored)
    record = kind.shown(draft, stored)
    note_unknown(draft, kind.schema, item.sent, lambda _item: {**naming(draft, stored), **record})
    webhook(draft, kind.name, record)
    draft.outcome("kept")
    return draft.decision(draft.contract.reply(call.operation, {"data": record}))
