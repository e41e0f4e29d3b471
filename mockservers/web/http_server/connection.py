"""One connection and its requests: cheroot's classes, with what cheroot lacks."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cheroot import server, wsgi

from mockservers.core.faults.wire_script import http_date
from mockservers.core.values import real_time
from mockservers.web.fault_delivery import WIRE
from mockservers.web.http_server.slow_clients import Chunks, Reader, Writer, discard, wait_in_kernel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Request(server.HTTPRequest):
    """A request whose body is read to its end before the answer is sent: most clients read only once all is sent."""

    def send_headers(self) -> None:
        """Send status line and headers."""
        if not discard(self.rfile):
            self.close_connection = True
        self.outheaders.append((b"Date", http_date(int(real_time.wall())).encode("ascii")))
        super().send_headers()

    def simple_response(self, status: str, msg: str = "") -> None:
        """Refuse a request that is malformed or too large."""
        super().simple_response(status, msg)
        self.conn.refused = True


class Connection(server.HTTPConnection):
    """A connection that can be taken over (`fault_delivery.Wire`): whoever took it closes it."""

    RequestHandlerClass = Request
    taken = False
    refused = False
    lingers = False

    def __init__(self, of: server.HTTPServer, connection: socket.socket, _make_file: Any = None) -> None:
        timeout = connection.gettimeout() or 0.0
        wait_in_kernel(connection, timeout)
        super().__init__(
            of,
            connection,
            lambda _, mode, size: Reader(connection, timeout, size) if "r" in mode else Writer(connection),
        )

    def communicate(self) -> bool:
        """Answer the next request. True when another may follow."""
        self.rfile.incoming.begin()
        keep: bool = super().communicate()  # type: ignore[no-untyped-call]
        return keep

    def goes_on(self) -> bool:
        """Whether the next request has arrived, or arrives within a short wait.

        Handing a connection back to the server's selector and receiving it again costs more than answering a request.
        """
        self.lingers = True
        try:
            return bool(self.server.ready and self.rfile.has_data_soon())
        except OSError:
            return False
        finally:
            self.lingers = False

    def end(self) -> None:
        """Shut it down, so that no thread waits for it any longer."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def take(self) -> socket.socket:
        """Hand the socket over for good."""
        self.taken = True
        connection: socket.socket = self.socket
        connection.settimeout(self.server.timeout)
        self.server.taken.add(connection)
        return connection

    def close(self) -> None:
        """Close it, unless it was taken over. A client that was refused while it sends can still read the refusal."""
        if self.taken:
            return
        if self.refused:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self.rfile.incoming.waits = "briefly"
                discard(self.rfile)
        super().close()


class Gateway(wsgi.Gateway_10):
    """cheroot's gateway to a WSGI application. It writes nothing to a connection that was taken over."""

    def get_environ(self) -> WSGIEnvironment:  # type: ignore[override] # cheroot's stubs say None
        """The WSGI environment, with the connection at `WIRE`."""
        request, connection = self.req, self.req.conn
        if request.chunked_read:
            request.rfile = Chunks(connection.rfile)
        environ: WSGIEnvironment = {
            **request.server.environment,
            "PATH_INFO": request.path.decode("latin-1"),
            "QUERY_STRING": request.qs.decode("latin-1"),
            "REMOTE_ADDR": connection.remote_addr or "",
            "REMOTE_PORT": str(connection.remote_port or ""),
            "REQUEST_METHOD": request.method.decode("latin-1"),
            "REQUEST_URI": request.uri.decode("latin-1"),
            "SERVER_PROTOCOL": request.request_protocol.decode("latin-1"),
            "wsgi.errors": sys.stderr,
            "wsgi.input": request.rfile,
            "wsgi.input_terminated": bool(request.chunked_read),
            "wsgi.url_scheme": request.scheme.decode("latin-1"),
            WIRE: connection,
        }
        for name, value in request.inheaders.items():
            environ[_variable(name)] = value.decode("latin-1")
        return environ

    def respond(self) -> None:
        """Call the application and send its answer."""
        connection = self.req.conn
        body = self.req.server.wsgi_app(self.env, self.start_response)
        if connection.taken:
            self.req.sent_headers = self.req.close_connection = True
            return
        connection.wfile.hold()
        try:
            try:
                for chunk in body:
                    if chunk:
                        self.write(chunk)
            finally:
                self.req.ensure_headers_sent()
        finally:
            connection.wfile.flush()
            if hasattr(body, "close"):
                body.close()


def environment(of: server.HTTPServer) -> Mapping[str, Any]:
    """The part of the WSGI environment that all requests to a server share."""
    return {
        "ACTUAL_SERVER_PROTOCOL": of.protocol,
        "SCRIPT_NAME": "",
        "SERVER_NAME": of.server_name,
        "SERVER_PORT": str(of.bind_addr[1]),
        "SERVER_SOFTWARE": of.software,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }


@lru_cache(maxsize=1_000)
def _variable(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
