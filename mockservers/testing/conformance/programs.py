"""Exporters that are programs in any language: with the protocol of JSON lines, or with environment variables."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.validation import Validator
from mockservers.core.errors import UsageError
from mockservers.core.values import real_time
from mockservers.core.values.clock import text
from mockservers.testing.conformance.target import OutOfTime, Target
from mockservers.testing.conformance.trial import SECONDS_AN_ORDER, Item, Send
from mockservers.testing.orders import Order, as_json
from mockservers.testing.processes import begin, end, forbid_writes, kill

SCHEMA = "conformance-protocol.schema.json"
TASKS: Mapping[str, str] = {
    "export": "orders",
    "customers": "customers",
    "refund": "orders",
    "subscribe": "subscriptions",
}
"""{task, which is a method of the suite: the records that the program gets for it}."""

_LINES_SHOWN = 20
_ENDS_WITHIN = 5.0
_UNREAD_MOST = 10_000
"""Maximum number of a program's unread lines. Others are dropped: the protocol has one answer to each task."""


class ProgramFailed(Exception):
    """The program reported that its export failed, or ended. The message has the end of its standard error."""


def schema() -> dict[str, Any]:
    """The JSON Schema of the lines."""
    path = data_directory("contracts") / "schema" / SCHEMA
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


class Program(ABC):
    """An exporter that is a program, with the methods of a suite. `variables` are added to its environment."""

    _process: subprocess.Popen[bytes] | None = None

    def __init__(self, command: Sequence[str], time_limit: float, variables: Mapping[str, str]) -> None:
        self._command, self._limit, self._variables = list(command), time_limit, dict(variables)

    @abstractmethod
    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """Run one of TASKS. Return the ids of the records that failed.

        Raises ProgramFailed, or OutOfTime if it takes too long; its whole process group is then killed.
        """

    def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
        """An export by the program."""
        return self.do("export", target, orders)

    def kill(self) -> None:
        """Kill the current process and all processes that it started."""
        if (process := self._process) is not None:
            kill(process)

    def forbid_writes(self) -> None:
        """Make the next write to a file fail in the current process."""
        if (process := self._process) is not None:
            forbid_writes(process)

    @abstractmethod
    def forget(self) -> None:
        """Start the next export in a new process."""

    def method(self, task: str) -> Send:
        """A function for a task, like a method of a suite."""
        return lambda target, items: self.do(task, target, items)


