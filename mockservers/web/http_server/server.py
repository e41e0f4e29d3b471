"""A WSGI application behind a socket: cheroot, started in a thread.

This folder is the only place that imports cheroot.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cheroot import wsgi
from cheroot.connections import ConnectionManager

from mockservers.core.errors import ServerUnavailable
from mockservers.core.values import real_time
from mockservers.web.http_server.connection import Connection, Gateway, environment
from mockservers.web.http_server.connection_refusal import ConnectionRefusal, placeholder, share
from mockservers.web.http_server.worker_pool import WorkerPool

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TIMEOUT = 30.0
"""Seconds that a connection may be idle, and that a request may take to arrive."""

GRACE = 0.4
"""Seconds that requests in progress get when the server stops, and again that cancelled ones get to end."""

HEAD_MAX = 1024 * 1024
"""Maximum bytes of a request's line and headers."""

KEPT_ALIVE = 256
"""Maximum number of idle connections."""

IDLE = 1.0
"""Seconds without a request after which a connection is closed once no file descriptor is left."""


def local(host: str) -> str:
    """The host by which a program on this machine reaches a listener on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared


def authority(host: str, port: int) -> str:
    """`host:port` as written in a URL."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def cannot_listen(host: str, port: int, error: OSError, option: str = "--port") -> ServerUnavailable:
    """The error for an address that cannot be bound: it names the host or the port as the reason."""
    if _is_local(host):
        return ServerUnavailable(
            f"{host}:{port} cannot be served: {error}. Choose another {option}; 0 takes a free one."
        )
    return ServerUnavailable(
        f"{host}:{port} cannot be served: {host} is not an address of this machine ({error}). "
        "Choose another --host: 127.0.0.1 is reached from this machine alone, 0.0.0.0 from others, too."
    )


def _is_local(host: str) -> bool:
    """Whether this machine can listen on a host at all: cheroot joins several errors into one text that hides it."""
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
        self._server = _Cheroot((host, port), application)
        self._server.timeout = timeout
        self._thread: threading.Thread | None = None
        self._refusal = ConnectionRefusal(self._server)
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

    def start(self) -> Server:
        """Start to answer, in a thread of its own. ServerUnavailable when the address cannot be bound."""
        self._bind()
        self._thread = threading.Thread(target=self._server.serve, name="mockservers", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop to answer. Return when the socket is closed."""
        self._refusal.end()
        self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def refuse(self, length: str | timedelta) -> float:
        """Refuse new connections for that long; open ones stay. Return the seconds."""
        return self._refusal.refuse(length)

    def _bind(self) -> None:
        try:
            self._server.prepare()
        except OSError as error:
            raise cannot_listen(self.host, self.port, error) from None
        self.port = self._server.bind_addr[1]
        share(self._server.socket)  # else a refusal could not bind the port again while connections to it are open


class _Cheroot(wsgi.Server):
    """cheroot with our worker pool. It does not log clients that disconnect."""

    ConnectionClass = Connection
    max_request_header_size = HEAD_MAX
    keep_alive_conn_limit = KEPT_ALIVE

    _connections: Any
    request_queue_size: int
    timeout: float
    shutdown_timeout: float

    def __init__(self, address: tuple[str, int], application: WSGIApplication) -> None:
        super().__init__(address, application, request_queue_size=512)
        self.shutdown_timeout = GRACE
        self.gateway = Gateway
        self.requests = WorkerPool(self)
        self.taken: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def prepare(self) -> None:
        """Bind and listen. cheroot makes its connection manager here, so ours replaces it here."""
        super().prepare()
        self._connections.close()
        self._connections = _Connections(self)
        self.environment = environment(self)

    def process_conn(self, conn: Connection) -> None:
        """Hand a connection to a worker; a new one first waits in the selector until its first bytes arrive."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Log nothing: clients that reset, time out or send malformed HTTP are expected in tests."""

    def shut(self) -> None:
        """Refuse new connections."""
        self._connections._selector.unregister(self.socket.fileno())  # noqa: SLF001 - cheroot has no public way to stop watching its listening socket
        self.socket = placeholder(self.socket)

    def open(self) -> None:
        """Accept new connections again."""
        share(self.socket)
        self.socket.listen(self.request_queue_size)
        self._connections._selector.register(self.socket.fileno(), selectors.EVENT_READ, data=self)  # noqa: SLF001

    def stop(self) -> None:
        """Stop, and shut down the connections that were taken over."""
        try:
            super().stop()
        finally:
            for connection in list(self.taken):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Connections(ConnectionManager):
    """cheroot's idle connections. Unlike cheroot's own class it stops at once, and survives a lack of descriptors."""

    server: Any
    _serving: bool
    _selector: Any
    _expire: Callable[[float], None]
    _remove_invalid_sockets: Callable[[], None]

    def __init__(self, of: _Cheroot) -> None:
        super().__init__(of)
        self._ended = threading.Event()
        self._closing = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Close them all, under the lock: a worker may be about to return one."""
        with self._closing:
            self._closed = True
            super().close()

    def run(self, expiration_interval: float) -> None:
        """Watch them until `stop`."""
        try:
            super().run(expiration_interval)
        finally:
            self._ended.set()

    def _run(self, expiration_interval: float) -> None:
        """Watch connections as cheroot does, but on a clock that freezegun does not replace."""
        look_again = real_time.monotonic() + expiration_interval
        while not self._stop_requested:
            try:
                active = self._selector.select(timeout=expiration_interval)
            except OSError:
                self._remove_invalid_sockets()
                continue
            for descriptor, connection in active:
                if connection is not self.server:
                    self._selector.unregister(descriptor)  # until `put` registers it again
                elif (connection := self._from_server_socket(self.server.socket)) is None:
                    continue
                self.server.process_conn(connection)
            now = real_time.monotonic()
            if now > look_again:
                self._expire(now - self.server.timeout)
                look_again = now + expiration_interval

    def put(self, conn: Connection) -> None:
        """Wait for the next request on a connection. One that a worker returns after `close` is closed."""
        with self._closing:
            if self._closed:
                conn.close()
                return
            conn.last_used = real_time.monotonic()
            if conn.rfile.has_data():
                self.server.process_conn(conn)
            else:
                self._selector.register(conn.socket.fileno(), selectors.EVENT_READ, data=conn)

    def _from_server_socket(self, listener: socket.socket) -> Any:
        """A new connection, or None when accepting fails: cheroot would let the error end its serving thread."""
        try:
            return super()._from_server_socket(listener)  # type: ignore[misc] # cheroot's stubs leave it out
        except OSError:  # no file descriptor is left: close idle connections
            self._expire(real_time.monotonic() - IDLE)
            time.sleep(0.01)
            return None

    def stop(self) -> None:
        """Stop watching the connections. A connection to our own listener wakes the selector."""
        self._stop_requested = True
        while self._serving and not self._ended.is_set():
            with suppress(OSError):
                socket.create_connection(self.server.bind_addr, timeout=0.2).close()
            self._ended.wait(0.01)
