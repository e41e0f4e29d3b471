"""The mock server of a test process: one in this process, started on first use, or a running server."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
from mockservers.core.value import replace
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
    """The current server: the newest that was started, or a new one.

    If MOCKSERVERS_URL is set, it is the server at that address.
    """
    url = os.environ.get("MOCKSERVERS_URL")
    if not _started:
        return RemoteServer(url).start() if url else MockServer.current()
    return _started[-1]


class _Tenants(TenantMaker):
    """Creates tenants on a server. Their ids contain a label."""

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
        """The contracts, by the vendors' names."""
        raise NotImplementedError

    def _made_tenant(self, vendor: str, options: TenantOptions) -> MockTenant:
        now = options.get("now")
        self._made += 1
        spec: dict[str, Any] = {"vendor": vendor, "id": f"{vendor}-{self._label}{self._made}", "frozen": True}
        spec |= {name: options.get(name) for name in ("credentials", "readings", "state")}
        contract = self.contracts.get(vendor)  # an unknown vendor is an error of `create_tenant`
        if now is None and contract is not None:
            now = frozen_now.frozen_at(contract.zone)
        spec["now"] = now.isoformat() if isinstance(now, datetime) else now
        request = {key: value for key, value in spec.items() if value is not None}
        return self._handed(self.control.create_tenant(request), options.get("url"))

    def import_tenant(
        self, exported: Mapping[str, Any], *, credentials: Mapping[str, str] | None = None, url: str | None = None
    ) -> MockTenant:
        """A new tenant that holds the content of an export, with a new id and new credentials."""
        self._made += 1
        name = f"{exported.get('vendor')}-{self._label}{self._made}"
        spec = {**exported, "id": name}
        spec.pop("credentials", None)
        if credentials is not None:
            spec["credentials"] = credentials
        tenant = self.control.import_tenant(spec)
        return self._handed(tenant, url)

    def _handed(self, tenant: Mapping[str, Any], url: str | None) -> MockTenant:
        self.watch.opened(tenant["id"], tenant["vendor"])
        return tenant_class(tenant["vendor"])(self.control, tenant, url or f"{self.url}/{tenant['vendor']}", self.watch)

    def refuse_connections(self, length: str) -> None:
        """Refuse new connections to the server, and so to all its tenants, for a real time such as `"PT2S"`."""
        self.control.refuse_connections({"for": length})


class MockServer(_Tenants):
    """A server in this process with all registered vendors. It opens its loopback port when its `url` is first read.

    While `altered` is set, new servers have altered vendors: a run of mutants observes or alters them.
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
        """The newest server that this process started, or a new one."""
        servers = [server for server in _started if isinstance(server, cls)]
        return servers[-1] if servers else cls().start()

    def start(self) -> MockServer:
        """Make this the current server until it is stopped."""
        _started.append(self)
        self.watch.start()
        return self

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts, by the vendors' names."""
        return {name: mock.contract for name, mock in self.mock_app.mocks.items()}

    @cached_property
    def url(self) -> str:
        """`http://127.0.0.1:port`. The first read opens the port."""
        self.mock_app.start()
        return self.mock_app.server.url

    @cached_property
    def https(self) -> MockHttps:
        """The vendors' own https addresses. The first read opens the proxy. It needs `mockservers[tls]`."""
        from mockservers.testing.https import MockHttps

        url = self.url  # the server listens before its HTTPS does
        return MockHttps(self.mock_app.open_https(Tls()), self.contracts, url)

    def stop(self) -> None:
        """Stop the server."""
        if self in _started:
            _started.remove(self)
            self.watch.stop()
        if "url" in self.__dict__:
            self.mock_app.stop()


class RemoteServer(_Tenants):
    """A running server at an address, for example a container. A test deletes the tenants that it creates.

    The tenants of a failed test stay, because its message has the addresses of its calls.
    """

    def __init__(self, url: str, label: str = "", *, token: str | None = None) -> None:
        self.client = Client(url, token)
        # Tests of other processes share the server: calls that reach no tenant could be theirs.
        super().__init__(self.client, f"{label}{token_hex(4)}-", alone=not label)
        self.client.health()
        self._url = self.client.url
        self._listeners: HttpsListeners | None = None

    def start(self) -> RemoteServer:
        """Make this the current server until it is stopped."""
        _started.append(self)
        self.watch.start()
        return self

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts of the vendors that are installed here, by their names."""
        return {name: load_contract(name) for name in vendor_names()}

    @property
    def url(self) -> str:
        """`http://HOST:PORT` of the server."""
        return self._url

    @cached_property
    def https(self) -> MockHttps:
        """The vendors' own https addresses: listeners in this process that forward to it. Needs `mockservers[tls]`."""
        from mockservers.testing.https import MockHttps
        from mockservers.web.https_listeners import https_listeners_before

        address = urlsplit(self._url)
        if address.scheme != "http":
            raise UsageError(f"`mock_https` forwards only to an http address, not to {self._url}.")
        hosts = {host for contract in self.contracts.values() for host in contract.hosts}
        self._listeners = https_listeners_before((address.hostname or "", address.port or 80), hosts)
        self._listeners.start()
        return MockHttps(self._listeners, self.contracts, self._url)

    def leave(self) -> None:
        """Stop before the server itself ends. Its ledgers are kept until they are judged."""
        if self in _started:
            self.watch.server_ends()
        self.stop()

    def stop(self) -> None:
        """Stop using the server. It keeps running."""
        if self in _started:
            _started.remove(self)
            self.watch.stop()
        if self._listeners:
            self._listeners.stop()
