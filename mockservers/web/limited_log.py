"""A log for frequent events: one line per kind and minute."""

from __future__ import annotations

import logging
from threading import Lock

from mockservers.core.values import real_time

_PAUSE = 60.0
_log = logging.getLogger("mockservers")


class LimitedLog:
    """Logs warnings to the logger `mockservers`, at most one per kind and minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def warning(self, kind: str, message: str, *values: object) -> None:
        """Log a warning, or count it if one of its kind was logged within the last minute."""
        now = real_time.monotonic()
        with self._lock:
            if now < self._said.get(kind, -_PAUSE) + _PAUSE:
                self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
                return
            self._said[kind] = now
            unsaid = self._unsaid.pop(kind, 0)
        _log.warning(message + (f" ({unsaid} times more since the last such line)" if unsaid else ""), *values)
