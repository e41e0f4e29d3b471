"""Answers calls of `requests` to the vendors' own host names in this process: no socket, no TLS, no port.

    with mockservers.intercept() as mocks:
        export_orders(orders, token=mocks.zangsho.token)     # posts to https://api.zangsho.com/v1/…

The mock answers every path of these hosts, with the vendor's 404 if necessary. Your own `responses` mocks come first,
whether you start them before the block or in it. `responses` refuses other hosts. Retries, time-outs, cookies and
streams are those of `requests`. If MOCKSERVERS_URL is set, the server at that address answers, as for the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.extras import missing
from mockservers.testing.pools import Pools, forwarding, in_process
from mockservers.testing.server import MockServer, RemoteServer, current
from mockservers.testing.tenant import MockTenant
from mockservers.testing.vendor_tenants import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant

try:
    from mockservers.testing.interceptor import Interceptor
except ModuleNotFoundError:
    raise UsageError(missing("intercept()", "requests")) from None

_Tenant = TypeVar("_Tenant", bound=MockTenant)


class Mocks:
    """The vendors while `requests` is intercepted: one tenant per vendor, which the first access creates.

    The `url` of a tenant is the vendor's own scheme and host.
    """

    def __init__(self, server: MockServer | RemoteServer, origins: Mapping[str, str]) -> None:
        self._server, self._origins = server, origins
        self._made: list[MockTenant] = []

    def tenant(self, vendor: str, **options: Any) -> MockTenant:
        """A fresh tenant. `options`: credentials, readings, state, now, as for `mock_server.tenant`."""
        return self._kept(self._server.tenant(vendor, url=self._origins.get(vendor), **options))

    @cached_property
    def omnisegment(self) -> OmnisegmentTenant:
        """The tenant of OmniSegment."""
        return self._kept(self._server.tenant("omnisegment", url=self._origins.get("omnisegment")))

    @cached_property
    def fanship(self) -> FanshipTenant:
        """The tenant of FANSHIP."""
        return self._kept(self._server.tenant("fanship", url=self._origins.get("fanship")))

    @cached_property
    def esputnik(self) -> EsputnikTenant:
        """The tenant of eSputnik."""
        return self._kept(self._server.tenant("esputnik", url=self._origins.get("esputnik")))

    @cached_property
    def zangsho(self) -> ZangshoTenant:
        """The tenant of Zangsho."""
        return self._kept(self._server.tenant("zangsho", url=self._origins.get("zangsho")))

    if not TYPE_CHECKING:  # so that a misspelt vendor is an error for type checkers

        def __getattr__(self, vendor: str) -> MockTenant:
            """The tenant of another distribution's vendor."""
            if vendor not in self._origins:
                raise AttributeError(f"Unknown vendor {vendor!r}. Available: {', '.join(self._origins)}.")
            tenant = self.__dict__[vendor] = self.tenant(vendor)
            return tenant

    def _kept(self, tenant: _Tenant) -> _Tenant:
        self._made.append(tenant)
        return tenant

    def check(self) -> None:
        """Raise AssertionError if the verdict of a tenant fails."""
        __tracebackhide__ = True
        for tenant in self._made:
            tenant.check()

    def close(self) -> None:
        """Delete the tenants."""
        for tenant in self._made:
            tenant.close()


@contextmanager
def intercept(
    *, passthrough: Iterable[str] = (), server: MockServer | RemoteServer | None = None, **hosts: str
) -> Iterator[Mocks]:
    """Answer calls of `requests` to the vendors' host names, from any session and thread, until the block ends.

    `hosts` are other host names by vendor: `fanship="HOST"` is the host that FANSHIP gave you, because it publishes
    none. URLs that start with one of `passthrough` are sent normally. Tenants of the fixtures work here, too. If the
    block does not fail, every tenant of `mocks` is checked at its end: AssertionError for a silent loss.
    """
    __tracebackhide__ = True
    server = server or current()
    origins = {name: contract.origin for name, contract in server.contracts.items()}
    for vendor in hosts.keys() - origins.keys():
        raise UnknownName("vendor", vendor, origins)
    mocks = Mocks(server, origins | {vendor: f"https://{host}" for vendor, host in hosts.items()})
    with _vendors(server, hosts) as (pools, known), Interceptor(pools, known, tuple(passthrough)).patching():
        try:
            yield mocks
            mocks.check()
        finally:
            mocks.close()


@contextmanager
def _vendors(
    server: MockServer | RemoteServer, host_names: Mapping[str, str]
) -> Iterator[tuple[Pools, Mapping[str, str]]]:
    """The connection pools of a server, and the vendors by their hosts."""
    if isinstance(server, MockServer):
        gateway = server.mock_app.gateway
        with ExitStack() as stack:
            for vendor, host in host_names.items():
                stack.enter_context(gateway.also_named(host, vendor))
            yield in_process(gateway), gateway.hosts
        return
    hosts = {host: name for name, contract in server.contracts.items() for host in contract.hosts}
    vendor_by_host = {host.lower(): vendor for vendor, host in host_names.items()}
    pools = forwarding(server.url, vendor_by_host)
    try:
        yield pools, hosts | vendor_by_host
    finally:
        pools.close()
