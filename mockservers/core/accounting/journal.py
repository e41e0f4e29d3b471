"""Every exchange of a tenant as raw bytes, in a ring: the newest stay, evictions are counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mockservers.core.exchange.call import Request
from mockservers.core.exchange.decision import Reply
from mockservers.core.values import real_time
from mockservers.core.values.clock import text

BODY_KEPT = 64 * 1024
"""Bytes of a body that the journal keeps. `body_size` is always the whole."""

EXCHANGES, BYTES = 5_000, 64 * 1024 * 1024
"""Most that a journal keeps when nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the reply to it, as they were on the wire. `operation` is empty for a call that matched none.

    `at` is the tenant's time; `began`, in seconds since 1970, and `took` are real. `target` is what was sent for path
    and query. `cut` says why `body` is not the whole of what was sent, and is empty where it is. `fault` names the
    fault that was performed; where no answer went out the reply's status is 0. `rewound` exchanges came after a
    checkpoint that was gone back to.
    """

    id: int
    at: datetime
    operation: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_size: int
    reply: Reply
    fault: str = ""
    rewound: bool = False
    target: str = ""
    cut: str = ""
    began: float = 0.0
    took: float = 0.0

    @property
    def weight(self) -> int:
        """Bytes of the two bodies."""
        return len(self.body) + len(self.reply.body)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: texts decoded with replacement where they are not UTF-8."""
        return {
            "id": self.id,
            "at": text(self.at),
            "operation": self.operation or None,
            "request": {
                "method": self.method,
                "path": self.path,
                "headers": dict(self.headers),
                "body": self.body.decode("utf-8", "replace"),
                "body_size": self.body_size,
            },
            "response": {
                "status": self.reply.status,
                "headers": dict(self.reply.headers),
                "body": self.reply.body.decode("utf-8", "replace"),
            },
            "fault": self.fault or None,
            "rewound": self.rewound,
        }


class Journal:
    """The newest exchanges, at most `most` of them, and of `most_bytes` in their bodies. The last is always kept."""

    def __init__(self, most: int = EXCHANGES, most_bytes: int = BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._ring: deque[Exchange] = deque()
        self._bytes = 0
        self._newest = 0
        self._gone: list[range] = []
        self.evicted = 0

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange; the oldest go where there is no more room."""
        self._ring.append(exchange)
        self._newest = max(self._newest, exchange.id)
        self._bytes += exchange.weight
        while len(self._ring) > self._most or (self._bytes > self._most_bytes and len(self._ring) > 1):
            self._bytes -= self._ring.popleft().weight
            self.evicted += 1

    def rewind(self, last: int) -> int:
        """Mark what came after the exchange of that number. Gives how many those are, the evicted ones too."""
        for index, exchange in enumerate(self._ring):
            if exchange.id > last and not exchange.rewound:
                self._ring[index] = replace(exchange, rewound=True)
        before = sum(map(len, self._gone))
        self._gone = [range(gone.start, min(gone.stop, last + 1)) for gone in self._gone if gone.start <= last]
        self._gone.append(range(last + 1, self._newest + 1))
        return sum(map(len, self._gone)) - before

    def is_rewound(self, number: int) -> bool:
        """Whether the exchange of that number was taken back, be it evicted or not."""
        return any(number in gone for gone in self._gone)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._ring))

    def __len__(self) -> int:
        return len(self._ring)


def recorded(
    number: int, at: datetime, operation: str, request: Request, reply: Reply, fault: str = "", late: float = 0.0
) -> Exchange:
    """An exchange from what came and what went, `late` seconds from now."""
    body, size, cut = _sent(request)
    path = f"{request.path}?{request.query_string}" if request.query_string else request.path
    return Exchange(
        number,
        at,
        operation,
        request.method,
        path,
        tuple(request.headers.items()),
        body,
        size,
        reply,
        fault,
        target=request.target,
        cut=cut,
        began=request.began,
        took=real_time.monotonic() - request.since + late,
    )


def _sent(request: Request) -> tuple[bytes, int, str]:
    """The body as far as it is kept, its size, and why it is not all there."""
    if request.wire is not None:
        body, size, ended = request.wire.head, request.wire.size, request.wire.ended
    elif request.parts is not None:  # made by hand: there never was a body on a wire
        body = b"".join(part.content.head(BODY_KEPT) for part in request.parts[:3])
        size, ended = sum(part.content.size for part in request.parts), False
    else:
        body, size, ended = request.body, len(request.body), not request.broken
    if size > BODY_KEPT:
        return body[:BODY_KEPT], size, f"of the body of {size} bytes the journal keeps the first {BODY_KEPT}"
    return body[:BODY_KEPT], size, "" if ended else "the body was not read to its end"
