"""A server of this project, started like a user starts it, while a block runs."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

READY = re.compile(r"mockservers ready on (http://\S+)$")
TIMEOUT = 60.0
"""Maximum seconds of a start: enough for a slow machine, but a server that hangs is noticed."""


@contextlib.contextmanager
def server(program: Path, *options: str, cwd: Path | None = None) -> Iterator[str]:
    """The base URL of `mockservers serve` on a free port. The server ends with the block, and its status must be 0."""
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
    """Read the output up to the line of a ready server. A thread reads the rest, because a full pipe blocks."""
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
