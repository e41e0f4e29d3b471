"""Exporters that are programs in any language: told what to do by lines of JSON, or by their environment alone."""

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
from mockservers.core.values.clock import text
from mockservers.testing.conformance.target import Target
from mockservers.testing.conformance.trial import Item, Send
from mockservers.testing.orders import Order, as_json

SCHEMA = "conformance-protocol.schema.json"
TASKS: Mapping[str, str] = {
    "export": "orders",
    "customers": "customers",
    "refund": "orders",
    "subscribe": "subscriptions",
}
"""What a program is asked to do, by the suite's methods: the kind of things that it is given for it."""

_LINES_TOLD = 20
_ENDS_WITHIN = 5.0


class ProgramFailed(Exception):
    """The program said that its export came to nothing, or ended. The message has the end of its standard error."""


def schema() -> dict[str, Any]:
    """The JSON Schema of the lines."""
    path = data_directory("contracts") / "schema" / SCHEMA
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


class Program(ABC):
    """An exporter that is a program: by the methods of a suite."""

    @abstractmethod
    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """Have it do one of TASKS. Gives the ids of what failed. Raises ProgramFailed."""

    def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
        """An export by the program."""
        return self.do("export", target, orders)

    def method(self, task: str) -> Send:
        """What does a task, as a suite has it."""
        return lambda target, items: self.do(task, target, items)


class Worker(Program):
    """A program that speaks the protocol: one process for all exports, begun again when it ends. Use it in a `with`."""

    def __init__(self, command: Sequence[str], time_limit: float = 30.0) -> None:
        self._command, self._limit = list(command), time_limit
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._errors: deque[str] = deque(maxlen=_LINES_TOLD)
        self._readers: list[threading.Thread] = []
        self._number = 0
        whole = schema()
        self._known = Validator({"$ref": "#/$defs/fromProgram", "$defs": whole["$defs"]}, file=SCHEMA)

    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """One line that asks, and lines back and forth until it is done."""
        self._number += 1
        self._say({"type": task, "id": self._number, **_asked(target), TASKS[task]: as_json(list(items))})
        while True:
            said = self._heard()
            if said["type"] == "sleep":
                target.sleep(said["seconds"])
                self._say({"type": "slept", "now": text(target.now())})
            elif said["id"] != self._number:
                continue  # of an export that was given up
            elif said["type"] == "error":
                raise ProgramFailed(said["message"])
            else:
                failed: list[str] = said.get("failed", [])
                return failed

    def _say(self, message: Mapping[str, Any]) -> None:
        process = self._process or self._begin()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(message, ensure_ascii=False) + "\n")
            process.stdin.flush()
        except OSError:
            raise self._ended() from None

    def _heard(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=self._limit)
        except queue.Empty:
            self.close()
            raise ProgramFailed(f"the program said nothing for {self._limit:g} s{self._told()}") from None
        if line is None:
            raise self._ended()
        try:
            said = json.loads(line)
        except ValueError:
            raise UsageError(
                f"The program's standard output is for the protocol alone. It said: {line[:200]!r}."
            ) from None
        if not self._known.valid(said):
            raise UsageError(f"The program said {line.strip()[:200]!r}, which is not of the protocol: {SCHEMA}.")
        heard: dict[str, Any] = said
        return heard

    def _begin(self) -> subprocess.Popen[str]:
        try:
            process = subprocess.Popen(  # noqa: S603 - the command that our user gave
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise UsageError(f"{self._command[0]} cannot be run: {error.strerror}.") from None
        self._process, self._lines = process, queue.SimpleQueue()
        assert process.stdout is not None
        assert process.stderr is not None
        self._errors = deque(maxlen=_LINES_TOLD)
        self._readers = [
            threading.Thread(target=_read, args=(process.stdout, self._lines), daemon=True),
            threading.Thread(target=_keep, args=(process.stderr, self._errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        return process

    def _ended(self) -> ProgramFailed:
        return ProgramFailed(f"the program ended with status {self.close()}{self._told()}")

    def _told(self) -> str:
        return "; its last words:\n" + "".join(self._errors) if self._errors else ""

    def close(self) -> int:
        """End the program: its standard input ends, and if it goes on it is killed. Gives its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(_ENDS_WITHIN)
        return process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Script(Program):
    """A program that is run once for each export, and speaks no protocol: variables, a file, an exit status."""

    def __init__(self, command: Sequence[str], time_limit: float = 30.0) -> None:
        self._command, self._limit = list(command), time_limit

    def do(self, task: str, target: Target, items: Sequence[Item]) -> list[str]:
        """One run of the program."""
        with tempfile.TemporaryDirectory(prefix="mockservers-") as folder:
            asked, failed = Path(folder, f"{TASKS[task]}.json"), Path(folder, "failed.txt")
            asked.write_text(json.dumps(as_json(list(items)), ensure_ascii=False), "utf-8")
            variables = {f"MOCKSERVERS_{name.upper()}": value for name, value in target.credentials.items()} | {
                "MOCKSERVERS_VENDOR": target.vendor,
                "MOCKSERVERS_URL": target.url,
                "MOCKSERVERS_NOW": text(target.now()),
                "MOCKSERVERS_CLOCK": target.clock_url,
                "MOCKSERVERS_TASK": task,
                f"MOCKSERVERS_{TASKS[task].upper()}": str(asked),
                "MOCKSERVERS_FAILED": str(failed),
            }
            self._run({**os.environ, **variables})
            return failed.read_text("utf-8").splitlines() if failed.exists() else []

    def _run(self, environment: Mapping[str, str]) -> None:
        try:
            ended = subprocess.run(  # noqa: S603 - the command that our user gave
                self._command, env=environment, timeout=self._limit, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"the program took more than {self._limit:g} s") from None
        except OSError as error:
            raise UsageError(f"{self._command[0]} cannot be run: {error.strerror}.") from None
        if ended.returncode:
            words = ended.stderr.decode("utf-8", "replace").splitlines()[-_LINES_TOLD:]
            raise ProgramFailed("\n".join([f"the program ended with status {ended.returncode}", *words]))


def _asked(target: Target) -> dict[str, Any]:
    return {
        "vendor": target.vendor,
        "url": target.url,
        "credentials": target.credentials,
        "now": text(target.now()),
    }


def _read(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    with stream:
        for line in stream:
            if line.strip():
                lines.put(line)
    lines.put(None)


def _keep(stream: IO[str], kept: deque[str]) -> None:
    with stream:
        kept.extend(stream)
