"""A WSGI application behind a socket: threads answer, one thread waits for requests, llhttp checks their heads.

Other packages do not depend on these details.
"""

from __future__ import annotations

import socket
import weakref
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from mockservers.core.errors import ServerUnavailable
from mockservers.web.http_server.connection import Connection
from mockservers.web.http_server.connection_refusal import ConnectionRefusal, share
from mockservers.web.http_server.dispatcher import BACKLOG, Dispatcher
from mockservers.web.http_server.worker_pool import WorkerPool
from mockservers.web.http_server.wsgi import answer, shared_environment
from mockservers.web.limited_log import LimitedLog

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TIMEOUT = 30.0
"""The most seconds that a connection may be idle, and that a request may take to arrive."""

GRACE = 0.4
"""Seconds for requests in progress to end when the server stops, and again for cancelled ones."""


def local(host: str) -> str:
    """Return the host for programs on this machine that connect to a listener on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared


def authority(host: str, port: int) -> str:
    """Return `host:port` as in a URL."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def cannot_listen(host: str, port: int, error: OSError, option: str = "--port") -> ServerUnavailable:
    """Return the error for an address that cannot be bound. It names the host or the port as the reason."""
    if not host:
        return ServerUnavailable(
            "An empty host is not an address. Fix: --host 127.0.0.1, or 0.0.0.0 for all addresses."
        )
    if _is_local(host):
        return ServerUnavailable(
            f"{host}:{port} cannot be served: {error}. Choose another {option}; 0 takes a free one."
        )
    return ServerUnavailable(
        f"{host}:{port} cannot be served: {host} is not an address of this machine ({error}). "
        "Choose another --host: 127.0.0.1 for this machine only, 0.0.0.0 for other machines, too."
    )


def _is_local(host: str) -> bool:
    """Whether this machine can listen on a host, at any port."""
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True


class Server:
    """Serves an application on `host:port`. Port 0 takes a free one, which `url` then names."""

    def __init__(
        self, application: WSGIApplication, host: str = "127.0.0.1", port: int = 0, timeout: float = TIMEOUT
    ) -> None:
        if not host:
            raise cannot_listen(host, port, OSError())
        self._application = application
        self._timeout = timeout
        self._log = LimitedLog()
        self._dispatcher: Dispatcher | None = None
        self._workers: WorkerPool | None = None
        self._refusal: ConnectionRefusal | None = None
        self._taken: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.host = host
        self.port = port

    @property
    def url(self) -> str:
        """`http://host:port`, as a client on this machine uses it."""
        return f"http://{authority(*self.address)}"

    @property
    def address(self) -> tuple[str, int]:
        """The address that a program on this machine connects to."""
        return local(self.host), self.port

    @property
    def is_alive(self) -> bool:
        """Whether it accepts connections, or will after a refusal."""
        return self._dispatcher is not None and self._dispatcher.is_alive

    def start(self) -> Server:
        """Start threads that answer. ServerUnavailable if the address cannot be bound."""
        listener = self._listening()
        self.port = listener.getsockname()[1]
        shared = shared_environment(self.host, self.port)

        def answer_next(connection: Connection) -> bool:
            return answer(connection, self._application, shared)

        def wait(connection: Connection) -> None:
            dispatcher.wait(connection)

        workers = self._workers = WorkerPool(answer_next, wait, self._log)
        dispatcher = self._dispatcher = Dispatcher(listener, workers.put, self._timeout, self._log)
        dispatcher.taken = self._taken.add
        self._refusal = ConnectionRefusal(dispatcher)
        dispatcher.start()
        return self

    def stop(self) -> None:
        """Stop answering. Returns after the socket is closed. Connections that were taken over are shut down."""
        if self._dispatcher is None or self._workers is None or self._refusal is None:
            return
        self._refusal.end()
        self._dispatcher.stop()
        self._workers.stop(GRACE)
        for connection in list(self._taken):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._dispatcher = None

    def refuse(self, length: str | timedelta) -> float:
        """Refuse new connections for a duration; open ones stay. Return the seconds."""
        if self._refusal is None:
            raise ServerUnavailable("The server has not started, so it can refuse nothing.")
        return self._refusal.refuse(length)

    def _listening(self) -> socket.socket:
        if not self.host:
            raise cannot_listen(self.host, self.port, OSError())
        try:
            addresses = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, address = addresses[0][0], addresses[0][4]
            both = family == socket.AF_INET6 and self.host == "::" and socket.has_dualstack_ipv6()
            listener = socket.create_server(
                (str(address[0]), self.port), family=family, backlog=BACKLOG, dualstack_ipv6=both
            )
        except OSError as error:
            raise cannot_listen(self.host, self.port, error) from None
        share(listener)  # otherwise a refusal could not bind the port again while connections to it are open
        return listener
