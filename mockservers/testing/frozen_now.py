"""Where the clocks of a test run's tenants are frozen: at noon, in the vendor's zone, of the day the run started on.

So nothing depends on the hour at which the tests run: at noon a day has neither just begun nor is about to end.
pytest's option, ini option and marker `mockservers_now` choose another moment, and `tenant(now=…)` one for a tenant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from mockservers.core.values import real_time
from mockservers.core.values.clock import moment

Moment = str | datetime
"""RFC 3339 text with an offset, or an aware datetime."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """When a run started, and where its tenants are frozen if not at noon of that day."""

    __test__ = False

    started: datetime
    chosen: Moment | None = None


_runs = [TestRun(real_time.now())]


def current() -> TestRun:
    """The run under way: pytest's, or this process itself."""
    return _runs[-1]


@contextmanager
def within(run: TestRun) -> Iterator[None]:
    """Make tenants as this run has it, for a while."""
    _runs.append(run)
    try:
        yield
    finally:
        _runs.pop()


def frozen_at(zone: tzinfo) -> datetime:
    """Where the clock of a new tenant is frozen, whose vendor is in a zone. UsageError for what is no moment."""
    run = current()
    if run.chosen is not None:
        return checked(run.chosen)
    return datetime.combine(run.started.astimezone(zone).date(), time(12), zone)


def checked(given: object) -> datetime:
    """A moment that somebody has chosen. UsageError for what is none."""
    return moment(given.isoformat() if isinstance(given, datetime) else given)
