"""One item being processed: its place, its notes, and its problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.contract.violation_words import in_words, type_of, types_in_words
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import NoteKind, OutcomeKind
from mockservers.core.value import Value, field
from mockservers.core.values.json_text import pointer
from mockservers.vendors.omnisegment.batch_writes import BatchWrites, RecordType, Write
from mockservers.vendors.omnisegment.product_id_changes import ProductIdChanges
from mockservers.vendors.omnisegment.values import options_listed, options_text, shortened

_VENDOR_TYPES = {
    "string": "str",
    "number": "float",
    "integer": "int",
    "object": "dict",
    "array": "list",
    "boolean": "bool",
}
"""The vendor's messages name the types of Python."""


_FIELDS = "omnisegment.purchase.types"
"""The rule of a violation that no rule covers."""

_UNKNOWN_KEY = "omnisegment.request.unknown-key"


class Problem(Value):
    """Why an item is an error: the rule, the vendor's text, the place, and values of the rule's `why`."""

    rule: str
    text: str
    at: str
    missing: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class Item:
    """An order, member or product being processed.

    `of` is its call, 0 for the call being decided. `batch_failures` counts the failed items of a batch
    that loses all items for them; `writes` are the writes of the batch.
    """

    def __init__(
        self,
        draft: Draft,
        at: Sequence[str | int],
        *,
        index: int = 0,
        of: int = 0,
        batch_failures: int = 0,
        writes: BatchWrites | None = None,
    ) -> None:
        self.draft = draft
        self.at = tuple(at)
        self.index = index
        self.of = of
        self.batch_failures = batch_failures
        self.problems: list[Problem] = []
        self.ids = ProductIdChanges() if writes is None else writes.ids
        self._writes = writes
        self._before: list[Mapping[str, Any]] = []
        self._notes_if_stored: list[Callable[[], None]] = []

    @property
    def is_lost(self) -> bool:
        """Whether nothing of the item will be stored."""
        return bool(self.batch_failures or self.problems)

    @property
    def first_problem(self) -> Problem:
        """The problem of the item's outcome: missing keys come before others."""
        return next((problem for problem in self.problems if problem.missing), self.problems[0])

    def place(self, *at: str | int) -> str:
        """A place in the item, as a JSON pointer into the request."""
        return pointer(*self.at, *at)

    def note(self, kind: NoteKind, rule: str, /, *at: str | int, differs: bool = True, **values: Any) -> None:
        """File a note about a place in the item."""
        short_values = {name: shortened(value) for name, value in values.items()}
        self.draft.note(
            kind,
            rule,
            item=self.index,
            at=self.place(*at),
            of=self.of,
            differs=differs,
            key=_last_name(at),
            **short_values,
        )

    def note_places(self, kind: NoteKind, rule: str, /, places: Sequence[Sequence[str | int]], **values: Any) -> None:
        """File one note about several places in the item, each of which counts."""
        pointers = [self.place(*at) for at in places]
        short_values = {name: shortened(value) for name, value in values.items()}
        self.draft.note(kind, rule, item=self.index, at=pointers, count=len(places), of=self.of, **short_values)

    def note_beside(self, kind: NoteKind, rule: str, name: str, **values: Any) -> None:
        """File a note about a key outside the item that belongs to it."""
        self.draft.note(kind, rule, item=self.index, at=pointer(name), of=self.of, key=name, **values)

    def note_if_stored(self, kind: NoteKind, rule: str, /, *at: str | int, **values: Any) -> None:
        """File a note only if the item is stored, such as how a value is stored."""
        self._notes_if_stored.append(lambda: self.note(kind, rule, *at, **values))

    def add_problem(
        self, rule: str, text: str, *at: str | int, missing: str = "", place: str = "", **values: Any
    ) -> None:
        """Add a problem: the item is an error. `place` is a pointer to a place outside the item."""
        short_values = {name: shortened(value) for name, value in values.items()}
        self.problems.append(Problem(rule, text, place or self.place(*at), missing, short_values))

    def add_missing(self, rule: str, name: str, *at: str | int, **values: Any) -> None:
        """Add a missing required key; the vendor's text names all of them together."""
        self.add_problem(rule, "", *at, missing=name, **values)

    @staticmethod
    def violations(validator: Validator, value: Any) -> list[Violation]:
        """The violations of a schema by a value. Quick for valid values."""
        return [] if validator.valid(value) else validator.violations(value)

    def add_violation(self, violation: Violation, *under: str | int, place: str = "", **more: Any) -> None:
        """Add the violation of a schema. `place` is that of a value outside the item, `more` are values of `why`."""
        contract = self.draft.contract
        rule = contract.ground_rule(violation) or _FIELDS
        at = (*under, *violation.at)
        name = ".".join(str(token) for token in at) or "data"
        if violation.keyword in ("required", "minLength"):
            self.add_missing(rule, name, *at)
            return
        if violation.keyword == "additionalProperties":
            self.add_problem(_UNKNOWN_KEY, contract.message("unknown-field", field=name), *at, field=name)
            return
        text, problem = self._describe(violation, name)
        values = {"field": name, "given": violation.value, "problem": problem, **more}
        if violation.keyword == "maxLength":
            values |= {"length": len(violation.value), "most": violation.expected}
        elif violation.keyword == "enum":
            values["options"] = options_listed(violation.expected)
        self.add_problem(rule, text, *at, place=place, **values)

    def _describe(self, violation: Violation, name: str) -> tuple[str, str]:
        """Describe a violation: the vendor's text, and the problem for a finding."""
        contract, expected = self.draft.contract, violation.expected
        match violation.keyword:
            case "type":
                type_names, given_type = _type_names(expected), type(violation.value).__name__
                text = contract.message("wrong-type", field=name, expected=type_names, given=given_type)
                return text, f"{name} is {type_of(violation.value)}, not {types_in_words(expected)}"
            case "enum":
                text = contract.message("not-an-option", field=name, options=options_text(expected))
                return text, f"{name} is not one of {options_listed(expected)}"
            case "maxLength":
                text = contract.message("too-long", field=name, limit=expected)
                return text, f"{name} {in_words(violation.keyword, expected)}"
            case keyword:
                return contract.message("wrong-format", field=name), f"{name} {in_words(keyword, expected)}"

    def set_record(self, record_type: RecordType, key: str) -> None:
        """Set the record that the item writes. Earlier items of the batch may have written it, too."""
        self._before = [] if self._writes is None else self._writes.before(record_type, key)

    def sent_before(self, name: str, product: str = "") -> bool:
        """Whether an earlier item of the same batch sent a field of the same document, or a product's quantity."""
        if product:
            lines = (line for content in self._before for line in content["products"].values())
            return any(line["product_id"] == product and line["product_quantity"] is not None for line in lines)
        return any(content.get(name) for content in self._before)

    def stored(self, kind: OutcomeKind, rule: str, record_type: RecordType, key: str, document: Document) -> None:
        """The item is stored: file the notes for that case and its outcome, which a later item may change."""
        for note in self._notes_if_stored:
            note()
        self._notes_if_stored.clear()
        if self._writes is None:
            self.outcome(kind, rule)
        else:
            self._writes.add(record_type, key, Write(self, kind, rule, document))

    def outcome(self, kind: OutcomeKind, rule: str = "", at: str = "", /, **values: Any) -> None:
        """File the outcome of the item."""
        was: OutcomeKind | None = "pending" if self.of else None
        places = at or self.place()
        self.draft.outcome(kind, rule, item=self.index, at=places, of=self.of, was=was, **values)

    def fail(self, kind: OutcomeKind) -> str:
        """File the item as lost to its first problem. Return the vendor's text."""
        missing = [problem for problem in self.problems if problem.missing]
        first = self.first_problem
        fields = ", ".join(problem.missing for problem in missing)
        missing_values = {"fields": fields, "problem": f"missing: {fields}"}
        values = {**first.values, **missing_values} if missing else dict(first.values)
        self.outcome(kind, first.rule, first.at, **values)
        return self.draft.contract.message("missing", fields=fields) if missing else first.text


def _type_names(expected: str | list[str]) -> str:
    names = [expected] if isinstance(expected, str) else expected
    return " or ".join(_VENDOR_TYPES[name] for name in names if name != "null")


def _last_name(at: Sequence[str | int]) -> str:
    """The last name of a place, which separates findings of one rule."""
    return next((token for token in reversed(at) if isinstance(token, str)), "")
