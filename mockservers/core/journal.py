"""Every exchange of a tenant as raw bytes, in a ring: the newest stay, evictions are counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mockservers.core.call import Request
from mockservers.core.clock import text
from mockservers.core.decision import Reply

BODY_KEPT = 64 * 1024
"""Bytes of a body that the journal keeps. `body_size` is always the whole."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the reply to it, as they were on the wire. `operation` is empty for a call that matched none.

    `fault` names the fault that was performed; where no answer went out the reply's status is 0. `rewound` exchanges
    came after a checkpoint that was gone back to.
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

    def shown(self) -> dict[str, Any]:
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
    """The newest exchanges, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self._ring: deque[Exchange] = deque(maxlen=most)
        self.evicted = 0

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange; the oldest goes when the ring is full."""
        if len(self._ring) == self._ring.maxlen:
            self.evicted += 1
        self._ring.append(exchange)

    def rewind(self, last: int) -> int:
        """Mark what came after the exchange of that number. Gives how many those are."""
        gone = [index for index, found in enumerate(self._ring) if found.id > last and not found.rewound]
        for index in gone:
            self._ring[index] = replace(self._ring[index], rewound=True)
        return len(gone)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._ring))

    def __len__(self) -> int:
        return len(self._ring)


def recorded(number: int, at: datetime, operation: str, request: Request, reply: Reply, fault: str = "") -> Exchange:
    """An exchange from what came and what went."""
    if request.parts is not None:
        body = b"".join(part.content.head(BODY_KEPT) for part in request.parts[:3])[:BODY_KEPT]
        size = sum(part.content.size for part in request.parts)
    else:
        body, size = request.body[:BODY_KEPT], len(request.body)
    path = request.path
    if request.query:
        path += "?" + "&".join(f"{name}={value}" for name, value in request.query.items())
    return Exchange(
        number, at, operation, request.method, path, tuple(request.headers.items()), body, size, reply, fault
    )
