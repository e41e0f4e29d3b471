"""The log of a server: one line per call. A separate thread writes it, so that no call waits for a terminal or a pipe.

Lines that cannot be written in time are dropped and counted in the log. The last line has the totals.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Event, Thread
from typing import Literal

from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.totals import Totals
from mockservers.core.values import real_time
from mockservers.core.values.json_text import dumps
from mockservers.reports.call_line import call_line, last_line

LogForm = Literal["text", "json", "off"]

WAITING = 10_000
WAITING_BYTES = 4 * 1024 * 1024
"""Maximum number of waiting calls, and of bytes of their bodies."""

_BATCH = 0.02
"""Seconds to collect calls, so that one wake-up writes many lines under load."""


class CallLog:
    """Writes one line per call. `write` takes text that ends in a newline; its OSError ends the log, never a call.

    `url` is called for each line with the address of a call's page, since the port is only known after the server
    listens.
    """

    def __init__(
        self, write: Callable[[str], object], form: LogForm, url: Callable[[], str], *, colour: bool = False
    ) -> None:
        self._write, self._form, self._url, self._colour = write, form, url, colour
        self._waiting: deque[AnsweredCall] = deque()
        self._waiting_bytes = 0  # threads may lose a count to a race; it restarts with each batch
        self._left_out = 0
        self._some = Event()
        self._ended = False
        self._last: Totals | None = None
        self._thread = Thread(target=self._run, name="mockservers-log", daemon=True)

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def add(self, call: AnsweredCall) -> None:
        """Queue a call for writing."""
        if self._ended:
            return
        if len(self._waiting) >= WAITING or self._waiting_bytes >= WAITING_BYTES:
            self._left_out += 1
            return
        self._waiting_bytes += call.exchange.weight
        self._waiting.append(call)
        if not self._some.is_set():
            self._some.set()

    def stop(self, totals: Totals) -> None:
        """Write the waiting calls and the totals, for at most a second, and end the log."""
        self._last = totals
        self._ended = True
        self._some.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1)

    def _run(self) -> None:
        while True:
            self._some.wait()
            if not self._ended:
                time.sleep(_BATCH)
            self._some.clear()
            last = self._last
            lines = [self._line(self._waiting.popleft()) for _ in range(len(self._waiting))]
            self._waiting_bytes = 0
            left_out, self._left_out = self._left_out, 0
            if left_out:
                lines.append(self._lost_lines(left_out))
            if last:
                lines.append(self._last_line(last))
            try:
                if lines:
                    self._write("".join(f"{line}\n" for line in lines))
            except (OSError, ValueError):  # the reader has closed the log
                self._ended = True
                return
            if last:
                return

    def _line(self, call: AnsweredCall) -> str:
        summary = call.to_dict()
        if self._form == "json":
            return dumps({"began": round(call.began, 3), **summary}).decode("utf-8", "replace")
        return call_line(summary, call.began, url=self._url(), colour=self._colour)

    def _last_line(self, totals: Totals) -> str:
        ended = real_time.now().timestamp()
        if self._form == "json":
            return dumps({"ended": round(ended, 3), **totals.to_dict()}).decode()
        return last_line(totals.to_dict(), ended, colour=self._colour)

    def _lost_lines(self, count: int) -> str:
        if self._form == "json":
            return dumps({"left_out": count}).decode()
        return f"{count} calls are not shown: the reader of this log is too slow"
