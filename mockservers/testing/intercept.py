"""What `requests` sends to the vendors' own host names, answered in this process: no socket, no TLS, no port.

    with mockservers.intercept() as mocks:
        export_orders(orders, token=mocks.zangsho.token)     # posts to https://api.zangsho.com/v1/…

Every path of those hosts is the vendor's, its 404 included. Other hosts are refused as `responses` refuses them. With
MOCKSERVERS_URL set the server there answers, as it does for the fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import responses

from mockservers.testing.forwarded import forwarding
from mockservers.testing.requested import PORTS, answered
from mockservers.testing.server import MockServer, RemoteServer, current
from mockservers.testing.tenant import MockTenant

if TYPE_CHECKING:
    from requests import PreparedRequest
    from urllib3 import HTTPResponse


class Mocks:
    """The vendors while `requests` is intercepted: a tenant of each, made when it is first asked for.

    The `url` of a tenant is the vendor's own scheme and host.
    """

    def __init__(self, server: MockServer | RemoteServer, origins: Mapping[str, str]) -> None:
        self._server, self._origins = server, origins
        self._made: list[MockTenant] = []
        self._first: dict[str, MockTenant] = {}

    def tenant(self, vendor: str, **about: Any) -> MockTenant:
        """A fresh tenant. `about`: credentials, readings, state, now, as `mock_server.tenant` takes them."""
        tenant = self._server.tenant(vendor, url=self._origins.get(vendor), **about)
        self._made.append(tenant)
        return tenant

    @property
    def omnisegment(self) -> MockTenant:
        """The tenant of OmniSegment."""
        return self._the("omnisegment")

    @property
    def fanship(self) -> MockTenant:
        """The tenant of FANSHIP."""
        return self._the("fanship")

    @property
    def esputnik(self) -> MockTenant:
        """The tenant of eSputnik."""
        return self._the("esputnik")

    @property
    def zangsho(self) -> MockTenant:
        """The tenant of Zangsho."""
        return self._the("zangsho")

    def _the(self, vendor: str) -> MockTenant:
        if vendor not in self._first:
            self._first[vendor] = self.tenant(vendor)
        return self._first[vendor]

    def check(self) -> None:
        """AssertionError when there is a complaint about how any of the tenants was treated."""
        __tracebackhide__ = True
        for tenant in self._made:
            tenant.check()

    def close(self) -> None:
        """Forget the tenants."""
        for tenant in self._made:
            tenant.close()


@contextmanager
def intercept(
    *, fanship: str | None = None, passthrough: Iterable[str] = (), server: MockServer | RemoteServer | None = None
) -> Iterator[Mocks]:
    """Answer what `requests` sends to the vendors' host names, from any session and thread, until the block ends.

    `fanship` is the host name that FANSHIP told you; it publishes none. URLs that begin with one of `passthrough` go
    out as ever. Tenants of the fixtures are known here, too. At the end of a block that did not fail every tenant of
    `mocks` checks itself: AssertionError for a silent loss.
    """
    __tracebackhide__ = True
    server = server or current()
    origins = {name: contract.origin for name, contract in server.contracts.items()}
    if fanship:
        origins["fanship"] = f"https://{fanship}"
    mocks = Mocks(server, origins)
    with _answering(server, fanship) as vendors, responses.RequestsMock(assert_all_requests_are_fired=False) as patched:
        patched.add(vendors)
        for prefix in passthrough:
            patched.add_passthru(prefix)
        try:
            yield mocks
            mocks.check()
        finally:
            mocks.close()


@contextmanager
def _answering(server: MockServer | RemoteServer, fanship: str | None) -> Iterator[_Vendors]:
    """What answers for a server; entered while `requests` is as it was."""
    if isinstance(server, MockServer):
        gateway = server.harness.gateway
        with gateway.also_named(fanship, "fanship") if fanship else nullcontext():
            yield _Vendors(partial(answered, gateway), gateway.hosts)
        return
    hosts = {host: name for name, contract in server.contracts.items() for host in contract.hosts}
    also = {fanship.lower(): "fanship"} if fanship else {}
    with forwarding(server.url, also) as forwarded:
        yield _Vendors(forwarded, hosts | also)


class _Vendors(responses.BaseResponse):
    """All that the vendors' hosts answer, whatever the method and the path."""

    def __init__(self, answer: Callable[[PreparedRequest], HTTPResponse], hosts: Mapping[str, str]) -> None:
        super().__init__("any method", "https://vendor/")
        self.url = f"of {', '.join(hosts)}:"  # what `responses` lists when it refuses a request
        self._answer, self._hosts = answer, hosts

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        place = urlsplit(request.url or "")
        port = PORTS.get(str(place.scheme))
        if place.hostname in self._hosts and place.port in (None, port):
            return True, ""
        return False, "another host was asked for"

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        return self._answer(request)
