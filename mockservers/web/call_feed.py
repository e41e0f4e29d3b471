"""Server-sent events: each answered call, for the listeners at `/__admin/events` (web/event_stream.py)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress

from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.values.json_text import dumps

WAITING = 1_000
"""Maximum number of waiting events of one listener. A slow one misses the newest."""

BEAT = 10.0
"""Seconds without a call after which a comment is sent, to detect listeners that have disconnected."""

_Listener = queue.Queue[AnsweredCall | None]


class CallFeed:
    """The listeners, and their waiting events."""

    def __init__(self) -> None:
        self.listeners: tuple[_Listener, ...] = ()
        self._changing = threading.Lock()

    def add(self, call: AnsweredCall) -> None:
        """Queue a call for all listeners. Never waits."""
        for listener in self.listeners:
            with suppress(queue.Full):
                listener.put_nowait(call)

    def close(self) -> None:
        """End all streams."""
        for listener in self.listeners:
            with suppress(queue.Full):
                listener.put_nowait(None)

    def events(self) -> Iterator[bytes]:
        """Yield events as bytes, from now on, until `close`."""
        listener: _Listener = queue.Queue(WAITING)
        with self._changing:
            self.listeners = (*self.listeners, listener)
        try:
            yield b"retry: 1000\n\n"
            while True:
                try:
                    call = listener.get(timeout=BEAT)
                except queue.Empty:
                    yield b":\n\n"
                    continue
                if call is None:
                    return
                yield b"event: call\ndata: " + dumps(call.to_dict()) + b"\n\n"
        finally:
            with self._changing:
                self.listeners = tuple(each for each in self.listeners if each is not listener)
