"""The progress of a long command: a line every few seconds, or one line of a terminal that is updated."""

from __future__ import annotations

import threading
from typing import Self, TextIO

from mockservers.core.values import real_time
from mockservers.core.values.plurals import counted

EVERY = 10.0
"""Seconds between lines if standard error is not a terminal, for example in a CI job."""

EVERY_ON_A_TERMINAL = 0.5
_CLEAR = "\r\x1b[K"


class Progress:
    """Writes which property runs, its number of exports and its seconds. Use it as a context manager."""

    def __init__(self, stream: TextIO, every: float | None = None) -> None:
        self._stream, self._terminal = stream, stream.isatty()
        self._every = every or (EVERY_ON_A_TERMINAL if self._terminal else EVERY)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._property, self._exports, self._since = "", 0, 0.0

    def began(self, property_id: str) -> None:
        """A property starts to run."""
        self._property, self._exports, self._since = property_id, 0, real_time.monotonic()

    def exported(self) -> None:
        """Another export starts."""
        self._exports += 1

    def say(self, line: str) -> None:
        """Write a line that stays."""
        with self._lock:
            self._stream.write(f"{_CLEAR if self._terminal else ''}{line}\n")
            self._stream.flush()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, name="mockservers-progress", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._terminal:
            with self._lock:
                self._stream.write(_CLEAR)
                self._stream.flush()

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            seconds = real_time.monotonic() - self._since
            if not self._property or (not self._terminal and seconds < self._every):
                continue
            line = f"...     {self._property}  ({counted(self._exports, 'export')}, {seconds:.0f} s)"
            with self._lock:
                if not self._ended.is_set():
                    self._stream.write(f"{_CLEAR}{line}" if self._terminal else f"{line}\n")
                    self._stream.flush()
