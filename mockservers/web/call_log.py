"""The log of a server: a line a call, written by a thread of its own, so that no call waits for a terminal or a pipe.

What cannot be written in time is left out, and the log says how many lines that were. The last line adds up all calls.
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
"""Maximum number of calls that wait to be written, and of bytes of their bodies."""

_BATCH = 0.02
"""Seconds in which calls gather: under load one wake-up writes many lines."""


class CallLog:
    """Writes a line a call. `write` takes text that ends in a newline; its OSError ends the log, never a call.

    `url` is asked for at each line that has the address of a call's page: the port is known once the server listens.
    """

    def __init__(
        self, write: Callable[[str], object], form: LogForm, url: Callable[[], str], *, colour: bool = False
    ) -> None:
        self._write, self._form, self._url, self._colour = write, form, url, colour
        self._waiting: deque[AnsweredCall] = deque()
        self._waiting_bytes = 0  # threads may lose a count to one another; it begins anew with each batch
        self._left_out = 0
        self._some = Event()
        self._ended = False
        self._last: Totals | None = None
        self._thread = Thread(target=self._run, name="mockservers-log", daemon=True)

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    def add(self, call: AnsweredCall) -> None:
        """Have a call written soon."""
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
        """Write what waits and the totals, for a second at most, and no more."""
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
            except (OSError, ValueError):  # nobody reads it any more
                self._ended = True
                return
            if last:
                return

    def _line(self, call: AnsweredCall) -> str:
        about = call.to_dict()
        if self._form == "json":
            return dumps({"began": round(call.began, 3), **about}).decode("utf-8", "replace")
        return call_line(about, call.began, url=self._url(), colour=self._colour)

    def _last_line(self, totals: Totals) -> str:
        ended = real_time.now().timestamp()
        if self._form == "json":
            return dumps({"ended": round(ended, 3), **totals.to_dict()}).decode()
        return last_line(totals.to_dict(), ended, colour=self._colour)

    def _lost_lines(self, count: int) -> str:
        if self._form == "json":
            return dumps({"left_out": count}).decode()
        return f"{count} calls are not shown: whoever reads this log is too slow"
