"""The property of an export that is interrupted: after some nights the vendor holds every order exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from mockservers.testing.conformance.call_proxy import CallProxy
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.comparison import Comparison
from mockservers.testing.conformance.crash_points import crash_pairs, crash_points, searched
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.fault_sweep import undisturbed
from mockservers.testing.conformance.interruption import (
    CallingThread,
    Crashed,
    Interruption,
    Point,
    crashes_in_finalizers,
)
from mockservers.testing.conformance.messages import PropertyFailure, breach, wrongly_held
from mockservers.testing.conformance.trial import Outcome, Run
from mockservers.testing.orders import Order

NIGHTS = 3
"""How often the export is run again after a crash, a day apart. What is wrong after that is a failure."""

SHOWN = 20
Verdict = Literal["exactly once", "lost", "twice", "stuck for ever", "not reached"]

FIXES: Mapping[str, str] = {
    "lost": "Mark an order as sent only after the vendor's answer; identify orders by id, not by an index.",
    "twice": "Send each record with an id of the shop that is the same in every run.",
    "stuck for ever": "Write state to a temporary file and rename it. Handle a damaged file.",
}
WEAKER = (
    "The exporter runs in this process. Its client raised an exception there, which is weaker than a crash. "
    "`mockservers conform` kills a program."
)


@dataclass(frozen=True, slots=True)
class _Aftermath:
    """The result of one crash or several in a row. `failure` has the details of a wrong result."""

    points: tuple[Point, ...]
    verdict: Verdict
    orders: tuple[str, ...] = ()
    failure: PropertyFailure | None = None

    @property
    def right(self) -> bool:
        return self.failure is None

    def __str__(self) -> str:
        where = "; then ".join(map(str, self.points))
        return f"{self.verdict:<14}  {where}{': ' + ', '.join(self.orders) if self.orders else ''}"


def crash(exporter: Exporter[Any], case: Case) -> None:
    """If the exporter is killed at any call, the vendor holds every order exactly once after runs on later nights.

    If this fails, the exporter marks orders as sent before the vendor has them, sends held orders again as new ones, or
    cannot read the files that a crash leaves. Each call has four crash points: before the vendor processes the call,
    after that, at the first write to a file after its answer, and when the exporter starts its next call or ends.
    """
    operations = undisturbed(exporter, case, "conformance.crash")
    points = crash_points(exporter, operations)
    aftermaths = searched(points, lambda point: _crashed(exporter, case, (point,)))
    aftermaths += [_crashed(exporter, case, pair) for pair in crash_pairs(exporter, points)]
    for each in aftermaths:
        exporter.verdicts[f"crash: {each.verdict}"] += 1
    wrong = [each for each in aftermaths if each.failure is not None]
    if wrong:
        raise PropertyFailure(_message(exporter, wrong, len(aftermaths))) from wrong[0].failure


def _message(exporter: Exporter[Any], wrong: Sequence[_Aftermath], tried: int) -> str:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in Counter(each.verdict for each in wrong).items())
    lines = [f"conformance.crash: {len(wrong)} of {tried} crash points do not end exactly once: {counts}."]
    lines += [f"  {each}" for each in wrong[:SHOWN]]
    lines += [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    first = str(wrong[0].failure).partition(": ")[2]
    return "\n".join([*lines, f"  The first of them: {first}", *([] if exporter.process else [f"  {WEAKER}"])])


def _crashed(exporter: Exporter[Any], case: Case, points: tuple[Point, ...]) -> _Aftermath:
    """The result of exports of which the first ones are interrupted, each at its point."""
    with _with_proxy(exporter, case) as (trial, proxy):
        for point in points:
            if not _interrupted(exporter, trial, proxy, case, point):
                return _Aftermath(points, "not reached")
            trial.tenant.clock.advance(hours=23)
        outcome, found = _nights(trial, case.later or case.orders)
        verdict = _verdict(outcome, found)
        if verdict == "exactly once":
            return _Aftermath(points, verdict)
        what = f"{'; then '.join(map(str, points))}: {verdict}."
        failure = breach(trial, "conformance.crash", what, wrongly_held(trial, outcome, found), FIXES[verdict])
        return _Aftermath(points, verdict, tuple(sorted(found.wrong or {key[0] for key in found.unasked})), failure)


@contextmanager
def _with_proxy(exporter: Exporter[Any], case: Case) -> Iterator[tuple[Run, CallProxy]]:
    with Run(exporter, readings=case.readings, known=case.later or case.orders) as trial:
        base, _, path = trial.target.url.rpartition("/")
        with CallProxy(base) as proxy:
            trial.target.url = f"{proxy.url}/{path}"
            yield trial, proxy


def _interrupted(exporter: Exporter[Any], trial: Run, proxy: CallProxy, case: Case, point: Point) -> bool:
    """Run one export and interrupt it at a point. Return whether it reached the point."""
    interruption = Interruption(point, exporter.process or CallingThread())
    proxy.watch(interruption.watch)
    try:
        with crashes_in_finalizers():
            try:
                trial.export(case.orders)
            finally:
                interruption.end()
    except Crashed:
        interruption.end()
    proxy.watch(None)
    return interruption.reached


def _nights(trial: Run, orders: Sequence[Order]) -> tuple[Outcome, Comparison]:
    """Run exports until the vendor holds all orders, at most NIGHTS of them. Return the last and the comparison."""
    night = 1
    while True:
        outcome = trial.export(orders)
        trial.settle()
        found = trial.compare(orders)
        if night == NIGHTS or outcome.stopped or (outcome.claims_all and found.right):
            return outcome, found
        trial.tenant.clock.advance(hours=23)
        night += 1


def _verdict(outcome: Outcome, found: Comparison) -> Verdict:
    if found.doubled or found.unasked:
        return "twice"
    if not outcome.claims_all:
        return "stuck for ever"
    return "exactly once" if found.right else "lost"
