"""The properties without pytest: `run("fanship", export)` tries them all and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis.errors import Flaky

from mockservers.core.errors import MockserversError, UnknownName
from mockservers.core.values import real_time
from mockservers.testing.conformance.examples import Case
from mockservers.testing.conformance.messages import PropertyFailure
from mockservers.testing.conformance.profiles import chosen
from mockservers.testing.conformance.properties import PROPERTIES, Property
from mockservers.testing.conformance.resilience import beyond_help
from mockservers.testing.conformance.suite import Suite, tried
from mockservers.testing.conformance.target import Target
from mockservers.testing.conformance.trial import Send
from mockservers.testing.conformance.vendors import SUITES
from mockservers.testing.orders import Change, Customer, Line, Order

_METHODS = ("export", *(about.needs for about in PROPERTIES.values() if about.needs))
Export = Callable[[Target, Sequence[Order]], Iterable[str] | None]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a property. `case` is the smallest example that breaks it; `at` how many had been tried by then."""

    property: str
    holds: bool
    examples: int
    seconds: float
    message: str = ""
    case: Case | None = None
    at: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "property": self.property,
            "holds": self.holds,
            "examples": self.examples,
            "seconds": round(self.seconds, 3),
            "message": self.message,
            "example": self.case and self.case.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The properties of one exporter. `verdicts` say what came of every fault that was met.

    `beyond_help` says what is lost under readings that no client survives.
    """

    vendor: str
    results: tuple[Result, ...]
    verdicts: Mapping[str, int] = field(default_factory=dict)
    beyond_help: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all properties hold."""
        return all(result.holds for result in self.results)

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the properties that do not."""
        return tuple(result.property for result in self.results if not result.holds)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "vendor": self.vendor,
            "holds": self.holds,
            "results": [result.to_dict() for result in self.results],
            "verdicts": dict(sorted(self.verdicts.items())),
            "beyond_help": list(self.beyond_help),
        }

    def __str__(self) -> str:
        lines = []
        for result in self.results:
            word = "holds " if result.holds else "BROKEN"
            lines.append(f"{word}  {result.property}  ({result.examples} examples, {result.seconds:.1f} s)")
            if not result.holds:
                lines += ["", *(f"    {line}" for line in result.message.splitlines()), ""]
        lines += [f"beyond any client's help: {line}" for line in self.beyond_help]
        return "\n".join(lines)


def run(
    vendor: str | type[Suite],
    export: Export,
    *,
    profile: str | None = None,
    seed: int | None = None,
    only: Iterable[str] = (),
    shrink: bool = True,
    watch: Callable[[Result], None] | None = None,
    besides: Mapping[str, Send] | None = None,
) -> Report:
    """Try an exporter. `vendor` is its name, or a suite with a mapping of your own.

    `besides` are functions by the names of a suite's methods: `customers`, `refund`, `subscribe`.
    `only` names properties (`complete`, `conformance.faults`); all of them when empty. The same `seed` gives the same
    examples. `watch` is told of each property as soon as it is done.
    """
    suite = _suite(vendor, {"export": export, **(besides or {})}, chosen(profile) if profile else None)
    results = []
    for about in _chosen(only):
        if about.applies(suite):
            results.append(_result(suite, about, seed, shrink=shrink))
            if watch is not None:
                watch(results[-1])
    lost = () if only else tuple(beyond_help(suite, sample_orders(suite.currencies[0])))
    return Report(suite.vendor, tuple(results), dict(suite.verdicts), lost)


def sample_orders(currency: str) -> list[Order]:
    """Two orders of two days, as plain as can be."""
    customer = Customer("000001", "c1@example.com", "+886912000001", "Ann")
    days = [datetime(2025, 11, day, 12, tzinfo=timezone(timedelta(hours=9))) for day in (1, 2)]
    line = (Line("P1", "Tea", 1, Decimal(1)),)
    return [Order(f"O-{at.day}", at, customer, line, (Change("placed", at),), currency=currency) for at in days]


def _suite(vendor: str | type[Suite], methods: Mapping[str, Send], profile: str | None) -> Suite:
    for name in methods:
        if name not in _METHODS:
            raise UnknownName("method", name, _METHODS)
    if isinstance(vendor, str):
        if vendor not in SUITES:
            raise UnknownName("vendor", vendor, SUITES)
        vendor = SUITES[vendor]
    given = {name: _method(send) for name, send in methods.items()}
    about = {"__test__": False, "profile": profile or vendor.profile}
    made: type[Suite] = type("Exporter", (vendor,), {**about, **given})
    return made()


def _method(send: Send) -> Callable[..., Iterable[str] | None]:
    return lambda _, *asked: send(*asked)


def _chosen(only: Iterable[str]) -> list[Property]:
    names = [name.removeprefix("conformance.").replace("-", "_") for name in only]
    for name in names:
        if name not in PROPERTIES:
            raise UnknownName("property", name, PROPERTIES)
    return [about for name, about in PROPERTIES.items() if not names or name in names]


def _result(suite: Suite, about: Property, seeded: int | None, *, shrink: bool) -> Result:
    seen: list[Case] = []
    started = real_time.monotonic()
    try:
        tried(suite, about, seeded=seeded, shrink=shrink, watch=seen.append)()
    except MockserversError:
        raise
    except PropertyFailure as found:
        message, holds = str(found), False
    except Flaky as found:
        message, holds = f"{about.id}: the same example came to another end the second time.\n  {found}", False
    else:
        message, holds = "", True
    last = seen[-1] if seen and not holds else None
    first = next((at for at, case in enumerate(seen, 1) if case == last), 0)
    return Result(about.id, holds, len(seen), real_time.monotonic() - started, message, last, first)
