"""The properties without pytest: `run("fanship", export)` tests all of them and returns a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis.errors import Flaky, FlakyFailure

from mockservers.core.errors import MockserversError, UnknownName, UsageError
from mockservers.core.values import real_time
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.messages import PropertyFailure
from mockservers.testing.conformance.profiles import chosen
from mockservers.testing.conformance.properties import PROPERTIES, Property
from mockservers.testing.conformance.resilience import beyond_help
from mockservers.testing.conformance.suite import Suite, tried
from mockservers.testing.conformance.trial import Run, Send
from mockservers.testing.conformance.vendors import suite as suite_of
from mockservers.testing.orders import Change, Customer, Line, Order

_METHODS = ("export", *(about.needs for about in PROPERTIES.values() if about.needs))
_SHAPES_SHOWN = 5
"""Maximum shapes in the text, because a run of few properties tests few shapes. `Report.shapes` has all."""

Export = Callable[[Any, Sequence[Order]], Iterable[str] | None]
"""An exporter as a function of a target of its vendor's class and the orders."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a property. `case` is the smallest failing example; `at` is the number of examples until it."""

    property: str
    holds: bool
    examples: int
    seconds: float
    message: str = ""
    case: Case | None = None
    at: int = 0

    def __str__(self) -> str:
        """One line that says whether the property holds."""
        word = "holds " if self.holds else "BROKEN"
        return f"{word}  {self.property}  ({counted(self.examples, 'example')}, {self.seconds:.1f} s)"

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
    """The results of one exporter. `verdicts` counts the results of every fault.

    `beyond_help` lists losses under readings that no client can recover from. `shapes` are the possible shapes of
    orders, each with the number of examples that had it.
    """

    vendor: str
    results: tuple[Result, ...]
    verdicts: Mapping[str, int] = field(default_factory=dict)
    beyond_help: tuple[str, ...] = ()
    shapes: Mapping[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether all properties hold."""
        return all(result.holds for result in self.results)

    @property
    def never_drawn(self) -> tuple[str, ...]:
        """The shapes that no order of the examples had."""
        return tuple(name for name, examples in self.shapes.items() if not examples)

    @property
    def coverage(self) -> str:
        """One line: how many shapes of orders were tested, and the first that were not."""
        drawn = len(self.shapes) - len(self.never_drawn)
        shown, more = self.never_drawn[:_SHAPES_SHOWN], len(self.never_drawn) - _SHAPES_SHOWN
        never = f" Never: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}." if shown else ""
        return f"{drawn} of {len(self.shapes)} shapes of orders were tried.{never}"

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the properties that do not hold."""
        return tuple(result.property for result in self.results if not result.holds)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "vendor": self.vendor,
            "holds": self.holds,
            "results": [result.to_dict() for result in self.results],
            "verdicts": dict(sorted(self.verdicts.items())),
            "beyond_help": list(self.beyond_help),
            "shapes": dict(self.shapes),
        }

    def __str__(self) -> str:
        lines = []
        for result in self.results:
            lines.append(str(result))
            if not result.holds:
                lines += ["", *(f"    {line}" for line in result.message.splitlines()), ""]
        lines += [f"no client can prevent: {line}" for line in self.beyond_help]
        lines.append(self.coverage)
        return "\n".join(lines)


def run(
    vendor: str | type[Suite[Any]],
    export: Export,
    *,
    profile: str | None = None,
    seed: int | None = None,
    only: Iterable[str] = (),
    shrink: bool = True,
    watch: Callable[[Result], None] | None = None,
    also: Mapping[str, Send] | None = None,
    smoke: bool = False,
) -> Report:
    """Test an exporter. `vendor` is its name, or a suite with your own mapping.

    `also` are functions by the names of a suite's methods: `customers`, `refund`, `subscribe`.
    `only` names properties (`complete`, `conformance.faults`); all of them when empty. The same `seed` gives the same
    examples. `watch` gets the result of each property as soon as it is done. With `smoke`, one simple order is exported
    first: UsageError if that export does not end, or fails before any call has succeeded.
    """
    suite = _suite(vendor, {"export": export, **(also or {})}, chosen(profile) if profile else None)
    applying = _applying(suite, only)
    if smoke:
        _check_that_it_works(suite)
    results = []
    for about in applying:
        results.append(_result(suite, about, seed, shrink=shrink))
        if watch is not None:
            watch(results[-1])
    lost = () if only else tuple(beyond_help(suite, sample_orders(suite.currencies[0])))
    shapes = {name: suite.shapes[name] for name in suite.possible_shapes}
    return Report(suite.vendor, tuple(results), dict(suite.verdicts), lost, shapes)


