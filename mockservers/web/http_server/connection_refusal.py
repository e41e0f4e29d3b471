"""A listener that refuses: for a while nobody listens at the port, which stays ours all the same."""

from __future__ import annotations

import socket
from datetime import timedelta
from threading import Lock, Timer
from typing import Protocol

from mockservers.core.errors import UsageError
from mockservers.core.values.clock import duration

LONGEST = timedelta(minutes=10)
"""The admin API refuses with the rest of the server: nobody can take it back."""

_KEPT = ((socket.IPPROTO_TCP, socket.TCP_NODELAY), (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))


class Listener(Protocol):
    """What a server lets be done with its listening socket."""

    def shut(self) -> None:
        """Refuse new connections; those that are there stay."""

    def open(self) -> None:
        """Take new connections again."""


class Refusing:
    """Shuts a listener for a length of real time."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._timer: Timer | None = None
        self._lock = Lock()

    def refuse(self, length: str | timedelta) -> float:
        """Refuse from now on, for so long and no longer. Gives the seconds. UsageError for more than ten minutes."""
        span = duration(length)
        if span > LONGEST:
            raise UsageError(f"Connections can be refused for ten minutes (PT10M) at most, not for {length!r}.")
        seconds = span.total_seconds()
        with self._lock:
            if self._timer:
                self._timer.cancel()
            else:
                self._listener.shut()
            self._timer = Timer(seconds, self.end)
            self._timer.daemon = True
            self._timer.start()
        return seconds

    def end(self) -> None:
        """Refuse no more."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
                self._listener.open()


def placeholder(listener: socket.socket) -> socket.socket:
    """A socket at a listener's address in its place: bound, so that nobody else gets it, and not listening."""
    address = listener.getsockname()
    held = socket.socket(listener.family, socket.SOCK_STREAM)
    share(held)
    for level, option in _KEPT if listener.family == socket.AF_INET6 else _KEPT[:1]:
        held.setsockopt(level, option, listener.getsockopt(level, option))
    held.settimeout(listener.gettimeout())
    listener.close()
    held.bind(address)
    share(held, shared=False)
    return held


def share(listener: socket.socket, *, shared: bool = True) -> None:
    """Whether a port is had although connections to it are open (ours), and by whoever else asks for that, too."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))
