"""What a receiver holds, from a command of the user that prints it as JSON."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values import real_time
from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.processes import begin, end

_PAUSE = 0.2
Records = Mapping[str, Sequence[Any]]
"""What a receiver holds under each key: objects, or only the key."""
_FORM = "Fix: print a JSON array, or a JSON value per line: records with their keys, or the keys alone."


class Holdings:
    """Reads what a receiver holds. `fields` are the key fields of records, the most specific first."""

    def __init__(self, command: str, fields: Sequence[str], time_limit: float, settle: float) -> None:
        self._command, self._fields = shlex.split(command), fields
        self._time_limit, self._settle = time_limit, settle
        if not self._command:
            raise UsageError("--read-back is empty. Fix: give a command that prints what the receiver holds.")

    def settled(self, settled: Callable[[Records], bool]) -> Records:
        """What the receiver holds when the condition is true, or at the end of the time limit."""
        until = real_time.monotonic() + self._settle
        while True:
            held = self._read()
            if settled(held) or real_time.monotonic() >= until:
                return held
            threading.Event().wait(_PAUSE)

    def _read(self) -> Records:
        held: defaultdict[str, list[Any]] = defaultdict(list)
        for record in self._records():
            key = self._key(record)
            if key is not None:
                held[key].append(record)
        return held

    def _key(self, record: Any) -> str | None:
        if isinstance(record, dict):
            return next((str(record[field]) for field in self._fields if record.get(field) is not None), None)
        return str(record)

    def _records(self) -> list[Any]:
        output = self._output()
        try:
            whole = loads(output).value
            return whole if isinstance(whole, list) else [whole]
        except NotJson:
            pass
        try:
            return [loads(line).value for line in output.splitlines() if line.strip()]
        except NotJson as error:
            raise UsageError(f"--read-back printed what is not JSON: {error}. {_FORM}") from None

    def _output(self) -> bytes:
        shown = shlex.join(self._command)
        with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as errors:
            process = begin(self._command, stdin=subprocess.DEVNULL, stdout=printed, stderr=errors)
            try:
                status = process.wait(self._time_limit)
            except subprocess.TimeoutExpired:
                raise UsageError(
                    f"--read-back took more than {self._time_limit:g} s. Fix: run {shown} by itself."
                ) from None
            finally:
                end(process)
            printed.seek(0)
            errors.seek(0)
            if status:
                last = errors.read().decode("utf-8", "replace").strip()[-500:]
                raise UsageError(f"--read-back ended with status {status}: {last}\nFix: run {shown} by itself.")
            return printed.read()
