"""The comparison of what the vendor should hold with what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from mockservers.testing.conformance.accepted_values import Accepted
from mockservers.testing.conformance.identities import Shared, claims, shared_identities
from mockservers.testing.orders import Customer

Fields = Mapping[str, Any]
"""An order, or a line of an order if the vendor holds lines, by neutral names: `order`, `sku`, `total`, `status`, …

On the expected side a frozenset holds all values that are right (with None, the field may be empty), and None is a
value that the order does not have, so that whatever is held is right. On the held side None is a field that the
vendor's document lacks. Such a field is compared where it must be there, or was sent for another order.

A field named `total with currency` has both values. If one of them differs by itself, the pair is not reported."""


class Optional(dict[str, Any]):
    """An expected record that an exporter may also leave out, because the page does not say that it has to be sent."""


_BOTH = " with "
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """The part of a kind of record that a vendor can hold.

    `key` are the fields that identify a record, `must` the fields that the vendor must hold. `expected` returns the
    fields that the vendor should hold for a record, `held` those of all records in a tenant's state.
    """

    key: tuple[str, ...]
    must: frozenset[str]
    expected: Callable[[Any], Fields]
    held: Callable[[Mapping[str, Any]], Iterable[Fields]]
    fits: Callable[[Any], bool] = bool
    """Whether the vendor can hold a record. If not, the exporter must report it as failed."""
    identifiers: frozenset[str] = frozenset()
    """The fields that identify a customer, if the record is one."""

    def compared(self, records: Iterable[Any], state: Mapping[str, Any]) -> Comparison:
        """The comparison of what a tenant's state holds with what it should hold of the records."""
        records, held = list(records), list(self.held(state))
        fit = [record for record in records if self.fits(record)]
        found = compare(map(self.expected, fit), held, self.key, self.must, sent_fields(held))
        customers = [(each.id, each, self.expected(each)) for each in fit if isinstance(each, Customer)]
        shared = shared_identities(claims(customers, by_first(held, self.key), self.identifiers))
        return replace(found, unfit=frozenset(record.id for record in records if record not in fit), shared=shared)


class Claim(Protocol):
    """What an exporter reports about its export."""

    @property
    def claims_all(self) -> bool:
        """Whether it reports success for all orders."""

    @property
    def failed(self) -> frozenset[str]:
        """The ids that it reports as failed."""

    @property
    def unknown(self) -> frozenset[str]:
        """The reported ids that no order has."""

    @property
    def stopped(self) -> bool:
        """Whether it was stopped at its time limit."""

    def notices(self, order_id: str) -> bool:
        """Whether it reports that this order did not arrive."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the vendor holds with another value than expected."""

    key: Key
    field: str
    expected: Any
    held: Any
    owed: str = ""
    """The kind of the records, such as `order`, if the field need not be held as such, but is held of others."""

    def __str__(self) -> str:
        why = f" (it is sent for other {self.owed}s)" if self.owed and self.held is None else ""
        return f"{self.field} is {shown(self.held)}, asked for: {shown(self.expected)}{why}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences. `unasked` records are held, although no order asks for them. `by` names the parts of a key.

    `counts` has, for each key that several records share (lines of one sku), how many of them are held and how many
    are expected. `unfit` are ids of orders that the vendor cannot hold, because they lack a required value. `shared`
    are identities that the exporter invented and that several people have.
    """

    by: tuple[str, ...]
    missing: tuple[Key, ...]
    doubled: tuple[Key, ...]
    different: tuple[Difference, ...]
    unasked: tuple[Key, ...]
    counts: Mapping[Key, tuple[int, int]] = field(default_factory=dict)
    unfit: frozenset[str] = frozenset()
    shared: tuple[Shared, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the vendor holds each expected record once, with the expected values, and no other record."""
        return not (self.missing or self.doubled or self.different or self.unasked or self.shared)

    def explains(self, outcome: Claim) -> bool:
        """Whether the vendor holds all that it can hold, and the exporter reports exactly the others as failed."""
        if not self.right:
            return False
        if not self.unfit:
            return outcome.claims_all
        # An export that raises may do so because of them.
        named = all(outcome.notices(name) for name in self.unfit)
        return named and outcome.failed <= self.unfit and not outcome.unknown and not outcome.stopped

    @property
    def wrong(self) -> set[str]:
        """The ids of the orders (or other records) that are not held as expected, or cannot be held."""
        return (
            {*self.unfit}
            | {key[0] for key in (*self.missing, *self.doubled)}
            | {found.key[0] for found in self.different}
            | {name for found in self.shared for name in found.of}
        )

    def lines(self, most: int = 8) -> list[str]:
        """One line per difference, up to `most`."""
        said = [f"missing    {self._named(key)}" for key in self.missing]
        said += [f"doubled    {self._named(key)}" for key in self.doubled]
        said += [f"different  {self._named(found.key)}: {found}" for found in self.different]
        said += [f"unasked    {self._named(key)}" for key in self.unasked]
        said += [f"shared     {found.named(self.by[0])}" for found in self.shared]
        return said[:most] + ([f"and {len(said) - most} more"] if len(said) > most else [])

    def _named(self, key: Key) -> str:
        """A key as text: `order O-1, sku P1`."""
        name = ", ".join(f"{kind} {part}" for kind, part in zip(self.by, key, strict=True))
        if key not in self.counts:
            return name
        return "{} ({} of {} held)".format(name, *self.counts[key])


