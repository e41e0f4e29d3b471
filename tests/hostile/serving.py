"""A server as a process of its own, to be loaded, starved and ended; and clients that treat it badly."""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mockservers.client import Client

FULL = os.environ.get("TESTS_LOAD") == "full"
"""TESTS_LOAD=full runs bigger figures."""

TIMEOUT = 60.0
DAY = "20251101"
UPLOAD = f"/fanship/v1/2nd/purchases/{DAY}/_all"
BEFORE = (
    b'--b\r\nContent-Disposition: form-data; name="filename"; filename="day.ndjson"\r\n'
    b"Content-Type: application/x-ndjson\r\n\r\n"
)
AFTER = b"\r\n--b--\r\n"


class Served:
    """`mockservers serve` at a port of its own, under resource `limits`: {resource.RLIMIT_…: maximum}.

    Without a `spool` it spools where the system has temporary files.
    """

    def __init__(self, spool: Path | None, *options: str, limits: Mapping[int, int] | None = None) -> None:
        self.spool = spool or Path(os.environ["TMPDIR"])
        chosen = ["--spool-dir", str(spool)] if spool else []
        command = [sys.executable, "-m", "mockservers.cli", "serve", "--port", "0", *chosen, *options]
        root = str(Path(__file__).parents[2])
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"mockservers ready on (http://\S+:(\d+))", line):
                self.url, self.port = found[1], int(found[2])
                break
        else:
            raise RuntimeError(self.process.communicate()[1])
        for limit, most in (limits or {}).items():
            resource.prlimit(self.process.pid, limit, (most, most))
        self.client = Client(self.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, float]:
        """End it by a signal, and return its exit status, its stderr and the seconds that it took."""
        asked = time.monotonic()
        self.process.send_signal(number)
        said = self.process.communicate(timeout=TIMEOUT)[1]
        return self.process.returncode, said, time.monotonic() - asked

    @property
    def spooled(self) -> list[Path]:
        """The files in its spool."""
        return [path for path in self.spool.rglob("*") if path.is_file()]

    @property
    def resident(self) -> float:
        """Its resident memory in megabytes."""
        return self._status("VmRSS")

    @property
    def peak(self) -> float:
        """Its peak resident memory since `forget_peak`, in megabytes."""
        return self._status("VmHWM")

    @property
    def spent(self) -> float:
        """Its CPU time so far, in seconds."""
        times = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """Count the peak from now on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)
        assert found
        return int(found[1]) / 1024


class Caller:
    """A client with one connection, which is opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._connection.close()

    def call(self, method: str, path: str, value: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send JSON, and return the JSON of the answer. AssertionError unless the status is a success."""
        status, body = self.ask(method, path, value, headers)
        assert 200 <= status < 300, (status, body[:500])
        return json.loads(body or b"null")

    def ask(
        self, method: str, path: str, value: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer to JSON."""
        body = None if value is None else json.dumps(value).encode()
        self._connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def pipelined(port: int, asked: Sequence[tuple[str, str, Any, Mapping[str, str]]]) -> list[tuple[int, Any]]:
    """Statuses and JSON of the answers to requests that are sent one after the other, without waiting for an answer."""
    sent = b"".join(_request(*one) for one in asked)
    answers: list[tuple[int, Any]] = []
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        sending = threading.Thread(target=connection.sendall, args=(sent,))
        sending.start()
        with connection.makefile("rb") as reader:
            for _ in asked:
                status = int(reader.readline().split()[1])
                length = 0
                while line := reader.readline().strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line[15:])
                answers.append((status, json.loads(reader.read(length) or b"null")))
        sending.join()
    return answers


def _request(method: str, path: str, value: Any, headers: Mapping[str, str]) -> bytes:
    body = b"" if value is None else json.dumps(value).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {given}" for name, given in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def bearer(tenant: Mapping[str, Any]) -> dict[str, str]:
    """The header that a FANSHIP or Zangsho tenant's client sends."""
    return {"Authorization": f"Bearer {tenant['credentials']['token']}"}


def purchases(count: int, *, since: int = 0) -> bytes:
    """Lines of a FANSHIP day file."""
    line = (
        '{{"id":"p{0}","member_id":"m{1}","order_date":"2025-11-01T12:34:56+09:00","item_name":"Tea {1}","quantity":1}}'
    )
    return "".join(line.format(number, number % 977) + "\n" for number in range(since, since + count)).encode()


def upload_head(token: str, length: int, day: str = DAY) -> bytes:
    """The head of an upload of a body of so many bytes."""
    return (
        f"POST {UPLOAD.replace(DAY, day)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def upload(
    port: int, token: str, lines: bytes, blocks: Iterable[bytes] = (), more: int = 0, *, day: str = DAY
) -> tuple[int, bytes]:
    """Send a day file: `lines`, and then `blocks`, which are `more` bytes. Status and body of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(upload_head(token, len(BEFORE) + len(lines) + more + len(AFTER), day) + BEFORE)
        connection.sendall(lines)
        for block in blocks:
            connection.sendall(block)
        connection.sendall(AFTER)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()


def soon(happens: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a condition becomes true within this number of seconds."""
    until = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
