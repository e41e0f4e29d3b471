"""A name server that answers "no such name" to every query, and records the names.

The vendors' names are in the command's hosts file, so the queries here are for other names. It implements only the part
of RFC 1035 that this answer needs.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import suppress

_HEAD = 12
_RESPONSE, _RECURSION_AVAILABLE, _NO_SUCH_NAME = 0x80, 0x80, 0x03
_LONGEST = 512
_KEPT = 1_000
"""Maximum number of different names that are recorded."""


class NoNames:
    """Answers on a bound UDP socket until `stop`. `asked` counts names: {"db.example.com": times}."""

    def __init__(self, datagrams: socket.socket) -> None:
        self._datagrams = datagrams
        self.asked: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._answer, name="mockservers-names", daemon=True)

    def start(self) -> None:
        """Start answering, in a new thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering. Return when the socket is closed."""
        with self._datagrams:
            self._datagrams.sendto(b"", self._datagrams.getsockname())
            self._thread.join(timeout=5)

    def _answer(self) -> None:
        while query_and_client := self._next():
            query, client = query_and_client
            name = asked_name(query)
            if name is None:
                continue
            if name in self.asked or len(self.asked) < _KEPT:
                self.asked[name] += 1
            with suppress(OSError):  # the client may have ended
                self._datagrams.sendto(refusal(query), client)

    def _next(self) -> tuple[bytes, tuple[str, int]] | None:
        """The next query and its client; None after `stop` has sent an empty one."""
        query, client = self._datagrams.recvfrom(_LONGEST)
        return (query, client) if query else None


def asked_name(query: bytes) -> str | None:
    """The name in a query, without its last dot; None if it is not a query."""
    labels, at = [], _HEAD
    while at < len(query) and query[at]:
        length = query[at]
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels) if labels and at + 5 <= len(query) else None


def refusal(query: bytes) -> bytes:
    """The answer "no such name": the head of the query with other flags, and its question."""
    end = query.index(0, _HEAD) + 5
    flags = bytes((query[2] | _RESPONSE, _RECURSION_AVAILABLE | _NO_SUCH_NAME))
    return query[:2] + flags + b"\x00\x01\x00\x00\x00\x00\x00\x00" + query[_HEAD:end]
