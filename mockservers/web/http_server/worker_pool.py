"""The worker threads: one for each request in progress, so that no request waits behind a slow one."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import Any

from mockservers.core.values import real_time

LEAST = 16
"""Workers that stay when idle."""

MOST = 512
"""Maximum number of workers. Further requests wait for a free one."""

ENDS_AFTER = 5.0
"""Seconds without work after which a surplus worker ends."""


class WorkerPool:
    """Replaces cheroot's thread pool, which has a fixed size. Its names are those that cheroot calls."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._waiting: SimpleQueue[Any] = SimpleQueue()
        self._counting = threading.Lock()
        self._in_progress = 0
        self._stopped = False
        self._workers: dict[threading.Thread, Any] = {}

    def start(self) -> None:
        """Do nothing: `put` starts workers when there is work."""

    @property
    def qsize(self) -> int:
        """Number of connections that wait for a worker."""
        return self._waiting.qsize()

    @property
    def idle(self) -> int:
        """Number of idle workers."""
        return len(self._workers) - self._in_progress

    def put(self, connection: Any) -> None:
        """Have a worker answer the next request on a connection."""
        with self._counting:
            if self._stopped:
                connection.close()
                return
            self._in_progress += 1
            if len(self._workers) < min(self._in_progress, MOST):
                worker = threading.Thread(target=self._work, name="mockservers-worker", daemon=True)
                self._workers[worker] = None
                worker.start()
            self._waiting.put(connection)

    def stop(self, timeout: float) -> None:
        """End all workers, after `timeout` seconds also those that are answering: their connections are shut down."""
        with self._counting:
            self._stopped = True
            workers = list(self._workers)
        for _ in workers:
            self._waiting.put(None)
        for connection in list(self._workers.values()):
            if connection is not None and connection.lingers:
                connection.end()
        until = real_time.monotonic() + timeout
        for worker in workers:
            worker.join(max(0.0, until - real_time.monotonic()))
        for connection in list(self._workers.values()):
            if connection is not None:
                connection.end()
        for worker in workers:
            worker.join(max(0.0, until + timeout - real_time.monotonic()))
        self._close_waiting()

    def _close_waiting(self) -> None:
        """Close the connections that still wait for a worker."""
        while True:
            try:
                connection = self._waiting.get_nowait()
            except Empty:
                return
            if connection is not None:
                connection.close()

    def _work(self) -> None:
        me = threading.current_thread()
        try:
            while (connection := self._next(me)) is not None:
                self._workers[me] = connection
                self._answer(connection)
                self._workers[me] = connection = None
        finally:
            self._workers.pop(me, None)

    def _next(self, me: threading.Thread) -> Any:
        """The next connection, or None when the worker is to end."""
        while True:
            try:
                return self._waiting.get(timeout=ENDS_AFTER)
            except Empty:
                if self._may_end(me):
                    return None

    def _answer(self, connection: Any) -> None:
        keep = False
        try:
            keep = connection.communicate()
            while keep and connection.goes_on():
                keep = connection.communicate()
        except OSError:
            pass  # the client has disconnected
        finally:
            with self._counting:
                self._in_progress -= 1
            if keep:
                self._server.put_conn(connection)
            else:
                connection.close()

    def _may_end(self, me: threading.Thread) -> bool:
        with self._counting:
            surplus = len(self._workers) > max(LEAST, self._in_progress)
            if surplus:
                del self._workers[me]
            return surplus