def compare(
    expected: Iterable[Fields],
    held: Iterable[Fields],
    by: Sequence[str],
    must: frozenset[str] = frozenset(),
    owed: frozenset[str] = frozenset(),
) -> Comparison:
    """Compare records by the fields of the key.

    A field of `must` must be held, and so must a field of `owed`, which was sent for some order. Other fields are
    compared if they are held. Records with the same key are compared as a multiset: each expected record with the held
    record that is most similar.
    """
    asked, found = _by_key(expected, by), _by_key(held, by)
    rule = _Rule(must, owed - must, by[0].partition(" ")[0])
    counts = {key: (len(found.get(key, ())), len(wanted)) for key, wanted in asked.items()}
    matched = {key: _matched(key, wanted, found.get(key, ()), rule) for key, wanted in asked.items()}
    return Comparison(
        by=tuple(by),
        missing=tuple(key for key, (lacking, _) in matched.items() for _ in range(lacking)),
        doubled=tuple(key for key, (there, wanted) in counts.items() if there > wanted),
        different=tuple(each for _, different in matched.values() for each in different),
        unasked=tuple(key for key in found if key not in asked),
        counts={key: count for key, count in counts.items() if count[1] > 1},
    )


def by_first(held: Iterable[Fields], by: Sequence[str]) -> dict[str, list[Fields]]:
    """The documents of each record, by the first field of the key. An order may have several documents."""
    found: dict[str, list[Fields]] = {}
    for fields in held:
        found.setdefault(str(fields.get(by[0])), []).append(fields)
    return found


def sent_fields(held: Iterable[Fields]) -> frozenset[str]:
    """The fields that at least one document has."""
    return frozenset(name for fields in held for name, value in fields.items() if value is not None)


@dataclass(frozen=True, slots=True)
class _Rule:
    must: frozenset[str]
    owed: frozenset[str]
    kind: str

    def differ(self, key: Key, expected: Fields, held: Fields) -> list[Difference]:
        found = [
            Difference(key, name, wanted, held.get(name), self.kind if name in self.owed else "")
            for name, wanted in expected.items()
            if wanted is not None
            and not (held.get(name) is None and name not in self.must | self.owed)
            and not is_right(wanted, held.get(name))
        ]
        names = {each.field for each in found}
        return [each for each in found if not (names - {each.field}).intersection(each.field.split(_BOTH))]


def _by_key(several: Iterable[Fields], by: Sequence[str]) -> dict[Key, list[Fields]]:
    found: dict[Key, list[Fields]] = {}
    for fields in several:
        found.setdefault(_key(fields, by), []).append(fields)
    return found


def _matched(key: Key, wanted: Sequence[Fields], held: Sequence[Fields], rule: _Rule) -> tuple[int, list[Difference]]:
    """How many records with one key are missing, and the differences of the others. Pairs that are equal have none."""
    if len(wanted) == len(held) == 1:
        return 0, rule.differ(key, wanted[0], held[0])
    # Pairs that were found stay paired, so that those that must be there come first.
    wanted = sorted(wanted, key=lambda fields: isinstance(fields, Optional))
    pairs = _pairs(wanted, held, lambda fields, one: not rule.differ(key, fields, one))
    rest = [fields for place, fields in enumerate(wanted) if place not in pairs]
    left = [one for place, one in enumerate(held) if place not in pairs.values()]
    different: list[Difference] = []
    for fields in rest[: len(left)]:
        nearest = min(left, key=lambda one: len(rule.differ(key, fields, one)))
        left.remove(nearest)
        different += rule.differ(key, fields, nearest)
    return sum(not isinstance(fields, Optional) for fields in rest[len(held) - len(pairs) :]), different


def _pairs(wanted: Sequence[Fields], held: Sequence[Fields], equal: Callable[[Fields, Fields], bool]) -> dict[int, int]:
    """A maximum matching, by index: one record may be equal to several of the other side (Kuhn, 1955)."""
    of_held: dict[int, int] = {}

    def paired(place: int, seen: set[int]) -> bool:
        for other, one in enumerate(held):
            if other not in seen and equal(wanted[place], one):
                seen.add(other)
                if other not in of_held or paired(of_held[other], seen):
                    of_held[other] = place
                    return True
        return False

    for place in range(len(wanted)):
        paired(place, set())
    return {place: other for other, place in of_held.items()}


def _key(fields: Fields, by: Sequence[str]) -> Key:
    return tuple(str(fields.get(name)) for name in by)


def is_right(wanted: Any, held: Any) -> bool:
    """Whether a held value is one of those that are expected."""
    if isinstance(wanted, Accepted):
        return held is not None and wanted.accepts(held)
    return held in wanted if isinstance(wanted, frozenset) else bool(held == wanted)


def shown(value: Any) -> str:
    """A value as text."""
    if isinstance(value, frozenset):
        return " or ".join(sorted(shown(each) for each in value))
    if isinstance(value, tuple):
        several = any(isinstance(each, tuple) for each in value)
        return (", " if several else " ").join(shown(each) for each in value)
    return "nothing" if value is None else str(value)
