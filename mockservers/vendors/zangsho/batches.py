"""A batch: up to a hundred records of a kind, each stored, skipped or failed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, OutcomeKind, Reply
from mockservers.vendors.zangsho.activity import log
from mockservers.vendors.zangsho.customers import naming
from mockservers.vendors.zangsho.holding import COLLECTIONS
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work, is_blank
from mockservers.vendors.zangsho.parsing import fields_of, note_repeated, note_unknown
from mockservers.vendors.zangsho.problems import Problem, broken, first, invalid, refused, wrong_type
from mockservers.vendors.zangsho.subscription_events import KIND as EVENTS
from mockservers.vendors.zangsho.values import content

_STORED: tuple[OutcomeKind, ...] = ("kept", "updated")


def import_batch(kind: Kind, call: Call, view: View) -> Decision:
    """Refuse an envelope that is wrong; else go through the items in their order.

    Rules: `zangsho.batch.most-items`, `zangsho.batch.envelope`.
    """
    return _imported(kind.work(Draft(view, COLLECTIONS), alone=False), call)


def import_events(call: Call, view: View) -> Decision:
    """The same for subscription events, and a word that the vendor may have no such call.

    Rule: `zangsho.event.batch-envelope`.
    """
    work = EVENTS.work(Draft(view, COLLECTIONS), alone=False)
    work.draft.note("noted", "zangsho.event.batch-path")
    return _imported(work, call)


def sent_items(call: Call, name: str) -> int:
    """How many items a batch sends under a name; in a list without its envelope or under another name, too."""
    value = call.json
    if isinstance(value, dict):
        if name in value:
            return len(value[name]) if isinstance(value[name], list) else 0
        return max((len(listed) for listed in value.values() if isinstance(listed, list)), default=0)
    return len(value) if isinstance(value, list) else 0


def _imported(work: Work, call: Call) -> Decision:
    draft, kind = work.draft, work.kind
    fields = fields_of(draft, call)
    body = {name: value for name, value in fields.items() if value is not None and not is_blank(value)}
    sent = body.get(kind.name)
    many = sent if isinstance(sent, list) else []
    looked_at = many[: kind.limit(draft) + 1]
    items = [work.item(one, index, f"/{kind.name}/{index}") for index, one in enumerate(looked_at)]
    whole, single = _violations(work, body, items)
    note_repeated(draft, call, kind.name)
    problems = [broken(draft.contract, violation) for violation in whole] or _empty_choice(draft, fields, body)
    if problems:
        note_unknown(draft, kind.batch, {name: fields[name] for name in fields if name != kind.name}, name=kind.name)
        return _refused(work, problems, sent_items(call, kind.name))
    batch = Batch(work, body.get("on_conflict") or draft.value("zangsho.batch.on-conflict", "default"))
    for item in items:
        batch.take(item, single.get(item.index, ()))
    note_unknown(draft, kind.batch, {**fields, **body}, batch.held, kind.name)
    return batch.decision(call)


def _empty_choice(draft: Draft, fields: Fields, body: Fields) -> list[Problem]:
    """What is wrong with an on_conflict that is sent and says nothing."""
    rule_id = "zangsho.batch.on-conflict-empty"
    if "on_conflict" not in fields or "on_conflict" in body or draft.reading(rule_id) == "skip":
        return []
    return [invalid(draft.contract, rule_id, "on_conflict")]


def _violations(work: Work, body: Fields, items: Sequence[Item]) -> tuple[list[Violation], dict[int, list[Violation]]]:
    """What breaks the schema of a batch: the envelope's part, and that of each item."""
    name = work.kind.name
    checked = {**body, name: [item.given for item in items]} if isinstance(body.get(name), list) else body
    validator = work.draft.contract.validator(work.kind.batch)
    whole: list[Violation] = []
    single: dict[int, list[Violation]] = {}
    for violation in () if validator.valid(checked) else validator.violations(checked):
        if len(violation.at) > 1 and violation.at[0] == name:
            single.setdefault(int(violation.at[1]), []).append(violation)
        else:
            whole.append(violation)
    return whole, single


def _refused(work: Work, problems: Sequence[Problem], sent: int) -> Decision:
    rule_id, values = problems[0].rule, {**problems[0].values, "sent": sent}
    if sent:
        work.draft.outcome("refused", rule_id, count=sent, at=f"/{work.kind.name}", **values)
    else:
        work.draft.note("noted", rule_id, **values)
    return work.draft.decision(refused(work.draft.contract, problems))


@dataclass(slots=True)
class Became:
    """What became of an item; `fields` are its content as it is kept."""

    item: Item
    kind: OutcomeKind
    rule: str = ""
    differs: bool = True
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Fields = field(default_factory=dict)


