"""Where an exporter sends its orders to, as the conformance kit hands it over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from mockservers.testing.tenant import MockTenant

LONGEST = timedelta(days=60)
_ENDS_IT = LONGEST.total_seconds() + 1
_ON_THE_WAY = 0.01
"""Real seconds for the calls of other threads to arrive: they were sent before the pause, and come before it."""


class OutOfTime(BaseException):
    """The exporter went on for too long. No Exception, so that no retry loop takes it for one more failure."""


class Target:
    """A vendor's address and credentials, and a clock whose pauses cost no real time.

    `url` stands for the vendor's scheme and host. `credentials` are what the vendor asks for; our vendors have a class
    of targets each, with a property for each credential.
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
        """Where a program moves the vendor's time on: POST {"advance": "PT1S"}."""
        return f"{self._tenant.url.removesuffix('/' + self.vendor)}/__admin/tenants/{self._tenant.id}/clock"

    def sleep(self, seconds: float) -> None:
        """Let the vendor's time go by, which takes no real time to speak of."""
        if seconds < 0:
            raise ValueError(f"Time goes forward alone, not by {seconds} seconds.")
        self._sleepers.add(threading.get_ident())
        if len(self._sleepers) > 1:
            time.sleep(_ON_THE_WAY)
        self._tenant.clock.advance(seconds=min(seconds, _ENDS_IT))
        if self.now() > self._ends:
            raise OutOfTime(f"the exporter was still at it after {LONGEST.days} days of the vendor's time")
        if self._too_much():
            raise OutOfTime("the exporter made call after call")
