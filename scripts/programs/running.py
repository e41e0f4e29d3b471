"""A server of this project, started as a user would start it, for as long as a block lasts."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

READY = re.compile(r"mockservers ready on (http://\S+)$")
TIMEOUT = 60.0
"""Seconds that a start may take: a cold disk and a busy machine are slow, but a server that hangs is caught."""


@contextlib.contextmanager
def server(program: Path, *options: str, cwd: Path | None = None) -> Iterator[str]:
    """The base URL of `mockservers serve` on a free port; it is ended with the block, and must end in peace."""
    command = [str(program), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield _ready(process, command)
        finally:
            process.terminate()
            _drained(process)
            process.wait(timeout=TIMEOUT)


def _ready(process: subprocess.Popen[str], command: Sequence[str]) -> str:
    """Reads what the server prints up to its line of readiness, and leaves a thread to read on: a full pipe blocks."""
    assert process.stdout is not None
    said: list[str] = []
    alarm = threading.Timer(TIMEOUT, process.kill)
    alarm.start()
    try:
        for line in process.stdout:
            said.append(line)
            if found := READY.search(line.rstrip()):
                threading.Thread(target=_drained, args=[process], daemon=True).start()
                return found[1]
    finally:
        alarm.cancel()
    raise SystemExit(f"The server did not start: {' '.join(command)}\n{''.join(said)}")


def _drained(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # closed by the other reader
        for _ in process.stdout:
            pass