class Batch:
    """The items of a batch on their way, and what the answer says of them."""

    def __init__(self, work: Work, on_conflict: str) -> None:
        self._work = work
        self._on_conflict = on_conflict
        self._became: list[Became] = []
        self._problems: list[Problem] = []
        self._writers: dict[str, list[Became]] = {}
        self._key = COLLECTIONS[work.kind.collection].key
        self._lists: dict[str, list[dict[str, Any]]] = {"created": [], "updated": [], "skipped": [], "failed": []}
        self._documents: dict[int, Document] = {}

    def take(self, item: Item, violations: Sequence[Violation]) -> None:
        """Store, skip or fail one item."""
        work, contract = self._work, self._work.draft.contract
        if not isinstance(item.sent, dict):
            found = wrong_type(contract, f"{work.kind.name}.{item.index}", item.sent, "an object")
            return self._fail(item, replace(found, name=""))
        if violations:
            problems = [broken(contract, violation, 2) for violation in violations]
            return self._fail(item, first(problems, violations))
        made = content(work.draft, work.formats, item.given)
        if isinstance(made, Problem):
            return self._fail(item, made)
        held = work.kind.held(work, made.fields)
        if held is not None and self._on_conflict == "skip":
            return self._skip(item, made.fields, held)
        stored = work.kind.create(work, item, made.fields) if held is None else self._updated(item, made.fields, held)
        if isinstance(stored, Problem):
            return self._fail(item, stored)
        work.note(item, made)
        return self._store(item, made.fields, stored, "kept" if held is None else "updated")

    def _updated(self, item: Item, fields: Fields, held: Document) -> Document | Problem:
        """Rule: `zangsho.batch.update`."""
        return self._work.kind.update(self._work, item, fields, held)

    def _store(self, item: Item, fields: Fields, stored: Document, kind: OutcomeKind) -> None:
        named = "created" if kind == "kept" else "updated"
        became = Became(item, kind, fields=fields)
        self._became.append(became)
        self._writers.setdefault(self._key(stored), []).append(became)
        self._documents[item.index] = stored
        log(self._work.draft, self._work.kind.noun, named, stored, batch=True)
        entry = {"index": item.index, "id": stored["id"], "identifier": self._work.identifier(item)}
        self._lists[named].append(entry)

    def _skip(self, item: Item, fields: Fields, held: Document) -> None:
        identifier = self._work.identifier(item)
        differing = self._work.differing(fields, held)
        rule_id, values = "zangsho.batch.skip", {"identifier": identifier, "fields": ", ".join(differing) or "nothing"}
        if self._key(held) in self._writers:
            rule_id = "zangsho.batch.twice"
            values["problem"] = f"the first one is kept, and differs in {values['fields']}"
        self._became.append(Became(item, "skipped", rule_id, bool(differing), values=values))
        self._documents[item.index] = held
        self._lists["skipped"].append(
            {"index": item.index, "reason": self._reason("skipped"), "identifier": identifier}
        )

    def _fail(self, item: Item, found: Problem) -> None:
        """Rule: `zangsho.batch.partial-success`."""
        key = found.name or self._work.kind.noun
        self._became.append(Became(item, "refused", found.rule, key=key, values=found.values))
        self._problems.append(found)
        entry = {
            "index": item.index,
            "reason": self._reason("failed"),
            "message": found.text,
            "identifier": self._work.identifier(item),
        }
        self._lists["failed"].append(entry)

    def _reason(self, named: str) -> str:
        reasons: Any = self._work.draft.value("zangsho.batch.reasons", named)
        return str(reasons if isinstance(reasons, str) else reasons[self._work.kind.name])

    def held(self, index: int) -> Fields:
        """What is held of an item, whatever became of it; nothing of one that failed."""
        document = self._documents.get(index)
        if document is None:
            return {}
        draft = self._work.draft
        return {**naming(draft, document), **self._work.kind.whole(draft, document)}

    # -- at the end -------------------------------------------------------------------------------------------------

    def decision(self, call: Call) -> Decision:
        """The whole of it, once every item was taken."""
        self._overwrite()
        draft = self._work.draft
        for kind in _STORED:
            count = sum(became.kind == kind for became in self._became)
            if count:
                draft.outcome(kind, count=count)
        for became in self._became:
            if became.kind not in _STORED:
                item, values = became.item, became.values
                draft.outcome(
                    became.kind,
                    became.rule,
                    item=item.index,
                    at=item.where(became.key),
                    differs=became.differs,
                    key=became.key,
                    **values,
                )
        return draft.decision(self._reply(call))

    def _overwrite(self) -> None:
        """What a later item of the batch put something else in place of was stored, and is not kept."""
        for key, writers in self._writers.items():
            held = self._work.draft.get(self._work.kind.collection, key) if len(writers) > 1 else None
            for became in writers[:-1] if held else ():
                never = self._work.differing(became.fields, self._documents[became.item.index])
                differing = [name for name in self._work.differing(became.fields, held or {}) if name not in never]
                if differing:
                    became.kind, became.rule = "overwritten", "zangsho.batch.twice"
                    problem = f"a later one takes the place of its {', '.join(differing)}"
                    became.values = {"identifier": self._work.identifier(became.item), "problem": problem}

    def _reply(self, call: Call) -> Reply:
        """Rule: `zangsho.batch.counts`."""
        view = self._work.draft.view
        failed = self._lists["failed"]
        if len(failed) == len(self._became) and view.form("zangsho.batch.status") == "all-failed-422":
            return refused(view.contract, self._placed())
        always = view.form("zangsho.batch.updated-list") == "always-four"
        results = {name: entries for name, entries in self._lists.items() if entries or always or name != "updated"}
        counts = {name: len(entries) for name, entries in self._lists.items()}
        return view.contract.reply(call.operation, {"data": {"total": len(self._became), **counts, "results": results}})

    def _placed(self) -> list[Problem]:
        """The problems of the items, their fields named from the envelope on."""
        name = self._work.kind.name
        placed = zip(self._became, self._problems, strict=True)
        return [replace(found, name=f"{name}.{became.item.index}.{found.name}".rstrip(".")) for became, found in placed]
