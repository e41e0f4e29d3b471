"""A WSGI application behind a socket: cheroot, started in a thread or run until a signal.

The one place that knows which server it is.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
import weakref
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cheroot import server, wsgi

from mockservers.core.errors import NotReady
from mockservers.web.arriving import Chunks, discard, make_file
from mockservers.web.crew import Crew
from mockservers.web.performing import WIRE
from mockservers.web.refusing import Refusing, placeholder, share

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

PATIENCE = 30.0
"""Seconds that a connection may stand idle, or a request take to arrive."""

GRACE = 0.5
"""Seconds for what is under way when the server is to stop, and as many again for what is then broken off."""

HEAD_MAX = 1024 * 1024
"""Bytes of a request's line and headers."""

KEPT_ALIVE = 256
"""Connections that stay open between requests."""

RESTED = 1.0
"""Seconds without a request after which a connection is closed when there are too many."""


def local(host: str) -> str:
    """The host by which a program on this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared


def authority(host: str, port: int) -> str:
    """`host:port` as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


class Server:
    """Serves an application at `host:port`; port 0 takes a free one, which `url` then names."""

    def __init__(
        self, application: WSGIApplication, host: str = "127.0.0.1", port: int = 0, patience: float = PATIENCE
    ) -> None:
        self._server = _Cheroot((host, port), application)
        self._server.timeout = patience
        self._thread: threading.Thread | None = None
        self._refusing = Refusing(self._server)
        self.host = host
        self.port = port

    @property
    def url(self) -> str:
        """`http://host:port`, as a client on this machine writes it."""
        return f"http://{authority(*self.address)}"

    @property
    def address(self) -> tuple[str, int]:
        """Where a program on this machine connects to."""
        return local(self.host), self.port

    def start(self) -> Server:
        """Answer from now on, in a thread of its own. NotReady when the address cannot be had."""
        self._bind()
        self._thread = threading.Thread(target=self._server.serve, name="mockservers", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more; returns when the socket is closed."""
        self._refusing.end()
        self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def refuse(self, length: str | timedelta) -> float:
        """Refuse connections for so long; those that are there stay. Gives the seconds."""
        return self._refusing.refuse(length)

    def _bind(self) -> None:
        try:
            self._server.prepare()
        except OSError as error:
            raise NotReady(
                f"{self.host}:{self.port} cannot be served: {error}. Choose another --port; 0 takes a free one."
            ) from None
        self.port = self._server.bind_addr[1]
        share(self._server.socket)  # or its port could not be had again while connections to it are open (`Refusing`)


class _Request(server.HTTPRequest):
    """A request whose body is read to its end before the answer goes out: a client that still sends gets to it."""

    def send_headers(self) -> None:
        """Send the answer's head."""
        if not discard(self.rfile):
            self.close_connection = True
        super().send_headers()


class _Connection(server.HTTPConnection):
    """A connection that may be lent (`performing.Wire`): whoever took it closes it."""

    RequestHandlerClass = _Request
    taken = False

    def __init__(self, of: server.HTTPServer, connection: socket.socket, _make_file: Any = None) -> None:
        super().__init__(of, connection, make_file)

    def communicate(self) -> bool:
        """Answer the next request. True when there may be another."""
        self.rfile.arriving.begin()
        keep: bool = super().communicate()  # type: ignore[no-untyped-call]
        return keep

    def end(self) -> None:
        """Let nobody wait for it any longer, be it to read or to write."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def take(self) -> socket.socket:
        """Lend it for good."""
        self.taken = True
        lent: socket.socket = self.socket
        self.server.lent.add(lent)
        return lent

    def close(self) -> None:
        """Close it, unless that is somebody else's to do."""
        if not self.taken:
            super().close()


class _Gateway(wsgi.Gateway_10):
    """cheroot's way to a WSGI application, which says nothing more on a connection that was taken."""

    def get_environ(self) -> WSGIEnvironment:  # type: ignore[override] # cheroot's stubs say None
        """The environment, with the connection in it."""
        if self.req.chunked_read:
            self.req.rfile = Chunks(self.req.conn.rfile)
        environ: WSGIEnvironment = super().get_environ()  # type: ignore[no-untyped-call]
        environ[WIRE] = self.req.conn
        return environ

    def respond(self) -> None:
        """Have the application answer."""
        body = self.req.server.wsgi_app(self.env, self.start_response)
        if self.req.conn.taken:
            self.req.sent_headers = self.req.close_connection = True
            return
        try:
            for chunk in body:
                if chunk:
                    self.write(chunk)
        finally:
            self.req.ensure_headers_sent()
            if hasattr(body, "close"):
                body.close()


class _Cheroot(wsgi.Server):
    """cheroot, waking its selector when it is to stop, and silent about clients that hang up."""

    ConnectionClass = _Connection
    max_request_header_size = HEAD_MAX
    keep_alive_conn_limit = KEPT_ALIVE

    _connections: Any
    request_queue_size: int
    timeout: float
    shutdown_timeout: float

    def __init__(self, address: tuple[str, int], application: WSGIApplication) -> None:
        super().__init__(address, application, request_queue_size=512)
        self.shutdown_timeout = GRACE
        self.gateway = _Gateway
        self.requests = Crew(self)
        self.lent: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def prepare(self) -> None:
        """Bind and listen."""
        super().prepare()
        accept = self._connections._from_server_socket  # noqa: SLF001 - cheroot stops answering when accept() fails

        def accepted(listener: socket.socket) -> Any:
            try:
                return accept(listener)
            except OSError:  # no descriptor is left: who rests gives way
                self._connections._expire(time.time() - RESTED)  # noqa: SLF001
                time.sleep(0.01)
                return None

        self._connections._from_server_socket = accepted  # noqa: SLF001

    def process_conn(self, conn: _Connection) -> None:
        """Have a connection's request answered; one that is new may take its time before its first byte comes."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Clients that reset, time out or talk no HTTP are no news in a test harness."""

    def shut(self) -> None:
        """Refuse new connections."""
        self._connections._selector.unregister(self.socket.fileno())  # noqa: SLF001 - cheroot has no word for it
        self.socket = placeholder(self.socket)

    def open(self) -> None:
        """Take new connections again."""
        share(self.socket)
        self.socket.listen(self.request_queue_size)
        self._connections._selector.register(self.socket.fileno(), selectors.EVENT_READ, data=self)  # noqa: SLF001

    def stop(self) -> None:
        """Stop without the half second that the selector would sleep on: knock at our own door until it is shut."""
        shut = threading.Event()
        if self.ready and self.socket is not None:
            threading.Thread(target=_knock, args=(self.socket.getsockname()[:2], shut), daemon=True).start()
        try:
            super().stop()
        finally:
            shut.set()
            for lent in list(self.lent):
                with suppress(OSError):
                    lent.shutdown(socket.SHUT_RDWR)


def _knock(address: tuple[str, int], shut: threading.Event) -> None:
    while not shut.wait(0.002):
        try:
            socket.create_connection(address, timeout=0.2).close()
        except OSError:
            return
