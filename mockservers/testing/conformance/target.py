"""The target of an exporter: address, credentials and clock of a vendor's account."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from mockservers.testing.tenant import MockTenant

LONGEST = timedelta(days=60)
_ENDS_IT = LONGEST.total_seconds() + 1
_ON_THE_WAY = 0.01
"""Real seconds in which calls of other threads arrive that were sent before the pause."""


class OutOfTime(BaseException):
    """The exporter exceeded its time limit. It is a BaseException, so that no retry loop catches it."""


class Target:
    """A vendor's address and credentials, and a clock whose pauses take no real time.

    `url` replaces the vendor's scheme and host. `credentials` are those of the account. Each built-in vendor has a
    class of targets with a property for each credential.
    """

    def __init__(self, tenant: MockTenant, too_much: Callable[[], bool] = lambda: False) -> None:
        self._tenant = tenant
        self._too_much = too_much
        self._sleepers: set[int] = set()
        self._ends = tenant.clock.now + LONGEST
        self.vendor: str = tenant.vendor
        self.url: str = tenant.url
        self.credentials: dict[str, str] = dict(tenant.credentials)

    def now(self) -> datetime:
        """The vendor's time, in UTC."""
        return self._tenant.clock.now

    @property
    def clock_url(self) -> str:
        """The URL with which a program moves the vendor's clock: POST {"advance": "PT1S"}."""
        return f"{self._tenant.url.removesuffix('/' + self.vendor)}/__admin/tenants/{self._tenant.id}/clock"

    def sleep(self, seconds: float) -> None:
        """Move the vendor's clock forward, which takes almost no real time."""
        if seconds < 0:
            raise ValueError(f"sleep takes a positive number of seconds, not {seconds}.")
        self._sleepers.add(threading.get_ident())
        if len(self._sleepers) > 1:
            time.sleep(_ON_THE_WAY)
        self._tenant.clock.advance(seconds=min(seconds, _ENDS_IT))
        if self.now() > self._ends:
            raise OutOfTime(f"the exporter had not ended after {LONGEST.days} days of the vendor's time")
        if self._too_much():
            raise OutOfTime("the exporter made call after call")
