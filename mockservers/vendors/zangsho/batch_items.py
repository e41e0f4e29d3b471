"""The items of a batch: each is stored, skipped or failed by itself, and the reply says which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import Decision, OutcomeKind, Reply
from mockservers.core.value import Struct, replace
from mockservers.vendors.zangsho.activity import log_write, log_writes
from mockservers.vendors.zangsho.customers import customer_fields
from mockservers.vendors.zangsho.problems import Problem, violated, worst, wrong_type
from mockservers.vendors.zangsho.record_types import Fields, Item, WriteContext
from mockservers.vendors.zangsho.replies import data_reply, validation_error
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.stored_values import StoredValues, stored_values
from mockservers.vendors.zangsho.updates import note_removed

_STORED: tuple[OutcomeKind, ...] = ("kept", "updated")


class ItemResult(Struct):
    """The outcome of an item. `values` fill the rule's sentence.

    `fields` are the stored fields of an item, and `document` is its document, if it did not fail.
    """

    item: Item
    kind: OutcomeKind
    fields: Fields
    document: Document | None
    rule: str = ""
    differs: bool = True
    key: str = ""
    values: Mapping[str, Any] | None = None


class BatchItems:
    """Processes the items of a batch one after the other, then decides the call."""

    def __init__(self, context: WriteContext, on_conflict: str) -> None:
        self._context = context
        self._on_conflict = on_conflict
        self._results: list[ItemResult] = []
        self._problems: list[Problem] = []
        self._stored_keys: set[str] = set()
        self._created_at_once = 0
        self._key = COLLECTIONS[context.record_type.collection].key
        self._lists: dict[str, list[dict[str, Any]]] = {"created": [], "updated": [], "skipped": [], "failed": []}

    def create_all(self, items: Sequence[Fields]) -> bool:
        """Create plain items at once, if all are new and leave nothing to note. Return whether they were created."""
        context, record_type = self._context, self._context.record_type
        documents = record_type.create_all(context, items)
        if documents is None:
            return False
        log_writes(context.draft, record_type.noun, "created", documents, batch=True)
        identifiers = map(context.identifier, items)
        self._lists["created"] = [
            {"index": index, "id": document["id"], "identifier": identifier}
            for index, (document, identifier) in enumerate(zip(documents, identifiers, strict=True))
        ]
        self._created_at_once = len(documents)
        return True

    def process(self, item: Item, violations: Sequence[Violation]) -> None:
        """Store, skip or fail one item.

        Rule: `zangsho.batch.update`.
        """
        context, record_type = self._context, self._context.record_type
        if item.is_plain:
            values = record_type.missing(context, item.stated) or StoredValues(item.stated)
        else:
            values = self._checked(item, violations)
        if isinstance(values, Problem):
            return self._fail(item, values)
        fields, record = values.fields, record_type.find(context, values.fields)
        if record is not None and self._on_conflict == "skip":
            return self._skip(item, fields, record)
        if record is None:
            document = record_type.create(context, item, fields)
        else:
            document = record_type.update(context, item, fields, record)
        if isinstance(document, Problem):
            return self._fail(item, document)
        if values.notes:
            context.note(item, values)
        return self._store(item, fields, document, "kept" if record is None else "updated")

    def _checked(self, item: Item, violations: Sequence[Violation]) -> StoredValues | Problem:
        """Return an item's fields as they are stored, or its problem, for new and for known records."""
        context, contract, record_type = self._context, self._context.draft.contract, self._context.record_type
        if not isinstance(item.sent, dict):
            problem = wrong_type(contract, f"{record_type.name}.{item.index}", item.sent, "an object")
            return replace(problem, name="")
        missing = record_type.missing(context, item.stated)
        if violations:
            problems = [violated(contract, violation, 2) for violation in violations]
            return worst(problems, violations, missing)
        values = missing or stored_values(context.draft, context.formats, item.stated)
        if isinstance(values, Problem):
            return values
        return record_type.unlisted(context.draft, values.fields) or values

    def _store(self, item: Item, fields: Fields, document: Document, kind: OutcomeKind) -> None:
        context, action = self._context, "created" if kind == "kept" else "updated"
        self._results.append(ItemResult(item, kind, fields, document))
        self._stored_keys.add(self._key(document))
        log_write(context.draft, context.record_type.noun, action, document, batch=True)
        entry = {"index": item.index, "id": document["id"], "identifier": context.identifier(item.stated)}
        self._lists[action].append(entry)

    def _skip(self, item: Item, fields: Fields, record: Document) -> None:
        identifier = self._context.identifier(item.stated)
        differing = self._context.differing(fields, record)
        rule_id, values = "zangsho.batch.skip", {"identifier": identifier, "fields": ", ".join(differing) or "nothing"}
        if self._key(record) in self._stored_keys:
            rule_id = "zangsho.batch.twice"
            values["problem"] = f"the first one is kept, and differs in {values['fields']}"
        self._results.append(ItemResult(item, "skipped", fields, record, rule_id, bool(differing), values=values))
        self._lists["skipped"].append(
            {"index": item.index, "reason": self._reason("skipped"), "identifier": identifier}
        )

    def _fail(self, item: Item, problem: Problem) -> None:
        """Rule: `zangsho.batch.partial-success`."""
        key = problem.name or self._context.record_type.noun
        self._results.append(ItemResult(item, "refused", {}, None, problem.rule, key=key, values=problem.values))
        self._problems.append(problem)
        entry = {
            "index": item.index,
            "reason": self._reason("failed"),
            "message": problem.text,
            "identifier": self._context.identifier(item.stated),
        }
        self._lists["failed"].append(entry)

    def _reason(self, list_name: str) -> str:
        reasons: Any = self._context.draft.value("zangsho.batch.reasons", list_name)
        return str(reasons if isinstance(reasons, str) else reasons[self._context.record_type.name])

    def held_fields(self, index: int) -> Fields:
        """Return the held fields of a stored or skipped item; nothing for a failed one."""
        document = self._results[index].document if index < len(self._results) else None
        if document is None:
            return {}
        draft = self._context.draft
        return {**customer_fields(draft, document), **self._context.record_type.complete(draft, document)}

    # -- the decision ------------------------------------------------------------------------------------------------

    def decision(self, operation: str) -> Decision:
        """Return the decision, after every item is processed."""
        results_by_key = self._results_by_key()
        self._note_removed(results_by_key)
        self._find_overwritten(results_by_key)
        draft = self._context.draft
        counts = Counter([result.kind for result in self._results])
        counts["kept"] += self._created_at_once
        for kind in _STORED:
            if counts[kind]:
                draft.outcome(kind, count=counts[kind])
        for result in self._results:
            if result.kind not in _STORED:
                draft.outcome(
                    result.kind,
                    result.rule,
                    item=result.item.index,
                    at=result.item.where(result.key),
                    differs=result.differs,
                    key=result.key,
                    **(result.values or {}),
                )
        return draft.decision(self._reply(operation))

    def _results_by_key(self) -> dict[str, list[ItemResult]]:
        """Return the stored items by key; nothing if each item created its own record."""
        results_by_key: dict[str, list[ItemResult]] = {}
        if self._lists["updated"] or len(self._stored_keys) < len(self._lists["created"]):
            for result in self._results:
                if result.kind in _STORED and result.document is not None:
                    results_by_key.setdefault(self._key(result.document), []).append(result)
        return results_by_key

    def _note_removed(self, results_by_key: Mapping[str, Sequence[ItemResult]]) -> None:
        """Note the values that updates removed from records that existed before the call."""
        context, collection = self._context, self._context.record_type.collection
        for key, results in results_by_key.items():
            before, after = context.draft.view.get(collection, key), context.draft.get(collection, key)
            items = [result.item for result in results if result.kind == "updated"]
            if before is not None and after is not None and items:
                note_removed(context, items, before, after)

    def _find_overwritten(self, results_by_key: Mapping[str, Sequence[ItemResult]]) -> None:
        """Mark results as overwritten if a later item of the batch replaced their values."""
        context = self._context
        for key, results in results_by_key.items():
            record = context.draft.get(context.record_type.collection, key) if len(results) > 1 else None
            for result in results[:-1] if record else ():
                never_stored = context.differing(result.fields, result.document or {})
                differing = context.differing(result.fields, record or {})
                replaced = [name for name in differing if name not in never_stored]
                if replaced:
                    result.kind, result.rule = "overwritten", "zangsho.batch.twice"
                    problem = f"a later one takes the place of its {', '.join(replaced)}"
                    result.values = {"identifier": context.identifier(result.item.stated), "problem": problem}

    def _reply(self, operation: str) -> Reply:
        """Rule: `zangsho.batch.counts`."""
        view = self._context.draft.view
        failed, total = self._lists["failed"], sum(map(len, self._lists.values()))
        if len(failed) == total and view.form("zangsho.batch.status") == "all-failed-422":
            return validation_error(view.contract, self._problems_by_place())
        has_updated = view.form("zangsho.batch.updated-list") == "always-four"
        results = {
            name: entries for name, entries in self._lists.items() if entries or has_updated or name != "updated"
        }
        counts = {name: len(entries) for name, entries in self._lists.items()}
        return data_reply(view.contract, operation, {"total": total, **counts, "results": results})

    def _problems_by_place(self) -> list[Problem]:
        """Return the problems of the items, with their fields named from the envelope on."""
        name = self._context.record_type.name
        pairs = zip(self._results, self._problems, strict=True)
        return [
            replace(problem, name=f"{name}.{result.item.index}.{problem.name}".rstrip(".")) for result, problem in pairs
        ]
