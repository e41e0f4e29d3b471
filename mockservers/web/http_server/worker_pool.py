"""Who answers: as many workers as there are requests under way, so that one that waits keeps nobody else waiting."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import Any

from mockservers.core.values import real_time

LEAST = 16
"""Workers that stay."""

MOST = 512
"""Workers at once. More requests than that wait for one of them."""

LEAVES_AFTER = 5.0
"""Seconds without work after which a worker leaves that need not stay."""


class WorkerPool:
    """cheroot's pool of workers, in the words that cheroot has for one."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._waiting: SimpleQueue[Any] = SimpleQueue()
        self._counting = threading.Lock()
        self._under_way = 0
        self._stopped = False
        self._workers: dict[threading.Thread, Any] = {}

    def start(self) -> None:
        """Nothing to do: workers come with the work."""

    @property
    def qsize(self) -> int:
        """Connections that wait for a worker."""
        return self._waiting.qsize()

    @property
    def idle(self) -> int:
        """Workers without work."""
        return len(self._workers) - self._under_way

    def put(self, connection: Any) -> None:
        """Have the next request on a connection answered."""
        with self._counting:
            if self._stopped:
                connection.close()
                return
            self._under_way += 1
            if len(self._workers) < min(self._under_way, MOST):
                worker = threading.Thread(target=self._work, name="mockservers-worker", daemon=True)
                self._workers[worker] = None
                worker.start()
            self._waiting.put(connection)

    def stop(self, timeout: float) -> None:
        """Send everybody home: those who are done by then, and those whose connections end without an answer."""
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
        """Close the connections that no worker has come to."""
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
        """The next connection, or None when it is time to go."""
        while True:
            try:
                return self._waiting.get(timeout=LEAVES_AFTER)
            except Empty:
                if self._may_leave(me):
                    return None

    def _answer(self, connection: Any) -> None:
        keep = False
        try:
            keep = connection.communicate()
            while keep and connection.goes_on():
                keep = connection.communicate()
        except OSError:
            pass  # the client is gone
        finally:
            with self._counting:
                self._under_way -= 1
            if keep:
                self._server.put_conn(connection)
            else:
                connection.close()

    def _may_leave(self, me: threading.Thread) -> bool:
        with self._counting:
            leaves = len(self._workers) > max(LEAST, self._under_way)
            if leaves:
                del self._workers[me]
            return leaves
