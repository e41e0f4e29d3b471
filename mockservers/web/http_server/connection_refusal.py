"""Connection refusal: for some time nothing listens on the port, and no other process can bind it."""

from __future__ import annotations

import socket
from datetime import timedelta
from threading import Lock, Timer
from typing import Protocol

from mockservers.core.errors import UsageError
from mockservers.core.values.clock import duration

LONGEST = timedelta(minutes=10)
"""The admin API is refused with the rest of the server, so a refusal cannot be cancelled over HTTP."""

_KEPT = ((socket.IPPROTO_TCP, socket.TCP_NODELAY), (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))


class Listener(Protocol):
    """A server's listening socket."""

    def shut(self) -> None:
        """Refuse new connections. Open connections stay."""

    def open(self) -> None:
        """Accept new connections again."""


class ConnectionRefusal:
    """Refuses connections to a listener for a duration of real time."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._timer: Timer | None = None
        self._lock = Lock()

    def refuse(self, length: str | timedelta) -> float:
        """Refuse connections from now on. Return the seconds. UsageError for more than ten minutes."""
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
        """Stop refusing."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
                self._listener.open()


def placeholder(listener: socket.socket) -> socket.socket:
    """Return a socket that is bound to a listener's address and does not listen.

    No other process can take the port, and the kernel answers connections with a reset.
    """
    address = listener.getsockname()
    replacement = socket.socket(listener.family, socket.SOCK_STREAM)
    share(replacement)
    for level, option in _KEPT if listener.family == socket.AF_INET6 else _KEPT[:1]:
        replacement.setsockopt(level, option, listener.getsockopt(level, option))
    replacement.settimeout(listener.gettimeout())
    listener.close()
    replacement.bind(address)
    share(replacement, shared=False)
    return replacement


def share(listener: socket.socket, *, shared: bool = True) -> None:
    """Set whether the port can be bound while connections to it are open, by this process and by any other."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))
