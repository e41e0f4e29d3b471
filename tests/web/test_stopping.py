"""A server that stops leaves nothing open: no connection that a worker brings back late, no thread that dies of it."""

from __future__ import annotations

import http.client
import threading
from typing import Any

from mockservers.web.http_server.server import Server


def app(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


class Connection:
    """A connection that is only ever closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_connection_that_comes_back_after_the_end_is_closed() -> None:
    server = Server(app).start()
    inner: Any = server._server  # the race itself cannot be had at will: what stands behind it is asked
    connections, workers = inner._connections, inner.requests
    server.stop()
    late, later = Connection(), Connection()
    connections.put(late)
    workers.put(later)
    assert (late.closed, later.closed) == (True, True)
    assert workers.qsize == 0


def test_clients_that_ask_on_while_servers_stop_break_nothing() -> None:
    """A thread that dies of an exception is a warning, and a warning is an error here."""
    for _ in range(20):
        server = Server(app).start()
        asking = [threading.Thread(target=ask_on, args=(server.address,)) for _ in range(4)]
        for thread in asking:
            thread.start()
        server.stop()
        for thread in asking:
            thread.join(timeout=5)
        assert not any(thread.is_alive() for thread in asking)


def ask_on(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=2)
    try:
        while True:
            connection.request("GET", "/")
            connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        connection.close()
