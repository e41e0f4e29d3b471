"""The mock server of a test process: started on first use, one for all tests in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mockservers.core.clock import text
from mockservers.core.mock import Settings
from mockservers.testing.tenant import MockTenant
from mockservers.web.harness import Harness, Serving

if TYPE_CHECKING:
    from mockservers.testing.https import MockHttps

_started: list[MockServer] = []


class MockServer:
    """All four vendors in this process: on one loopback port, and on none before its `url` is asked for."""

    def __init__(self, label: str = "") -> None:
        self.harness = Harness(Serving(demo=False, settings=Settings()))
        self.control = self.harness.control
        self._label = label
        self._made = 0

    @classmethod
    def current(cls) -> MockServer:
        """The one whose tenants a test has in hand: the newest of those that were started, or one made for this."""
        if not _started:
            _started.append(cls())
        return _started[-1]

    def start(self) -> MockServer:
        """Be the current one until it is stopped."""
        _started.append(self)
        return self

    @cached_property
    def url(self) -> str:
        """`http://127.0.0.1:port`. Opens the port when it is first asked for."""
        self.harness.start()
        return self.harness.server.url

    @cached_property
    def https(self) -> MockHttps:
        """The vendors' own https addresses. Opens the proxy when it is first asked for; needs `mockservers[tls]`."""
        from mockservers.testing.https import MockHttps

        return MockHttps(self.harness, self.url)

    def tenant(
        self,
        vendor: str,
        *,
        credentials: Mapping[str, str] | None = None,
        readings: Mapping[str, str] | None = None,
        state: Mapping[str, Any] | None = None,
        now: str | datetime | None = None,
        url: str | None = None,
    ) -> MockTenant:
        """A fresh tenant whose clock stands at `now`. As a context manager it checks itself at the end, and goes.

        `url` stands for the vendor's scheme and host: here, when not given.
        """
        self._made += 1
        spec: dict[str, Any] = {"vendor": vendor, "id": f"{vendor}-{self._label}{self._made}", "standing": True}
        spec |= {"credentials": credentials, "readings": readings, "state": state}
        if now is not None:
            spec["now"] = now if isinstance(now, str) else text(now)
        return MockTenant(self.control, self.control.create_tenant(spec), url or f"{self.url}/{vendor}")

    def stop(self) -> None:
        """Answer no more."""
        if self in _started:
            _started.remove(self)
        if "url" in self.__dict__:
            self.harness.stop()
