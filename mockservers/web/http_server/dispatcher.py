"""The thread that accepts connections and waits for the head of a request: a silent client costs only a socket."""

from __future__ import annotations

import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from mockservers.core.values import real_time
from mockservers.web.http_server.connection import Connection
from mockservers.web.http_server.connection_refusal import placeholder, share
from mockservers.web.limited_log import LimitedLog

BACKLOG = 512
"""The backlog: connections that the kernel accepts before this process does."""

UNFINISHED_MOST = 16 * 1024 * 1024
"""The most bytes of all unfinished heads together. A client that exceeds it is disconnected."""

IDLE = 1.0
"""Seconds without a request after which a connection is closed if no file descriptor is left."""

PAUSE = 0.05
"""Seconds to pause after an error of accepting, which would otherwise repeat at once."""

_ACCEPTED_AT_ONCE = 64


class Dispatcher:
    """Passes each connection with a complete head to `work`. `wait` gives it back."""

    def __init__(
        self, listener: socket.socket, work: Callable[[Connection], None], timeout: float, log: LimitedLog
    ) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._work, self._timeout, self._log = work, timeout, log
        self._selector = selectors.DefaultSelector()
        self._waiting: set[Connection] = set()
        self._unfinished = 0
        self._orders: deque[Callable[[], None]] = deque()
        self._waker, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._closing = threading.Lock()
        self._stopped = False
        self._accepts_after = 0.0
        self.taken: Callable[[socket.socket], None] | None = None
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="mockservers", daemon=True)

    def start(self) -> None:
        """Start accepting."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it accepts connections, or will after a refusal."""
        return self._thread.is_alive()

    def wait(self, connection: Connection) -> None:
        """Wait for the next request on a connection. After `stop`, the connection is closed."""
        if not self._order(lambda: self._watch(connection)):
            connection.close()

    def stop(self) -> None:
        """Stop accepting, and close all waiting connections. Returns after the socket is closed."""
        with self._closing:
            self._stopped = True
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)
        for connection in self._waiting:
            connection.close()
        self._waiting.clear()
        for order in list(self._orders):
            order()
        for each in (self._listener, self._waker, self._woken):
            each.close()
        self._selector.close()

    def shut(self) -> None:
        """Refuse new connections."""
        self._done(self._shut)

    def open(self) -> None:
        """Accept new connections again."""
        self._done(self._open)

    # -- commands of other threads -------------------------------------------------------------------------------

    def _order(self, order: Callable[[], None]) -> bool:
        """Run a function in the dispatcher's thread. Returns False after `stop`."""
        with self._closing:
            if self._stopped:
                return False
            self._orders.append(order)
        self._wake()
        return True

    def _done(self, order: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            try:
                order()
            finally:
                done.set()

        if self._order(run):
            done.wait(timeout=5)

    def _wake(self) -> None:
        with suppress(OSError):  # its buffer is full, so the thread wakes up anyway
            self._waker.send(b"\0")

    def _shut(self) -> None:
        self._mute()
        self._listener = placeholder(self._listener)

    def _open(self) -> None:
        share(self._listener)
        self._listener.listen(BACKLOG)
        self._accepts_after = 0.0
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _mute(self) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(self._listener)

    # -- the thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        tick = min(0.5, self._timeout / 4)
        look_again = real_time.monotonic() + tick
        while not self._stopped:
            try:
                for key, _ in self._selector.select(PAUSE if self._accepts_after else tick):
                    self._ready(key)
                while self._orders and not self._stopped:
                    self._orders.popleft()()
                now = real_time.monotonic()
                if self._accepts_after and now > self._accepts_after:
                    self._accepts_after = 0.0
                    self._selector.register(self._listener, selectors.EVENT_READ)
                if now > look_again:
                    self._expire(now)
                    look_again = now + tick
            except Exception as error:  # noqa: BLE001 - without this thread, the server would accept nothing
                self._log.warning("dispatcher", "The listener continues after %r.", error)
                threading.Event().wait(PAUSE)

    def _ready(self, key: selectors.SelectorKey) -> None:
        if key.data is not None:
            self._unwatch(key.data)
            self._read(key.data)
        elif key.fileobj is self._woken:
            with suppress(BlockingIOError):
                self._woken.recv(4096)
        elif key.fileobj is self._listener:
            self._accept()

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                accepted, remote = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no file descriptor or memory is left: close idle connections
                self._log.warning("accept", "A connection cannot be accepted: %s. Idle ones are closed.", error)
                now = real_time.monotonic()
                self._close(each for each in list(self._waiting) if each.limit.has_run(IDLE, now))
                self._mute()
                self._accepts_after = now + PAUSE
                return
            try:
                connection = Connection(accepted, (remote[0], remote[1]), self._timeout)
            except OSError:  # the client has disconnected
                accepted.close()
                continue
            connection.taken = self.taken
            self._read(connection)

    def _read(self, connection: Connection) -> None:
        coming = connection.read_available()
        if coming == "request":
            self._work(connection)
        elif coming == "wait" and self._unfinished + connection.waiting_bytes <= UNFINISHED_MOST:
            self._watch(connection)
        else:
            connection.close()

    def _watch(self, connection: Connection) -> None:
        if self._stopped:
            connection.close()
            return
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._waiting.add(connection)
        self._unfinished += connection.waiting_bytes

    def _unwatch(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        self._waiting.discard(connection)
        self._unfinished -= connection.waiting_bytes

    def _expire(self, now: float) -> None:
        self._close(each for each in list(self._waiting) if each.limit.is_over(now))

    def _close(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            self._unwatch(connection)
            connection.close()
