"""The mutants for the facts of a test run, each with the tests that could kill it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.values.nearest import did_you_mean
from mockservers.core.values.plurals import counted
from mockservers.testing.mutation.facts import Fact, FactKind
from mockservers.testing.mutation.transforms import TRANSFORMS

_OF_FACT: Mapping[FactKind, tuple[str, ...]] = {
    "stores": ("drops",),
    "field": ("forgets",),
    "refuses": ("accepts",),
    "replies": ("reply-without", "reply-null", "reply-renamed"),
    "schedules": ("late",),
}
"""The kinds of mutants for each kind of fact. The subject of the fact is their target."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mock with one defect. `kind` is one of TRANSFORMS; `target` is a collection, field, job, rule or reading.

    `step` is the operation or job with wrong decisions; empty for a reading or a limit. `rules` are the vendor's rules
    that the defect concerns: those that lost or refused something at this step, or have the reading or limit.
    """

    vendor: str
    kind: str
    step: str
    target: str
    rules: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A name that is the same in every run: `zangsho createOrder drops orders`."""
        return " ".join(part for part in (self.vendor, self.step, self.kind, self.target) if part)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for `of_dict`."""
        return asdict(self)

    @classmethod
    def of_dict(cls, spec: Mapping[str, Any]) -> Mutant:
        """A mutant from its JSON. UsageError for an unknown kind."""
        if spec.get("kind") not in TRANSFORMS:
            raise UsageError(f"Unknown kind of mutant: {spec.get('kind')!r}. Available: {', '.join(TRANSFORMS)}.")
        return cls(spec["vendor"], spec["kind"], spec["step"], spec["target"], tuple(spec["rules"]))


def mutants(
    facts: Mapping[Fact, Sequence[str]], contracts: Mapping[str, Contract], readings: Mapping[str, str] | None = None
) -> dict[Mutant, tuple[str, ...]]:
    """Return the mutants of these facts, each with the tests of the facts, in a fixed order.

    `readings` are those that were chosen for the run instead of the contract's defaults.
    """
    losing: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        if fact.kind == "loses":
            losing.setdefault((fact.vendor, fact.step), set()).add(fact.what)
    found: dict[Mutant, set[str]] = {}
    for fact, tests in facts.items():
        lost = tuple(sorted(losing.get((fact.vendor, fact.step), ())))
        for mutant in _of(fact, lost, contracts[fact.vendor], readings or {}):
            found.setdefault(mutant, set()).update(tests)
    return {mutant: tuple(sorted(found[mutant])) for mutant in sorted(found, key=lambda each: each.id)}


def chosen(found: Mapping[Mutant, tuple[str, ...]], pattern: str) -> list[tuple[Mutant, tuple[str, ...]]]:
    """Return the mutants whose id, or one of whose rules, matches. UsageError if there is none."""
    if not found:
        raise UsageError(
            "There are no mutants, because no vendor received a call. Fix: let the tests send to the mocks' addresses."
        )
    matching = [
        (mutant, tests)
        for mutant, tests in found.items()
        if any(fnmatchcase(name, pattern) for name in (mutant.id, *mutant.rules))
    ]
    if not matching:
        rules = sorted({rule for mutant in found for rule in mutant.rules})
        raise UsageError(
            f"None of {counted(len(found), 'mutant')} stands for {pattern!r}.{did_you_mean(pattern, rules)} "
            f"Rules of this run: {', '.join(rules) or 'none'}. Fix: name one, or a pattern of mutants such as "
            f"{next(iter(found)).vendor + ' * drops *'!r}."
        )
    return matching


def _of(fact: Fact, lost: tuple[str, ...], contract: Contract, readings: Mapping[str, str]) -> Iterator[Mutant]:
    if fact.kind == "reads":
        reading = contract.reading(fact.what)
        for choice in reading.choices:
            if choice != readings.get(fact.what, reading.default):
                yield Mutant(fact.vendor, "reading", "", f"{fact.what}={choice}", (fact.what,))
    elif fact.kind == "fills":
        for off in ("-1", "+1"):
            yield Mutant(fact.vendor, "limit", "", f"{fact.what}{off}", (fact.what,))
    else:
        for kind in _OF_FACT.get(fact.kind, ()):
            rules = (fact.what,) if fact.kind == "refuses" else lost if fact.kind in ("stores", "field") else ()
            yield Mutant(fact.vendor, kind, fact.step, fact.what, rules)
