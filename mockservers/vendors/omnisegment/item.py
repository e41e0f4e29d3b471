"""One item on its way through processing: where it stands, what was remarked of it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import NoteKind, OutcomeKind
from mockservers.core.values.json_text import pointer
from mockservers.vendors.omnisegment.noting import NotedIds
from mockservers.vendors.omnisegment.twice import Place, Writes, Written

_LONGEST_SHOWN = 80
_PYTHON = {
    "string": "str",
    "number": "float",
    "integer": "int",
    "object": "dict",
    "array": "list",
    "boolean": "bool",
}
"""The vendor's texts name the types of its own language."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that makes an item an error: its rule, the vendor's text, where, and the values of the rule's `why`."""

    rule: str
    text: str
    at: str
    missing: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class Item:
    """An order, member or product being processed.

    `of` is the call that it came with, 0 for the one being decided. `doomed` counts the wrong items of a batch that
    loses all of its items for them; `writes` are those of its batch.
    """

    def __init__(
        self,
        draft: Draft,
        at: Sequence[str | int],
        *,
        index: int = 0,
        of: int = 0,
        doomed: int = 0,
        writes: Writes | None = None,
    ) -> None:
        self.draft = draft
        self.at = tuple(at)
        self.index = index
        self.of = of
        self.doomed = doomed
        self.problems: list[Problem] = []
        self.ids = NotedIds() if writes is None else writes.ids
        self._writes = writes
        self._before: list[Mapping[str, Any]] = []
        self._in_case: list[Callable[[], None]] = []

    @property
    def lost(self) -> bool:
        """Whether nothing of it will be held."""
        return bool(self.doomed or self.problems)

    def place(self, *at: str | int) -> str:
        """A place in the item, as a JSON pointer into the request."""
        return pointer(*self.at, *at)

    def note(self, kind: NoteKind, rule: str, /, *at: str | int, differs: bool = True, **values: Any) -> None:
        """Note something of a place in the item."""
        given = {name: shown(value) for name, value in values.items()}
        self.draft.note(
            kind, rule, item=self.index, at=self.place(*at), of=self.of, differs=differs, key=_key(at), **given
        )

    def note_places(self, kind: NoteKind, rule: str, /, places: Sequence[Sequence[str | int]], **values: Any) -> None:
        """Note the same thing of several places in the item, each of which counts."""
        pointers = [self.place(*at) for at in places]
        given = {name: shown(value) for name, value in values.items()}
        self.draft.note(kind, rule, item=self.index, at=pointers, count=len(places), of=self.of, **given)

    def lost_beside(self, rule: str, name: str, **values: Any) -> None:
        """Note that a key beside the item, which belongs to it, is lost with it."""
        self.draft.note("ignored", rule, item=self.index, at=pointer(name), of=self.of, key=name, **values)

    def note_if_held(self, kind: NoteKind, rule: str, /, *at: str | int, **values: Any) -> None:
        """Note something that can only be said of an item that is held: how a value of it is held."""
        self._in_case.append(lambda: self.note(kind, rule, *at, **values))

    def wrong(self, rule: str, text: str, *at: str | int, missing: str = "", place: str = "", **values: Any) -> None:
        """Note that the item is an error; `place` is a pointer to a place outside of it."""
        given = {name: shown(value) for name, value in values.items()}
        self.problems.append(Problem(rule, text, place or self.place(*at), missing, given))

    def lacks(self, rule: str, name: str, *at: str | int, **values: Any) -> None:
        """Note that a required key is missing; the vendor's text names all of them together."""
        self.wrong(rule, "", *at, missing=name, **values)

    @staticmethod
    def violations(validator: Validator, value: Any) -> list[Violation]:
        """The ways in which a value breaks its schema; none, quickly, where it holds to it."""
        return [] if validator.valid(value) else validator.violations(value)

    def breaks(self, found: Violation, *under: str | int, **more: Any) -> None:
        """Note the breach of a schema, as the vendor would put it. `more` are further values of the rule's `why`."""
        contract = self.draft.contract
        rule = contract.ground_rule(found)
        at = (*under, *found.at)
        name = ".".join(str(token) for token in at) or "data"
        if found.keyword in ("required", "minLength"):
            self.lacks(rule, name, *at)
            return
        text, problem = self._said(found, name)
        values = {"field": name, "given": found.value, "problem": problem, **more}
        if found.keyword == "maxLength":
            values |= {"length": len(found.value), "most": found.expected}
        elif found.keyword == "enum":
            values["options"] = options(found.expected)
        self.wrong(rule, text, *at, **values)

    def _said(self, found: Violation, name: str) -> tuple[str, str]:
        """A breach in the vendor's text, and in a sentence of ours."""
        contract, expected = self.draft.contract, found.expected
        match found.keyword:
            case "type":
                wanted, given = _types(expected), type(found.value).__name__
                text = contract.message("wrong-type", field=name, expected=wanted, given=given)
                return text, f"{name} is {given}, not {wanted}"
            case "enum":
                text = contract.message("not-an-option", field=name, options=options(expected))
                return text, f"{name} is none of {options(expected)}"
            case "maxLength":
                text = contract.message("too-long", field=name, limit=expected)
                return text, f"{name} has more than {expected} characters"
            case _:
                return contract.message("wrong-format", field=name), f"{name} is not of the form that the page asks for"

    def meet(self, place: Place, key: str) -> None:
        """Say where the item is going to be held, as earlier items of its batch may be."""
        self._before = [] if self._writes is None else self._writes.before(place, key)

    def sent_before(self, name: str, product: str = "") -> bool:
        """Whether an earlier item of the same batch sent a field of the same document, or a product's quantity."""
        if product:
            lines = (line for said in self._before for line in said["products"].values())
            return any(line["product_id"] == product and line["product_quantity"] is not None for line in lines)
        return any(said.get(name) for said in self._before)

    def held(self, kind: OutcomeKind, rule: str, place: Place, key: str, document: Document) -> None:
        """The item is held: file what was remarked for that case, and its outcome, which a later item may change."""
        for note in self._in_case:
            note()
        self._in_case.clear()
        if self._writes is None:
            self.outcome(kind, rule)
        else:
            self._writes.add(place, key, Written(self, kind, rule, document))

    def outcome(self, kind: OutcomeKind, rule: str = "", at: str = "", /, **values: Any) -> None:
        """Say what became of the item."""
        was: OutcomeKind | None = "pending" if self.of else None
        places = at or self.place()
        self.draft.outcome(kind, rule, item=self.index, at=places, of=self.of, was=was, **values)

    def fail(self, kind: OutcomeKind) -> str:
        """The item is lost to the first of its problems: its outcome is filed, the vendor's text returned."""
        missing = [problem for problem in self.problems if problem.missing]
        first = (missing or self.problems)[0]
        fields = ", ".join(problem.missing for problem in missing)
        named = {"fields": fields, "problem": f"{fields} missing"}
        values = {**first.values, **named} if missing else dict(first.values)
        self.outcome(kind, first.rule, first.at, **values)
        return self.draft.contract.message("missing", fields=fields) if missing else first.text


def options(enum: Sequence[Any]) -> str:
    """A closed list as the vendor's texts print one: `['SUCCESS', 'CANCEL']`."""
    return repr([option for option in enum if option])


def shown(value: Any) -> Any:
    """A value short enough for a sentence."""
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return value[:_LONGEST_SHOWN] + "…"
    if isinstance(value, list | dict):
        return type(value).__name__
    return value


def _types(expected: str | list[str]) -> str:
    names = [expected] if isinstance(expected, str) else expected
    return " or ".join(_PYTHON[name] for name in names if name != "null")


def _key(at: Sequence[str | int]) -> str:
    """What splits findings of one rule: the last name of the place."""
    return next((token for token in reversed(at) if isinstance(token, str)), "")
