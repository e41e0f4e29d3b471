"""The time at which the clocks of a test run's tenants are frozen: noon, in the vendor's zone, on the day of its start.

No day starts or ends at noon, so the tests do not depend on the hour at which they run. pytest's option, ini option and
marker `mockservers_now` set another time, and `tenant(now=…)` sets one for a single tenant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from mockservers.core.values import real_time

Moment = str | datetime
"""RFC 3339 text with an offset, or an aware datetime."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """The start of a run, and the time that was chosen for its tenants instead of noon."""

    __test__ = False

    started: datetime
    chosen: Moment | None = None


_runs = [TestRun(real_time.now())]


def current() -> TestRun:
    """The current run: that of pytest, or this process."""
    return _runs[-1]


@contextmanager
def within(run: TestRun) -> Iterator[None]:
    """Freeze the clocks of the tenants that the block creates at the time of this run."""
    _runs.append(run)
    try:
        yield
    finally:
        _runs.pop()


def frozen_at(zone: tzinfo) -> datetime:
    """The time at which the clock of a new tenant is frozen, in the vendor's zone. UsageError for an invalid time."""
    run = current()
    if run.chosen is not None:
        return checked(run.chosen)
    return datetime.combine(run.started.astimezone(zone).date(), time(12), zone)


def checked(chosen: object) -> datetime:
    """A time that the user has chosen. UsageError if it is invalid."""
    from mockservers.core.values.clock import moment

    return moment(chosen.isoformat() if isinstance(chosen, datetime) else chosen)