def _check_that_it_works(suite: Suite[Any]) -> None:
    """UsageError if the export of one simple order does not end, or fails and none of its calls succeeded."""
    orders = sample_orders(suite.currencies[0])[:1]
    with Run(suite, known=orders) as first:
        outcome = first.export(orders)
        if outcome.raised is None:
            return
        calls = first.exchanges
        statuses = [exchange["response"]["status"] for exchange in calls]
        if outcome.stopped and len(calls) <= first.calls_allowed:
            what = f"did not end, after {counted(len(calls), 'call')}"
        elif not any(200 <= status < 400 for status in statuses):
            answers = f"every call was refused ({', '.join(map(str, dict.fromkeys(statuses)))})"
            what = f"failed: {answers}" if statuses else "failed before it made a call with the account's credentials"
        else:
            return
        raise UsageError(
            f"The export of one simple order {what}: {outcome.raised}\n"
            "Fix: run the command by itself, and check that it starts, sends and ends."
        )


def sample_orders(currency: str) -> list[Order]:
    """Two simple orders of two days."""
    customer = Customer("000001", "c1@example.com", "+886912000001", "Ann")
    days = [datetime(2025, 11, day, 12, tzinfo=timezone(timedelta(hours=9))) for day in (1, 2)]
    line = (Line("1", "P1", "Tea", 1, Decimal(1)),)
    return [Order(f"O-{at.day}", at, customer, line, (Change("placed", at),), currency=currency) for at in days]


def _suite(vendor: str | type[Suite[Any]], methods: Mapping[str, Send], profile: str | None) -> Suite[Any]:
    for name in methods:
        if name not in _METHODS:
            raise UnknownName("method", name, _METHODS)
    if isinstance(vendor, str):
        vendor = suite_of(vendor)
    given = {name: _method(send) for name, send in methods.items()}
    about = {"__test__": False, "profile": profile or vendor.profile}
    made: type[Suite[Any]] = type("Exporter", (vendor,), {**about, **given})
    return made()


def _method(send: Send) -> Callable[..., Iterable[str] | None]:
    return lambda _, *asked: send(*asked)


def _applying(suite: Suite[Any], only: Iterable[str]) -> list[Property]:
    """The chosen properties that a suite has. UsageError for a named property that it does not have."""
    chosen = _chosen(only)
    for about in chosen if only else ():
        if not about.applies(suite):
            lacking = about.needs and not suite.can(about.needs)
            fix = (
                f"give its code, too: --also {about.needs}, or a method {about.needs}()" if lacking else "leave it out"
            )
            why = f"needs {about.needs}" if lacking else f"cannot be asked of this exporter to {suite.vendor}"
            raise UsageError(f"{about.id} {why}. Fix: {fix}.")
    return [about for about in chosen if about.applies(suite)]


def _chosen(only: Iterable[str]) -> list[Property]:
    names = [name.removeprefix("conformance.").replace("-", "_") for name in only]
    for name in names:
        if name not in PROPERTIES:
            raise UnknownName("property", name.replace("_", "-"), [each.replace("_", "-") for each in PROPERTIES])
    return [about for name, about in PROPERTIES.items() if not names or name in names]


def _result(suite: Suite[Any], about: Property, seeded: int | None, *, shrink: bool) -> Result:
    seen: list[Case] = []
    if suite.progress is not None:
        suite.progress.began(about.id)
    started = real_time.monotonic()
    try:
        tried(suite, about, seeded=seeded, shrink=shrink, watch=seen.append)()
    except MockserversError:
        raise
    except PropertyFailure as found:
        message, holds = str(found), False
    except Flaky as found:
        several = found.exceptions if isinstance(found, FlakyFailure) else ()
        at_first = next((each for each in several if isinstance(each, PropertyFailure)), found)
        message = f"{about.id}: the same example had another result the second time. At first:\n{at_first}"
        holds = False
    else:
        message, holds = "", True
    last = seen[-1] if seen and not holds else None
    first = next((at for at, case in enumerate(seen, 1) if case == last), 0)
    return Result(about.id, holds, len(seen), real_time.monotonic() - started, message, last, first)
