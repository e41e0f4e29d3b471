"""The property of an export that is interrupted: after some nights every order is there exactly once."""

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
"""How often the export is run again after a crash, a day apart, before what is wrong then is wrong for good."""

SHOWN = 20
Verdict = Literal["exactly once", "lost", "twice", "stuck for ever", "not reached"]

FIXES: Mapping[str, str] = {
    "lost": "Mark an order as sent when the vendor has said so, not before; and name orders by id, not by place.",
    "twice": "Send each record under an id of the shop's, the same in every run: sent again it changes nothing.",
    "stuck for ever": "Write a mark to a temporary file and rename that over the old one. Survive one that is damaged.",
}
WEAKER = (
    "The exporter runs in this process: an exception left its client there, which is weaker than a crash. "
    "`mockservers conform` kills a program."
)


@dataclass(frozen=True, slots=True)
class _Aftermath:
    """What a crash, or several in a row, came to. `failure` has the details where that is wrong."""

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
    """Wherever the exporter is killed, it is run again on later nights and every order is there exactly once.

    If this fails, the exporter marked orders as sent before the vendor had them, sends what was taken again as
    something new, or does not survive the state in which a crash leaves its files. Each call is a crash point: before
    the vendor's work, after it, at the first write to a file after its answer, and when the exporter has gone on from
    there to its next call or its end.
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
    """What comes of exports of which the first ones are interrupted, each at its point."""
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
    """One export that is interrupted at a point; whether it came that far."""
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
    """The last export, and what the vendor holds then: right, or after NIGHTS of them."""
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
