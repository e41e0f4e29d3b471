"""Processes of a program under test, each in its own process group, which is killed as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from mockservers.core.errors import UsageError


def begin(
    command: Sequence[str],
    *,
    stdin: int,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command in a new process group. UsageError if it cannot be run."""
    try:
        return subprocess.Popen(  # noqa: S603 - the user gives the command
            list(command),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=environment,
            cwd=directory,
            start_new_session=True,  # Windows ignores it
        )
    except OSError as error:
        raise UsageError(f"{command[0]} cannot be run: {error.strerror}.") from None


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all processes that it started, with SIGKILL."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # the group has ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def forbid_writes(process: subprocess.Popen[bytes]) -> None:
    """Make the next write to a file fail, also in the processes that it started: SIGXFSZ, or EFBIG if that is ignored.

    At that point, an opened file exists and is empty. Linux only.
    """
    import resource

    for number in _members(process.pid):
        with suppress(ProcessLookupError, PermissionError):  # it has ended
            resource.prlimit(number, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _members(group: int) -> Iterator[int]:
    """The process ids of a group."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[2]) == group:
                yield int(status.parent.name)


def end(process: subprocess.Popen[bytes], within: float = 0.0) -> int:
    """Wait up to `within` seconds for its end, then kill it and all that it started. Return its exit status."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    kill(process)
    return process.wait()
