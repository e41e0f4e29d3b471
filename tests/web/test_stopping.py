"""A server that stops leaves nothing open: no connection that a worker brings back late, no thread that dies of it."""

from __future__ import annotations

import http.client
import socket
import threading
import time
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


def test_a_connection_returned_after_the_stop_is_closed() -> None:
    server = Server(app).start()
    dispatcher: Any = server._dispatcher  # the race itself cannot be had at will: what stands behind it is asked
    workers: Any = server._workers
    server.stop()
    late, later = Connection(), Connection()
    dispatcher.wait(late)
    workers.put(later)
    assert (late.closed, later.closed) == (True, True)


def test_a_server_stops_at_once_while_clients_hold_connections() -> None:
    """Between requests, amid a head, and before a first byte. The best of some: a busy machine adds its own."""
    spent = []
    for _ in range(10):
        server = Server(app).start()
        held = [socket.create_connection(server.address, timeout=5) for _ in range(3)]
        held[0].sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert held[0].recv(1000).endswith(b"ok")
        held[1].sendall(b"GET / HTTP/1.1\r\n")
        began = time.perf_counter()
        server.stop()
        spent.append(time.perf_counter() - began)
        for connection in held:
            connection.close()
    assert min(spent) < 0.005, spent


def test_clients_that_keep_calling_while_a_server_stops_cause_no_error() -> None:
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
