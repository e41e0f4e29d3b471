"""Servers in separate processes: start, first answer, memory and end."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.load import SERIAL, Load, request_text, requests_per_second

ROOT = Path(__file__).parent.parent
TIMEOUT = 60
"""Seconds in which a server must answer."""


class Served:
    """A server that was started on a free port. `cold_start` is the seconds until its first 200."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        path: str,
        body: str,
        *,
        environment: Mapping[str, str] | None = None,
        folder: str | Path = ROOT,
    ) -> None:
        self.port = port
        self._path, self._body = path, body
        started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
        while self._status() != 200:
            if self.process.poll() is not None or time.perf_counter() - started > TIMEOUT:
                self.stop()
                raise RuntimeError(f"{' '.join(command)} does not answer")
            time.sleep(0.002)
        self.cold_start = time.perf_counter() - started

    def _status(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            body = self._body.replace(SERIAL, "0" * 13).encode()
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def rate(self, connections: int, seconds: float) -> float:
        """Requests per second."""
        return requests_per_second(Load(self.port, request_text(self._path, self._body), connections, seconds))

    def answer(self, requests: int, connections: int = 8) -> None:
        """Send this number of requests."""
        requests_per_second(Load(self.port, request_text(self._path, self._body), connections, 300, requests))

    @property
    def memory(self) -> float:
        """Megabytes of the process: its proportional set if the kernel reports it, otherwise its resident set."""
        found = re.search(r"^Pss:\s+(\d+) kB", _read(f"/proc/{self.process.pid}/smaps_rollup"), re.MULTILINE)
        return int(found[1]) / 1024 if found else _resident(self.process.pid, "VmRSS")

    @property
    def seconds_of_processor(self) -> float:
        """Processor seconds of the process so far."""
        spent = _read(f"/proc/{self.process.pid}/stat").rpartition(")")[2].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        """Megabytes that are resident, to compare with `peak`."""
        return _resident(self.process.pid, "VmRSS")

    def forget_peak(self) -> None:
        """Reset the peak."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    @property
    def peak(self) -> float:
        """The maximum resident megabytes so far."""
        return _resident(self.process.pid, "VmHWM")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()


def serve(path: str, body: str, *options: str) -> Served:
    """`mockservers serve`, started like a user starts it. `path` is the vendor's, `omnisegment/api/…`.

    Its byte code is kept, like that of an installed package, even if a developer has disabled that.
    """
    port = free_port()
    command = [sys.executable, "-m", "mockservers.cli", "serve", "--port", str(port), *options]
    return Served(command, port, path, body, environment={"PYTHONDONTWRITEBYTECODE": ""})


def free_port() -> int:
    """A port that was free when this was called."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _resident(pid: int, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", _read(f"/proc/{pid}/status"), re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
