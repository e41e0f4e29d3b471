"""The mock server of a test process: its own, started on first use, or one that runs elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from mockservers.client import Client
from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.mock import Settings
from mockservers.testing import frozen_now
from mockservers.testing.judging import Watch
from mockservers.testing.tenant import MockTenant
from mockservers.testing.tenant_maker import TenantMaker, TenantOptions
from mockservers.testing.vendor_tenants import tenant_class
from mockservers.vendors import load_contract, vendor_names
from mockservers.web.bootstrap import MockApp, Serving, Tls

if TYPE_CHECKING:
    from mockservers.testing.https import MockHttps
    from mockservers.testing.mutation.altering import Altered
    from mockservers.web.https_listeners import HttpsListeners

_started: list[MockServer | RemoteServer] = []


def current() -> MockServer | RemoteServer:
    """The one whose tenants a test has in hand: the newest that was started, or one made for this.

    With MOCKSERVERS_URL set that is the server there.
    """
    url = os.environ.get("MOCKSERVERS_URL")
    if not _started:
        return RemoteServer(url).start() if url else MockServer.current()
    return _started[-1]


class _Tenants(TenantMaker):
    """Makes tenants on a server, whose ids bear a label."""

    def __init__(self, control: Control | Client, label: str, *, alone: bool = True) -> None:
        self.control = control
        page = control.url if isinstance(control, Client) else ""
        self.watch = Watch(control, own=isinstance(control, Control), alone=alone, page=page)
        self._label = label
        self._made = 0

    @property
    def url(self) -> str:
        """`http://HOST:PORT` of the server."""
        raise NotImplementedError

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """What the vendors do, by their names."""
        raise NotImplementedError

    def _made_tenant(self, vendor: str, options: TenantOptions) -> MockTenant:
        now = options.get("now")
        self._made += 1
        spec: dict[str, Any] = {"vendor": vendor, "id": f"{vendor}-{self._label}{self._made}", "frozen": True}
        spec |= {name: options.get(name) for name in ("credentials", "readings", "state")}
        contract = self.contracts.get(vendor)  # the control says what is wrong with another one
        if now is None and contract is not None:
            now = frozen_now.frozen_at(contract.zone)
        spec["now"] = now.isoformat() if isinstance(now, datetime) else now
        given = {key: value for key, value in spec.items() if value is not None}
        return self._handed(self.control.create_tenant(given), options.get("url"))

    def import_tenant(
        self, exported: Mapping[str, Any], *, credentials: Mapping[str, str] | None = None, url: str | None = None
    ) -> MockTenant:
        """A fresh tenant that holds what `MockTenant.export` gave, with an id and credentials of its own."""
        self._made += 1
        name = f"{exported.get('vendor')}-{self._label}{self._made}"
        spec = {**exported, "id": name}
        spec.pop("credentials", None)
        if credentials is not None:
            spec["credentials"] = credentials
        made = self.control.import_tenant(spec)
        return self._handed(made, url)

    def _handed(self, made: Mapping[str, Any], url: str | None) -> MockTenant:
        self.watch.opened(made["id"], made["vendor"])
        return tenant_class(made["vendor"])(self.control, made, url or f"{self.url}/{made['vendor']}", self.watch)

    def refuse_connections(self, length: str) -> None:
        """Refuse every new connection to the server, for all its tenants, for `"PT2S"` of real time."""
        self.control.refuse_connections({"for": length})


class MockServer(_Tenants):
    """All registered vendors in this process: on one loopback port, and on none before its `url` is asked for.

    While `altered` is set, new servers have vendors that were changed: those that a run of mutants looks at or serves.
    """

    altered: ClassVar[Altered | None] = None

    def __init__(self, label: str = "", *, audit: bool = False) -> None:
        serving = Serving(demo=False, settings=Settings(audit=audit))
        if (altered := MockServer.altered) is not None:
            settings = replace(serving.settings, readings=altered.readings)
            serving = replace(serving, settings=settings, contracts=altered.contracts, alter=altered.alter)
        self.mock_app = MockApp(serving)
        super().__init__(self.mock_app.control, label)

    @classmethod
    def current(cls) -> MockServer:
        """The newest of this process that was started, or one made for this."""
        here = [server for server in _started if isinstance(server, cls)]
        return here[-1] if here else cls().start()

    def start(self) -> MockServer:
        """Be the current one until it is stopped."""
        _started.append(self)
        self.watch.start()
        return self

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """What the vendors do, by their names."""
        return {name: mock.contract for name, mock in self.mock_app.mocks.items()}

    @cached_property
    def url(self) -> str:
        """`http://127.0.0.1:port`. Opens the port when it is first asked for."""
        self.mock_app.start()
        return self.mock_app.server.url

    @cached_property
    def https(self) -> MockHttps:
        """The vendors' own https addresses. Opens the proxy when it is first asked for; needs `mockservers[tls]`."""
        from mockservers.testing.https import MockHttps

        url = self.url  # the server listens before its HTTPS does
        return MockHttps(self.mock_app.open_https(Tls()), self.contracts, url)

    def stop(self) -> None:
        """Answer no more."""
        if self in _started:
            _started.remove(self)
            self.watch.stop()
        if "url" in self.__dict__:
            self.mock_app.stop()


class RemoteServer(_Tenants):
    """A server that runs elsewhere, in a container say. Its tenants go with the tests that made them.

    Those of a test that fails stay, since the addresses of its calls are printed.
    """

    def __init__(self, url: str, label: str = "", *, token: str | None = None) -> None:
        self.client = Client(url, token)
        # Tests of other processes share the server: calls that reach no tenant could be theirs.
        super().__init__(self.client, f"{label}{token_hex(4)}-", alone=not label)
        self.client.health()
        self._url = self.client.url
        self._listeners: HttpsListeners | None = None

    def start(self) -> RemoteServer:
        """Be the current one until it is stopped."""
        _started.append(self)
        self.watch.start()
        return self

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """What the vendors do, by their names, as far as it is known here."""
        return {name: load_contract(name) for name in vendor_names()}

    @property
    def url(self) -> str:
        """`http://HOST:PORT` of the server."""
        return self._url

    @cached_property
    def https(self) -> MockHttps:
        """The vendors' own https addresses: listeners of this process that lead there. Needs `mockservers[tls]`."""
        from mockservers.testing.https import MockHttps
        from mockservers.web.https_listeners import https_listeners_before

        place = urlsplit(self._url)
        if place.scheme != "http":
            raise UsageError(f"HTTPS of our own leads to http alone, not to {self._url}.")
        hosts = {host for contract in self.contracts.values() for host in contract.hosts}
        self._listeners = https_listeners_before((place.hostname or "", place.port or 80), hosts)
        self._listeners.start()
        return MockHttps(self._listeners, self.contracts, self._url)

    def leave(self) -> None:
        """Stop before the server itself ends: what was done to it is kept until it is judged."""
        if self in _started:
            self.watch.vanishing()
        self.stop()

    def stop(self) -> None:
        """Leave it to whoever started it."""
        if self in _started:
            _started.remove(self)
            self.watch.stop()
        if self._listeners:
            self._listeners.stop()