class Worker(Program):
    """A program that uses the protocol: one process for all exports, started again if it ends. A context manager."""

    def __init__(
        self, command: Sequence[str], time_limit: float = 30.0, variables: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(command, time_limit, variables or {})
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._errors: deque[bytes] = deque(maxlen=_LINES_SHOWN)
        self._readers: list[threading.Thread] = []
        self._number = 0
        whole = schema()
        self._known = Validator({"$ref": "#/$defs/fromProgram", "$defs": whole["$defs"]}, file=SCHEMA)

    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """Send the task and exchange lines until it is done. All of it must end within the time limit."""
        self._number += 1
        ends = real_time.monotonic() + self._limit + SECONDS_AN_ORDER * len(items)
        self._say({"type": task, "id": self._number, **_asked(target), TASKS[task]: as_json(list(items))})
        while True:
            said = self._heard(ends)
            if said["type"] == "sleep":
                target.sleep(said["seconds"])
                self._say({"type": "slept", "now": text(target.now())})
            elif said["id"] != self._number:
                continue  # the answer to an export that exceeded its time limit
            elif said["type"] == "error":
                raise ProgramFailed(said["message"])
            else:
                failed: list[str] = said.get("failed", [])
                return failed

    def _say(self, message: Mapping[str, Any]) -> None:
        process = self._process or self._begin()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            ended = self._ended()  # its readers are done
            line = None if self._lines.empty() else self._lines.get()
            if line is not None:
                self._parsed(line)
            raise ended from None

    def _heard(self, ends: float) -> dict[str, Any]:
        left = ends - real_time.monotonic()
        try:
            line = self._lines.get(timeout=max(0.0, left))
        except queue.Empty:
            raise self._out_of_time() from None
        if line is None:
            raise self._ended()
        if left <= 0:  # it prints faster than its lines are read
            raise self._out_of_time()
        return self._parsed(line)

    def _out_of_time(self) -> OutOfTime:
        self.close(within=0.0)
        return OutOfTime(f"the program took more than {self._limit:g} s{self._last_words()}")

    def _parsed(self, line: bytes) -> dict[str, Any]:
        """A line of the program. UsageError if it does not follow the protocol."""
        try:
            said = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise UsageError(
                f"The program's standard output is not UTF-8: {line[:200]!r}. Fix: write lines of JSON in UTF-8."
            ) from None
        except ValueError:
            raise UsageError(
                f"The program's standard output is only for the protocol, but it has: {line.decode()[:200]!r}. "
                "Fix: log to standard error, or give --env where the program speaks no protocol."
            ) from None
        if not self._known.valid(said):
            raise UsageError(
                f"The program said {line.decode().strip()[:200]!r}, which is not of the protocol: {SCHEMA}."
            )
        heard: dict[str, Any] = said
        return heard

    def _begin(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        process = begin(
            self._command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            environment={**os.environ, **self._variables},
        )
        self._process, self._lines = process, queue.SimpleQueue()
        assert process.stdout is not None
        assert process.stderr is not None
        self._errors = deque(maxlen=_LINES_SHOWN)
        self._readers = [
            threading.Thread(target=_read, args=(process.stdout, self._lines), daemon=True),
            threading.Thread(target=_keep, args=(process.stderr, self._errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        return process

    def _ended(self) -> ProgramFailed:
        return ProgramFailed(f"the program ended with status {self.close()}{self._last_words()}")

    def _last_words(self) -> str:
        return "; its last words:\n" + b"".join(self._errors).decode("utf-8", "replace") if self._errors else ""

    def close(self, within: float = _ENDS_WITHIN) -> int:
        """Close the program's standard input, and kill its process group if it runs longer than these seconds.

        Return its exit status.
        """
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        status = end(process, within)
        for reader in self._readers:
            reader.join(_ENDS_WITHIN)
        return status

    def forget(self) -> None:
        """Start the next export in a new process."""
        self.close(within=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Script(Program):
    """A program that is run once per export, without the protocol: with variables, a file and an exit status.

    The program needs `admin_token` for the vendor's clock, if its server needs a token.
    """

    def __init__(
        self,
        command: Sequence[str],
        time_limit: float = 30.0,
        admin_token: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(command, time_limit, variables or {})
        self._clock = {"MOCKSERVERS_ADMIN_TOKEN": admin_token} if admin_token else {}

    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """One run of the program."""
        with tempfile.TemporaryDirectory(prefix="mockservers-") as folder:
            asked, failed = Path(folder, f"{TASKS[task]}.json"), Path(folder, "failed.txt")
            asked.write_text(json.dumps(as_json(list(items)), ensure_ascii=False), "utf-8")
            variables = variables_of(target) | {
                "MOCKSERVERS_TASK": task,
                f"MOCKSERVERS_{TASKS[task].upper()}": str(asked),
                "MOCKSERVERS_FAILED": str(failed),
            }
            self.start(variables, SECONDS_AN_ORDER * len(items))
            return _ids(failed.read_bytes()) if failed.exists() else []

    def forget(self) -> None:
        """Do nothing, because each export has a new process."""

    def start(self, variables: Mapping[str, str], more: float = 0.0) -> None:
        """Run it, for at most `more` seconds longer than its time limit. Raises the same as `do`."""
        limit = self._limit + more
        environment = {**os.environ, **self._variables, **variables, **self._clock}
        with tempfile.TemporaryFile() as errors:  # a pipe would stay open for as long as a child of the program lives
            nothing = subprocess.DEVNULL
            process = self._process = begin(
                self._command, stdin=nothing, stdout=nothing, stderr=errors, environment=environment
            )
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                end(process)
                raise OutOfTime(_with_last_words(f"the program took more than {limit:g} s", errors)) from None
            finally:
                status = end(process)
                self._process = None
            if status:
                raise ProgramFailed(_with_last_words(f"the program ended with status {status}", errors))


def variables_of(target: Target) -> dict[str, str]:
    """The environment variables with the address and the credentials."""
    return {f"MOCKSERVERS_{name.upper()}": value for name, value in target.credentials.items()} | {
        "MOCKSERVERS_VENDOR": target.vendor,
        "MOCKSERVERS_URL": target.url,
        "MOCKSERVERS_NOW": text(target.now()),
        "MOCKSERVERS_CLOCK": target.clock_url,
    }


def _with_last_words(what: str, errors: IO[bytes]) -> str:
    errors.seek(0)
    words = errors.read().decode("utf-8", "replace").splitlines()[-_LINES_SHOWN:]
    return "\n".join([what, *words])


def _ids(listed: bytes) -> list[str]:
    try:
        return listed.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise UsageError(
            f"What the program wrote into MOCKSERVERS_FAILED is not UTF-8: {listed[:200]!r}. Fix: write ids in UTF-8."
        ) from None


def _asked(target: Target) -> dict[str, Any]:
    return {
        "vendor": target.vendor,
        "url": target.url,
        "credentials": target.credentials,
        "now": text(target.now()),
    }


def _read(stream: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    with stream:
        for line in stream:
            if line.strip() and lines.qsize() < _UNREAD_MOST:
                lines.put(line)
    lines.put(None)


def _keep(stream: IO[bytes], kept: deque[bytes]) -> None:
    with stream:
        kept.extend(stream)
