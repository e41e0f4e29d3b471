"""The vendors in `responses`, which intercepts `requests`. The user's own mocks come first.

The real `HTTPAdapter.send` of `requests` gets the answer of a vendor, on a connection pool of this package, so that no
call leaves this process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import mock as std_mock
from urllib.parse import urlsplit

import responses
from requests.adapters import HTTPAdapter
from responses import RequestsMock

from mockservers.testing.pools import PORTS, Pool, Pools

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_send = HTTPAdapter.send
_on_request = RequestsMock._on_request  # noqa: SLF001 - every mock of `responses` calls it, also those of the user


class Interceptor(RequestsMock):
    """Answers the vendors' hosts from connection pools, if no mock of the user matches a request."""

    _lock: ClassVar[Lock] = Lock()
    active: ClassVar[list[Interceptor]] = []

    def __init__(self, pools: Pools, hosts: Mapping[str, str], passthrough: tuple[str, ...]) -> None:
        super().__init__(assert_all_requests_are_fired=False)
        self._pools, self._hosts = pools, hosts
        self.add(_Vendors(hosts))
        for prefix in passthrough:
            self.add_passthru(prefix)

    @contextmanager
    def patching(self) -> Iterator[None]:
        """Answer until the block ends, also requests that the user's mocks in the block pass through."""
        with self._lock:
            self.active.append(self)
            RequestsMock._on_request = _routed  # type: ignore[method-assign,assignment] # noqa: SLF001
        try:
            with self:
                yield
        finally:
            with self._lock:
                self.active.remove(self)
                if not self.active:
                    RequestsMock._on_request = _on_request  # type: ignore[method-assign] # noqa: SLF001

    def knows(self, request: PreparedRequest) -> bool:
        """Whether a request goes to a vendor's host."""
        url = urlsplit(request.url or "")
        port = PORTS.get(url.scheme)
        return port is not None and url.hostname in self._hosts and url.port in (None, port)

    def send(self, adapter: HTTPAdapter, request: PreparedRequest, **kwargs: Any) -> Response:
        """The response of `requests` to the vendor's answer, sent on a pool of this package."""
        url = urlsplit(request.url or "")
        pool = self._pools.of(url.scheme, str(url.hostname))
        adapter_on_pool: Any = _Adapter(adapter, pool)
        return _send(adapter_on_pool, request, **{**kwargs, "proxies": None})


class _Adapter:
    """The user's adapter with other connections: its retries, hooks and subclass are kept."""

    def __init__(self, adapter: HTTPAdapter, pool: Pool) -> None:
        self._adapter, self._pool = adapter, pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Pool:
        """The connection pool for `requests`."""
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> Pool:
        """The connection pool, for versions of requests before 2.32."""
        return self._pool


class _Vendors(responses.BaseResponse):
    """A mock that matches nothing: `responses` lists it when it refuses a request to another host."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        super().__init__("any method", "https://vendor/")
        self.url = f"of {', '.join(hosts)}:"

    def matches(self, _request: PreparedRequest) -> tuple[bool, str]:
        return False, "the request is for another host"


def _routed(mock: RequestsMock, adapter: HTTPAdapter, request: PreparedRequest, **kwargs: Any) -> Response:
    """Send a request to a mock of the user, to a vendor, or to the network; or let `responses` refuse it."""
    chain = list(_chain(mock))
    interceptors = (each for each in (*chain, *reversed(Interceptor.active)) if isinstance(each, Interceptor))
    interceptor = next((each for each in interceptors if each.knows(request)), None)
    user_mocks = [each for each in chain if not isinstance(each, Interceptor)]
    if any(each.registered() for each in user_mocks):
        matched: Any = request  # `responses` sets these attributes for its matchers
        matched.params = mock._parse_request_params(request.path_url)  # noqa: SLF001
        matched.req_kwargs = {name: value for name, value in kwargs.items() if name != "retries"}
        matched.body = mock._read_filelike_body(request.body)  # noqa: SLF001
    for user in user_mocks:
        if _wants(user, request, vendors=interceptor is not None):
            return _on_request(user, adapter, request, **kwargs)
    if interceptor is not None:
        return interceptor.send(adapter, request, **kwargs)
    for each in chain:
        if any(_begins(str(request.url), prefix) for prefix in each.passthru_prefixes):
            return _on_request(each, adapter, request, **kwargs)
    return _on_request(mock, adapter, request, **kwargs)


def _chain(mock: RequestsMock) -> Iterator[RequestsMock]:
    """A mock, the mock that was started before it, and so on: each keeps the function that it replaces."""
    seen: set[int] = set()
    while id(mock) not in seen:
        seen.add(id(mock))
        yield mock
        patcher: std_mock._patch[Any] | None = mock._patcher  # noqa: SLF001
        replaced = getattr(patcher, "temp_original", None)
        for cell in getattr(replaced, "__closure__", None) or ():
            if isinstance(cell.cell_contents, RequestsMock):
                mock = cell.cell_contents


def _wants(user: RequestsMock, request: PreparedRequest, *, vendors: bool) -> bool:
    """Whether a mock has an answer, without changing its registry. A vendor's host is never passed through."""
    return any(
        response.matches(request)[0] and not (vendors and response.passthrough) for response in user.registered()
    )


def _begins(url: str, prefix: Any) -> bool:
    return bool(prefix.match(url)) if hasattr(prefix, "match") else url.startswith(prefix)
