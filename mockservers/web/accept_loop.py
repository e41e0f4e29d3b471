"""One thread that accepts the clients of several listening sockets and handles them by asyncio.

A silent client costs a socket, but no thread.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import h11

from mockservers.core.values import real_time
from mockservers.web.limited_log import LimitedLog

ACCEPT_PAUSE = 0.05
"""Seconds to pause after an error of accepting, which would otherwise repeat at once."""

Handle: TypeAlias = Callable[[socket.socket], Awaitable[None]]
"""A function that serves one client. Its socket is closed afterwards."""


class _Loop(asyncio.SelectorEventLoop):
    """An event loop with the real clock: asyncio reads `time.monotonic`, which freezegun replaces in tests."""

    def time(self) -> float:
        return real_time.monotonic()


class AcceptLoop:
    """Accepts on every added socket, from `start` to `stop`. `name` is the name of its thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._listeners: list[tuple[socket.socket, Handle]] = []
        self._log = LimitedLog()
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None

    def add(self, listening: socket.socket, handle: Handle) -> None:
        """Add a listening socket. `handle` serves its clients."""
        listening.setblocking(False)
        self._listeners.append((listening, handle))

    def start(self) -> None:
        """Start accepting. Returns when the loop runs."""
        running = threading.Event()
        self._thread = threading.Thread(target=lambda: self._run(running), name=self._name, daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not running.wait(timeout=0.2):
            pass

    def stop(self) -> None:
        """Close all connections. Returns after all sockets are closed."""
        if self._thread is None:
            self._close()
            return
        self._stop()
        self._thread.join(timeout=5)
        self._thread = None

    @property
    def is_alive(self) -> bool:
        """Whether it accepts clients."""
        return self._thread is not None and self._thread.is_alive()

    def _close(self) -> None:
        for listening, _ in self._listeners:
            listening.close()
        self._listeners.clear()

    def _run(self, running: threading.Event) -> None:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(self._serve(running))

    async def _serve(self, running: threading.Event) -> None:
        """Serve until `stop`. The runner then cancels the remaining tasks."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(ended.set)
        accepting = [asyncio.create_task(_accept(*each, self._log)) for each in self._listeners]
        running.set()
        await ended.wait()
        for task in accepting:
            task.cancel()
        await asyncio.gather(*accepting, return_exceptions=True)
        self._close()


async def _accept(listening: socket.socket, handle: Handle, limited_log: LimitedLog) -> None:
    """Accept clients until cancelled. Errors, such as a lack of descriptors or memory, only cause a retry."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()
    while True:
        try:
            client, _ = await loop.sock_accept(listening)
        except OSError as error:
            limited_log.warning("accept", "A client cannot be accepted: %s. The server retries.", error)
            await asyncio.sleep(ACCEPT_PAUSE)
            continue
        task = asyncio.create_task(_handled(client, handle))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _handled(client: socket.socket, handle: Handle) -> None:
    """Serve one client. Clients that disconnect, time out or send malformed requests are expected in tests."""
    with client:
        try:
            await handle(client)
        except (OSError, h11.ProtocolError):
            return
