"""What `requests` sends to the vendors' own host names, answered in this process: no socket, no TLS, no port.

    with mockservers.intercept() as mocks:
        export_orders(orders, token=mocks.zangsho.token)     # posts to https://api.zangsho.com/v1/…

Every path of those hosts is the vendor's, its 404 included. Other hosts are refused as `responses` refuses them.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

import responses
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import run_wsgi_app

from mockservers.testing.server import MockServer
from mockservers.testing.tenant import MockTenant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from requests import PreparedRequest

_PORTS = {"http": 80, "https": 443}
_SLASH = re.compile("%2f", re.IGNORECASE)


class Mocks:
    """The vendors while `requests` is intercepted: a tenant of each, made when it is first asked for.

    The `url` of a tenant is the vendor's own scheme and host.
    """

    def __init__(self, server: MockServer, origins: Mapping[str, str]) -> None:
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
    *, fanship: str | None = None, passthrough: Iterable[str] = (), server: MockServer | None = None
) -> Iterator[Mocks]:
    """Answer what `requests` sends to the vendors' host names, from any session and thread, until the block ends.

    `fanship` is the host name that FANSHIP told you; it publishes none. URLs that begin with one of `passthrough` go
    out as ever. Tenants of the fixtures are known here, too. At the end of a block that did not fail every tenant of
    `mocks` checks itself: AssertionError for a silent loss.
    """
    __tracebackhide__ = True
    server = server or MockServer.current()
    gateway, mocked = server.harness.gateway, server.harness.mocks
    origins = {name: mock.contract.origin for name, mock in mocked.items()}
    if fanship:
        origins["fanship"] = f"https://{fanship}"
    mocks = Mocks(server, origins)
    named = gateway.also_named(fanship, "fanship") if fanship else nullcontext()
    with named, responses.RequestsMock(assert_all_requests_are_fired=False) as patched:
        patched.add(_Vendors(gateway, gateway.hosts))
        for prefix in passthrough:
            patched.add_passthru(prefix)
        try:
            yield mocks
            mocks.check()
        finally:
            mocks.close()


class _Vendors(responses.BaseResponse):
    """All that the vendors' hosts answer, whatever the method and the path."""

    def __init__(self, application: WSGIApplication, hosts: Mapping[str, str]) -> None:
        super().__init__("any method", "https://vendor/")
        self.url = f"of {', '.join(hosts)}:"  # what `responses` lists when it refuses a request
        self._application, self._hosts = application, hosts

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        place = urlsplit(request.url or "")
        port = _PORTS.get(str(place.scheme))
        if place.hostname in self._hosts and place.port in (None, port):
            return True, ""
        return False, "another host was asked for"

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        chunks, status, headers = run_wsgi_app(self._application, _environ(request), buffered=True)
        number, _, reason = status.partition(" ")
        return HTTPResponse(
            io.BytesIO(b"".join(chunks)),
            HTTPHeaderDict(headers.items()),
            int(number),
            reason=reason,
            version=11,
            preload_content=False,
            request_method=request.method,
        )


def _environ(request: PreparedRequest) -> WSGIEnvironment:
    """The request as the gateway's socket server would have given it, Host and all."""
    place: SplitResult = urlsplit(request.url or "")
    path, _, query = request.path_url.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # A slash that was escaped is no separator: cheroot leaves it as it is.
        "PATH_INFO": "%2F".join(unquote_to_bytes(part).decode("latin-1") for part in _SLASH.split(path)),
        "QUERY_STRING": query,
        "REQUEST_URI": request.path_url,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": place.hostname,
        "SERVER_PORT": str(_PORTS[place.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": place.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": place.scheme,
        "wsgi.input": io.BytesIO(_body(request.body)),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    headers: Mapping[str, str | bytes] = request.headers
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return environ


def _body(given: Any) -> bytes:
    """A body in any of the forms that `requests` sends. `responses` has read those that are files."""
    if given is None:
        return b""
    if isinstance(given, str):
        return given.encode()
    if isinstance(given, bytes | bytearray):
        return bytes(given)
    return b"".join(_body(chunk) for chunk in given)
