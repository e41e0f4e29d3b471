"""A proxy before the vendor that stops each call twice: before it forwards the call, and before it forwards the answer.

It relays bytes and does not parse HTTP. The first bytes of a client after an answer are a call. The first bytes of the
server after a call are its answer, and at that time the vendor has processed the call.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, Self
from urllib.parse import urlsplit

Stage = Literal["before", "after", "answered"]
"""Before the vendor processes the call, after that, and after the answer has been sent to the client."""

Watch = Callable[[int, Stage], bool]
"""A function of each call's number, from 1, and its stage. If it returns False, the connection is closed there."""

_CHUNK = 65_536
_INTERIM = b"HTTP/1.1 1"


class CallProxy:
    """A listener on loopback that forwards to a server. Use it as a context manager."""

    def __init__(self, upstream: str) -> None:
        place = urlsplit(upstream)
        self._place = (place.hostname or "", place.port or (443 if place.scheme == "https" else 80))
        self._tls = ssl.create_default_context() if place.scheme == "https" else None
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lock = threading.Lock()
        self._calls = 0
        self._watch: Watch | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def watch(self, watch: Watch | None) -> None:
        """Call this function for calls from now on, numbered from 1. None: call no function."""
        with self._lock:
            self._calls, self._watch = 0, watch

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="mockservers-call-proxy", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), name="mockservers-call-proxy", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            server = socket.create_connection(self._place)
            if self._tls is not None:
                server = self._tls.wrap_socket(server, server_hostname=self._place[0])
            # `select.select` takes no file above 1,023, and the exporter's files are in this process, too.
            with server, selectors.DefaultSelector() as ready:
                self._relay(client, server, ready)

    def _relay(self, client: socket.socket, server: socket.socket, ready: selectors.BaseSelector) -> None:
        call, answered = 0, True
        for side in (client, server):
            ready.register(side, selectors.EVENT_READ, side)
        while True:
            pending = isinstance(server, ssl.SSLSocket) and server.pending()
            for side in [server] if pending else [key.data for key, _ in ready.select()]:
                data = side.recv(_CHUNK)
                if not data:
                    return
                if side is client:
                    if answered:
                        call, answered = self._number(), False
                        if not self._seen(call, "before"):
                            return
                    server.sendall(data)
                    continue
                first = not answered and not data.startswith(_INTERIM)
                answered |= first
                if first and not self._seen(call, "after"):
                    return
                client.sendall(data)
                if first and not self._seen(call, "answered"):
                    return

    def _number(self) -> int:
        with self._lock:
            self._calls += 1
            return self._calls

    def _seen(self, call: int, stage: Stage) -> bool:
        watch = self._watch
        return watch is None or watch(call, stage)
