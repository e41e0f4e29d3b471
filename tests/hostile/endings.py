"""End servers by a signal at random moments of traffic.

    python -m tests.hostile.endings [--times 500] [--seconds 600] [--at-once 2] [--seed 0]

Each server is a process of its own, with or without TLS. Clients post, upload, follow the events, dawdle, never read,
and wait for a delayed answer; after 0 to 300 ms comes SIGTERM, SIGINT or SIGHUP. Then it ends within a second, with
status 0, and without a word on standard error. A busy machine gets more time, by the factor that an empty interpreter
takes longer there than `QUIET`. Prints how many ended so, and the longest of them. Exit status 1 if one did not.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.hostile.serving import AFTER, BEFORE, Served, purchases, upload_head

QUIET = 0.025
"""Seconds that an empty interpreter takes on a machine with nothing else to do."""

MOST = 1.0
"""Seconds within which a server ends there."""

SIGNALS = [
    number
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    if signal.getsignal(number) != signal.SIG_IGN
]
JSON = {"Content-Type": "application/json", "Authorization": "Bearer 1|demo-zangsho-token"}
CUSTOMER = json.dumps({"email": "a@example.com", "name": "山田"}).encode()
LINES = purchases(2_000)
Client = Callable[[int], None]


def posting(port: int) -> None:
    """Post customers on one connection, without a pause."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=9)
    with contextlib.closing(connection):
        while True:
            connection.request("POST", "/zangsho/v1/customers", CUSTOMER, JSON)
            connection.getresponse().read()


def uploading(port: int) -> None:
    """Upload a day file after the other, each on a connection of its own."""
    while True:
        with socket.create_connection(("127.0.0.1", port), timeout=9) as connection:
            head = upload_head("demo-fanship-token", len(BEFORE) + len(LINES) + len(AFTER))
            connection.sendall(head + BEFORE + LINES + AFTER)
            connection.recv(1_000)


def dawdling(port: int) -> None:
    """Send half of an upload and then nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=9) as connection:
        connection.sendall(upload_head("demo-fanship-token", 10**6) + BEFORE + LINES)
        connection.recv(1_000)


def following(port: int) -> None:
    """Follow the events."""
    with socket.create_connection(("127.0.0.1", port), timeout=9) as connection:
        connection.sendall(b"GET /__admin/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while connection.recv(65_536):
            pass


def waiting(port: int) -> None:
    """Wait for an answer that a fault delays."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=9)
    with contextlib.closing(connection):
        headers = {**JSON, "Prefer": "mock-fault=delay; delay=PT30S"}
        connection.request("POST", "/zangsho/v1/customers", CUSTOMER, headers)
        connection.getresponse().read()


def deaf(port: int) -> None:
    """Request a large answer, and read nothing."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /__admin/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 30)
        gone = select.poll()
        gone.register(connection, select.POLLRDHUP)
        gone.poll(3_000)  # the end of the server stands behind what is not read, and so need not be seen


CLIENTS: tuple[Client, ...] = (posting, posting, uploading, dawdling, following, waiting, deaf)


@dataclass
class Ending:
    """How one server ended: the seconds it took, and what they would be on a quiet machine."""

    seconds: float
    scaled: float
    status: int
    said: str
    how: str

    @property
    def is_right(self) -> bool:
        return self.scaled <= MOST and self.status == 0 and not self.said


@dataclass
class Report:
    """How servers ended."""

    endings: list[Ending] = field(default_factory=list)

    @property
    def wrong(self) -> list[Ending]:
        return [ending for ending in self.endings if not ending.is_right]

    def __str__(self) -> str:
        longest = max((ending.seconds for ending in self.endings), default=0.0)
        scaled = max((ending.scaled for ending in self.endings), default=0.0)
        right = len(self.endings) - len(self.wrong)
        return (
            f"{right} of {len(self.endings)} servers ended within {MOST:.0f} s with status 0. The longest took "
            f"{longest:.2f} s; {scaled:.2f} s by the machine's load."
        )


def busyness() -> float:
    """How many times longer the machine takes than a quiet one."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True)
    return max(1.0, (time.monotonic() - began) / QUIET)


def end_one(seed: int) -> Ending:
    """Start a server, let clients send to it, and end it."""
    rng = Random(seed)
    clients = rng.sample(CLIENTS, rng.randrange(1, len(CLIENTS) + 1))
    number, pause = rng.choice(SIGNALS), rng.choice((0, 0.001, 0.01, 0.05, rng.random() * 0.3))
    tls = rng.random() < 0.25
    with tempfile.TemporaryDirectory() as folder:
        spool, kept = Path(folder) / "spool", str(Path(folder) / "tls")
        options = ("--tls", "--https-port", "0", "--proxy-port", "0", "--tls-dir", kept) if tls else ()
        with Served(spool, *options) as served, _at(served.port, clients):
            time.sleep(pause)
            before = busyness()
            status, said, seconds = served.end(number)
            load = max(before, busyness())
    how = f"seed {seed}: {number.name} after {pause * 1_000:.0f} ms of {', '.join(each.__name__ for each in clients)}"
    return Ending(seconds, seconds / load, status, said, how + (" with TLS" if tls else ""))


@contextlib.contextmanager
def _at(port: int, clients: list[Client]) -> Iterator[None]:
    """Run clients until the server ends."""

    def work(client: Client) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            client(port)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(timeout=10)


def end_many(times: int, *, seconds: float = 1e9, at_once: int = 1, seed: int = 0) -> Report:
    """End this number of servers, or as many as there is time for."""
    report, until = Report(), time.monotonic() + seconds

    def run(number: int) -> None:
        if time.monotonic() < until:
            report.endings.append(end_one(seed + number))

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(run, range(times)))
    return report


def main() -> int:
    """The exit status: 1 if a server did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=1e9, help="no new server after that")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    report = end_many(chosen.times, seconds=chosen.seconds, at_once=chosen.at_once, seed=chosen.seed)
    for ending in report.wrong:
        print(f"  {ending.how}: {ending.seconds:.2f} s, status {ending.status}. {ending.said[-500:]}")
    print(report)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
