"""The worker threads: one for each request in progress, so that no request waits behind a slow one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from mockservers.core.values import real_time
from mockservers.web.http_server.connection import Connection
from mockservers.web.limited_log import LimitedLog

LEAST = 16
"""The number of idle workers that stay."""

MOST = 512
"""Maximum number of workers. Further requests wait for a free one."""

ENDS_AFTER = 5.0
"""Seconds without work after which a surplus worker ends."""


class WorkerPool:
    """Answers requests.

    `answer` answers the received request of a connection, and returns whether another may follow. `hand_back` takes a
    connection whose client is silent, or has sent an incomplete head.
    """

    def __init__(
        self, answer: Callable[[Connection], bool], hand_back: Callable[[Connection], None], log: LimitedLog
    ) -> None:
        self._serve, self._hand_back, self._log = answer, hand_back, log
        self._waiting: SimpleQueue[Connection | None] = SimpleQueue()
        self._counting = threading.Lock()
        self._in_progress = 0
        self._stopped = False
        self._workers: dict[threading.Thread, Connection | None] = {}

    def put(self, connection: Connection) -> None:
        """Let a worker answer the received request of a connection."""
        with self._counting:
            if self._stopped or not self._has_worker(self._in_progress + 1):
                connection.close()
                return
            self._in_progress += 1
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

    def _has_worker(self, requests: int) -> bool:
        """Start a worker if this number of requests needs one.

        Return False if there is no worker at all, since no thread can be started. Otherwise the request waits for a
        busy worker.
        """
        if len(self._workers) < min(requests, MOST):
            worker = threading.Thread(target=self._work, name="mockservers-worker", daemon=True)
            self._workers[worker] = None
            try:
                worker.start()
            except (RuntimeError, MemoryError) as error:
                del self._workers[worker]
                self._log.warning("worker", "No further worker thread can be started: %s.", error)
        return bool(self._workers)

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

    def _next(self, me: threading.Thread) -> Connection | None:
        """Return the next connection, or None if the worker must end."""
        while True:
            try:
                return self._waiting.get(timeout=ENDS_AFTER)
            except Empty:
                if self._may_end(me):
                    return None

    def _answer(self, connection: Connection) -> None:
        """Answer one request after the other, as long as they arrive without a pause."""
        waits = False
        try:
            while self._serve(connection):
                connection.lingers = True
                coming = "wait" if self._stopped else connection.next_request()
                connection.lingers = False
                if coming != "request":
                    waits = coming == "wait"
                    break
        finally:
            with self._counting:
                self._in_progress -= 1
            if waits:
                self._hand_back(connection)
            else:
                connection.close()

    def _may_end(self, me: threading.Thread) -> bool:
        with self._counting:
            surplus = len(self._workers) > max(LEAST, self._in_progress)
            if surplus:
                del self._workers[me]
            return surplus
