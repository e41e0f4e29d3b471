"""Load on a loopback server: keep-alive connections, one thread, the next request as soon as a reply has arrived.

It runs in a separate process, so that its cost is not measured as that of the server:

    echo '{"port": …, "request": …, "connections": 8, "seconds": 2.5}' | python -m bench.load

It reads replies only by their Content-Length, which both sides of every comparison here send.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

SERIAL = "{serial}"
"""A placeholder in a request. It is replaced with 13 digits that no other request has."""


@dataclass(frozen=True, slots=True)
class Load:
    """The load on a server. It ends after `seconds`, or after `requests` if that is more than 0."""

    port: int
    request: str
    connections: int
    seconds: float = 60
    requests: int = 0


def request_text(path: str, body: str, headers: str = "Content-Type: application/json") -> str:
    """The bytes of a POST. `{serial}` in the body is replaced with 13 other digits in each request."""
    size = len(body.replace(SERIAL, "0" * 13).encode())
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{headers}\r\nContent-Length: {size}\r\n\r\n{body}"
    )


def requests_per_second(load: Load) -> float:
    """Run the load in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    if done.returncode:
        raise RuntimeError(f"the load broke off: {done.stderr.strip()}")
    return float(done.stdout)


class Connection:
    """One client: a sent request, and the part of the reply that has arrived. Its selector waits for replies."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self._reply = b""
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self.socket, selectors.EVENT_READ, self)

    def is_answered(self) -> bool:
        """Read available bytes. True if they complete a reply, which must be a 200."""
        read = self.socket.recv(65_536)
        if not read:
            raise SystemExit("the server hung up")
        self._reply += read
        head, end, body = self._reply.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0]):
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not a 200: {self._reply[:500]!r}")
        self._reply = b""
        if b"\r\nconnection: close" in head.lower():
            self._selector.unregister(self.socket)
            self.socket.close()
            self._connect()
        return True


def _run(load: Load) -> float:
    before, _, after = load.request.encode().partition(SERIAL.encode())
    numbers = count(int(time.time() * 1000) % 10**8 * 10**5)
    selector = selectors.DefaultSelector()
    connections = [Connection(load.port, selector) for _ in range(load.connections)]
    started, answered = time.perf_counter(), 0
    for connection in connections:
        connection.socket.sendall(b"%s%013d%s" % (before, next(numbers), after))
    while time.perf_counter() - started < load.seconds and not 0 < load.requests <= answered:
        for key, _ in selector.select(10):
            if key.data.is_answered():
                answered += 1
                key.data.socket.sendall(b"%s%013d%s" % (before, next(numbers), after))
    return answered / (time.perf_counter() - started)


if __name__ == "__main__":
    print(_run(Load(**json.load(sys.stdin))))
