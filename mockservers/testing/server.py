"""The mock server of a test process: started on first use, one for all tests in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mockservers.core.clock import text
from mockservers.core.mock import Settings
from mockservers.testing.tenant import MockTenant
from mockservers.web.harness import Harness, Serving


class MockServer:
    """All four vendors on one loopback port of this process."""

    def __init__(self, label: str = "") -> None:
        self._harness = Harness(Serving(demo=False, settings=Settings()))
        self._label = label
        self._made = 0
        self.control = self._harness.control
        self._harness.server.start()
        self.url = self._harness.server.url

    def tenant(
        self,
        vendor: str,
        *,
        credentials: Mapping[str, str] | None = None,
        readings: Mapping[str, str] | None = None,
        state: Mapping[str, Any] | None = None,
        now: str | datetime | None = None,
    ) -> MockTenant:
        """A fresh tenant whose clock stands at `now`. As a context manager it checks itself at the end, and goes."""
        self._made += 1
        spec: dict[str, Any] = {"vendor": vendor, "id": f"{vendor}-{self._label}{self._made}", "standing": True}
        spec |= {"credentials": credentials, "readings": readings, "state": state}
        if now is not None:
            spec["now"] = now if isinstance(now, str) else text(now)
        return MockTenant(self.control, self.control.create_tenant(spec), f"{self.url}/{vendor}")

    def stop(self) -> None:
        """Answer no more."""
        self._harness.server.stop()
