"""urllib3's connection pools for the vendors' hosts, whose connections do not go to the vendors.

A connection goes to a WSGI application in this process, or to a running server. Its Host header is the vendor's name.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.util.connection import create_connection

from mockservers.testing.in_process import InProcess

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PORTS = {"http": 80, "https": 443}
Opens = Callable[["Connection"], Any]
"""A function that opens a connection. It returns an object that `http.client` uses as a socket."""


class Connection(HTTPConnection):
    """urllib3's connection with another function to open it. `prefix` is added before every path."""

    def __init__(self, *args: Any, opens: Opens, scheme: str, prefix: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default_port = PORTS[scheme]  # type: ignore[misc] # so that Host has no port unless the URL has one
        self.scheme = scheme
        self._opens, self._prefix = opens, prefix

    def _new_conn(self) -> Any:  # urllib3 calls it to open a socket
        return self._opens(self)

    @property
    def is_connected(self) -> bool:
        """Whether the connection can send another request."""
        return not isinstance(self.sock, InProcess) and super().is_connected

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        """Send a request."""
        super().request(method, self._prefix + url, *args, **kwargs)


class Pool(HTTPConnectionPool):
    """urllib3's pool of such connections, for https, too, because a process needs no TLS to call itself."""

    ConnectionCls = Connection

    def __init__(self, scheme: str, host: str, port: int, opens: Opens, prefix: str = "") -> None:
        self.scheme = scheme
        super().__init__(host, port, maxsize=50, opens=opens, scheme=scheme, prefix=prefix)


class Pools:
    """The pools of one server, one per scheme and host of a vendor."""

    def __init__(self, make: Callable[[str, str], Pool]) -> None:
        self._make = make
        self._pools: dict[tuple[str, str], Pool] = {}
        self._lock = Lock()

    def of(self, scheme: str, host: str) -> Pool:
        """The pool for a host."""
        with self._lock:
            pool = self._pools.get((scheme, host))
            if pool is None:
                pool = self._pools[scheme, host] = self._make(scheme, host)
            return pool

    def close(self) -> None:
        """Close the open connections."""
        for pool in self._pools.values():
            pool.close()


def in_process(application: WSGIApplication) -> Pools:
    """Pools of connections to an application in this process."""

    def make(scheme: str, host: str) -> Pool:
        return Pool(scheme, host, PORTS[scheme], lambda connection: InProcess(application, scheme, connection.timeout))

    return Pools(make)


def forwarding(url: str, also: dict[str, str]) -> Pools:
    """Pools of connections to the server at `url`, which selects the vendor by the host.

    `also` is {host: vendor} of hosts that the server does not know. For these, a prefix of the path selects the vendor.
    """
    address = urlsplit(url)
    port = address.port or PORTS[address.scheme]

    def opens(connection: Connection) -> Any:
        opened_socket = create_connection(
            (str(address.hostname), port), connection.timeout, socket_options=connection.socket_options
        )
        if address.scheme == "https":
            return ssl.create_default_context().wrap_socket(opened_socket, server_hostname=address.hostname)
        return opened_socket

    def make(scheme: str, host: str) -> Pool:
        vendor = also.get(host)
        if vendor is not None:
            return Pool(address.scheme, str(address.hostname), port, opens, f"{address.path}/{vendor}")
        return Pool(scheme, host, PORTS[scheme], opens, address.path)

    return Pools(make)
