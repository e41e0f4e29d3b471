"""What was asked to be exported, beside what the vendor holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
"""An order (at FANSHIP, a line of one) by neutral names: `order`, `sku`, `total`, `status`, …

On the expected side a frozenset holds all values that are right, on the held side all that are held, of which one has
to be right. None on the held side is a field that the vendor's document lacks, which is compared only where it must be
there."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a vendor can hold of a kind of thing.

    `key` are the fields by which it is told apart, `must` those that have to be held. `expected` says what should be
    held of a thing, `held` what a tenant's state holds of all of them.
    """

    key: tuple[str, ...]
    must: frozenset[str]
    expected: Callable[[Any], Fields]
    held: Callable[[Mapping[str, Any]], Iterable[Fields]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is held in another way than it was asked for."""

    key: Key
    field: str
    expected: Any
    held: Any

    def __str__(self) -> str:
        return f"{self.field} is {shown(self.held)}, asked for: {shown(self.expected)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is wrong with what is held. `unasked` is held, and nobody asked for it. `by` names the parts of a key."""

    by: tuple[str, ...]
    missing: tuple[Key, ...]
    doubled: tuple[Key, ...]
    different: tuple[Difference, ...]
    unasked: tuple[Key, ...]

    @property
    def right(self) -> bool:
        """Whether all is held, once, as it was asked for, and nothing else is."""
        return not (self.missing or self.doubled or self.different or self.unasked)

    @property
    def wrong(self) -> set[str]:
        """The ids of the orders, or what else was sent, that are not held as asked for."""
        return {key[0] for key in (*self.missing, *self.doubled)} | {found.key[0] for found in self.different}

    def lines(self, most: int = 8) -> list[str]:
        """A line for each thing that is wrong, up to `most`."""
        said = [f"missing    {self._named(key)}" for key in self.missing]
        said += [f"doubled    {self._named(key)}" for key in self.doubled]
        said += [f"different  {self._named(found.key)}: {found}" for found in self.different]
        said += [f"unasked    {self._named(key)}" for key in self.unasked]
        return said[:most] + ([f"and {len(said) - most} more"] if len(said) > most else [])

    def _named(self, key: Key) -> str:
        """A key for a reader: `order O-1, sku P1`."""
        return ", ".join(f"{kind} {part}" for kind, part in zip(self.by, key, strict=True))


def compare(
    expected: Iterable[Fields], held: Iterable[Fields], by: Sequence[str], must: frozenset[str] = frozenset()
) -> Comparison:
    """Compare by the fields that make the key. A field of `must` has to be held; others where they are held alone."""
    asked = {_key(fields, by): fields for fields in expected}
    found: dict[Key, list[Fields]] = {}
    for fields in held:
        found.setdefault(_key(fields, by), []).append(fields)
    return Comparison(
        by=tuple(by),
        missing=tuple(key for key in asked if key not in found),
        doubled=tuple(key for key, several in found.items() if len(several) > 1),
        different=tuple(
            each
            for key, fields in asked.items()
            for one in found.get(key, ())[:1]
            for each in _differ(key, fields, one, must)
        ),
        unasked=tuple(key for key in found if key not in asked),
    )


def _key(fields: Fields, by: Sequence[str]) -> Key:
    return tuple(str(fields.get(name)) for name in by)


def _differ(key: Key, expected: Fields, held: Fields, must: frozenset[str]) -> list[Difference]:
    return [
        Difference(key, name, wanted, held.get(name))
        for name, wanted in expected.items()
        if not (held.get(name) is None and name not in must) and not _equal(wanted, held.get(name))
    ]


def _equal(wanted: Any, held: Any) -> bool:
    if isinstance(held, frozenset):
        return any(_equal(wanted, each) for each in held)
    return held in wanted if isinstance(wanted, frozenset) else bool(held == wanted)


def shown(value: Any) -> str:
    """A value for a reader."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(shown(each) for each in value))
    return "nothing" if value is None else str(value)
