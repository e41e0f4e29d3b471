"""The newest exchanges of a tenant as raw bytes. Evictions are counted."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from mockservers.core.accounting.at_risk import OtherReading
from mockservers.core.errors import UnknownName
from mockservers.core.exchange.call import Request, Wire
from mockservers.core.exchange.decision import Reply
from mockservers.core.value import Value, field, replace
from mockservers.core.values import real_time
from mockservers.core.values.clock import text

BODY_KEPT = 64 * 1024
"""The most bytes of a body that the journal keeps. `body_size` is always that of the whole body."""

EXCHANGES, BYTES = 5_000, 64 * 1024 * 1024
"""The default limits of a journal."""


class Exchange(Value):
    """One request and its reply, as they were on the wire. `operation` is empty for a call that matched none.

    `at` is the tenant's time; `took` is in seconds of real time. The `request` has no parts, and only the kept bytes of
    its body. `fault` names the fault that was sent; if no answer was sent, the reply's status is 0. `rewound` exchanges
    came after a checkpoint that was rewound. `items` are the call's items by their first outcome; `others` are the
    results under other readings. Properties are computed on demand.
    """

    id: int
    at: datetime
    operation: str
    request: Request
    reply: Reply
    fault: str = ""
    took: float = 0.0
    rewound: bool = False
    items: Mapping[str, int] = field(default_factory=dict)
    others: tuple[OtherReading, ...] = ()

    @property
    def weight(self) -> int:
        """Bytes of the two bodies."""
        return len(self.request.body) + len(self.reply.body)

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.method

    @property
    def path(self) -> str:
        """The decoded path, and the query."""
        query = self.request.query_string
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def target(self) -> str:
        """The path and query as they were sent."""
        return self.request.target

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The request's headers, with lower-case names."""
        return tuple(self.request.headers.items())

    @property
    def body(self) -> bytes:
        """The request's body, as far as it is kept."""
        return self.request.body

    @property
    def body_size(self) -> int:
        """Bytes of the whole body."""
        return len(self.body) if self.request.wire is None else self.request.wire.size

    @property
    def cut(self) -> str:
        """Why `body` is not the whole body; empty if it is."""
        wire = self.request.wire
        if self.body_size > BODY_KEPT:
            return f"of the body of {self.body_size} bytes the journal keeps the first {BODY_KEPT}"
        ended = not self.request.broken if wire is None else wire.ended
        return "" if ended else "the body was not read to its end"

    @property
    def began(self) -> float:
        """The request's time of arrival, in seconds since 1970."""
        return self.request.began

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON. Bytes that are not UTF-8 become replacement characters."""
        head = self.head()
        head["request"] |= {"headers": dict(self.headers), "body": self.body.decode("utf-8", "replace")}
        head["request"]["body_size"] = self.body_size
        head["response"] |= {
            "headers": dict(self.reply.headers),
            "body": self.reply.body.decode("utf-8", "replace"),
        }
        return head

    def head(self) -> dict[str, Any]:
        """Return it as JSON, without headers and bodies."""
        return {
            "id": self.id,
            "at": text(self.at),
            "operation": self.operation or None,
            "request": {"method": self.method, "path": self.path},
            "response": {"status": self.reply.status},
            "items": dict(self.items),
            "took": self.took,
            "fault": self.fault or None,
            "rewound": self.rewound,
        }


class Journal:
    """The newest exchanges: at most `most`, with at most `most_bytes` in their bodies. The last one is always kept."""

    def __init__(self, most: int = EXCHANGES, most_bytes: int = BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._ring: deque[Exchange] = deque()
        self._bytes = 0
        self._newest = 0
        self._gone: list[range] = []
        self.evicted = 0

    def add(self, exchange: Exchange) -> None:
        """Add an exchange. The oldest are evicted if the journal is full."""
        self._ring.append(exchange)
        self._newest = max(self._newest, exchange.id)
        self._bytes += exchange.weight
        while len(self._ring) > self._most or (self._bytes > self._most_bytes and len(self._ring) > 1):
            self._bytes -= self._ring.popleft().weight
            self.evicted += 1

    def clear(self) -> None:
        """Forget all exchanges, also those that were evicted. Their numbers are not used again."""
        self._ring.clear()
        self._bytes = self.evicted = 0

    def rewind(self, last: int) -> int:
        """Mark the exchanges after a number as rewound. Return their count, including evicted ones."""
        for index, exchange in enumerate(self._ring):
            if exchange.id > last and not exchange.rewound:
                self._ring[index] = replace(exchange, rewound=True)
        before = sum(map(len, self._gone))
        self._gone = [range(gone.start, min(gone.stop, last + 1)) for gone in self._gone if gone.start <= last]
        self._gone.append(range(last + 1, self._newest + 1))
        return sum(map(len, self._gone)) - before

    def is_rewound(self, number: int) -> bool:
        """Whether the exchange with a number was rewound, also if it is evicted."""
        return any(number in gone for gone in self._gone)

    def exchange(self, number: int) -> Exchange:
        """Return the exchange with a number. UnknownName if there was none, or if it is evicted."""
        for exchange in self:
            if exchange.id == number:
                return exchange
        kept = [exchange.id for exchange in self]
        raise UnknownName("exchange", str(number), [f"{kept[0]} to {kept[-1]}"] if kept else [])

    def newest(self, most: int) -> list[Exchange]:
        """Return the newest exchanges, newest first."""
        return list(itertools.islice(reversed(self._ring), most))

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._ring))

    def __len__(self) -> int:
        return len(self._ring)


class SentFault(Protocol):
    """A fault that fired on an exchange: its name, and by how many seconds it delays the reply."""

    @property
    def name(self) -> str: ...

    @property
    def delay(self) -> float: ...


def recorded(
    number: int,
    at: datetime,
    operation: str,
    request: Request,
    reply: Reply,
    fault: SentFault | None = None,
    items: Mapping[str, int] | None = None,
    others: Sequence[OtherReading] = (),
) -> Exchange:
    """Create an exchange from a request and its reply."""
    took = real_time.monotonic() - request.since
    name = ""
    if fault is not None:
        name, took = fault.name, took + fault.delay
    brief = tuple(other.brief for other in others) if others else ()
    return Exchange(number, at, operation, _kept(request), reply, name, took, items=items or {}, others=brief)


def _kept(request: Request) -> Request:
    """Return a request for the journal: with only the start of a long body, and without its parts."""
    if request.wire is None and request.parts is None and len(request.body) <= BODY_KEPT:
        return request
    wire = request.wire
    if wire is None and request.parts is not None:  # created in this process: there was no body on a wire
        head = b"".join(part.content.head(BODY_KEPT) for part in request.parts[:3])
        wire = Wire(head, sum(part.content.size for part in request.parts), ended=False)
    elif wire is None:
        wire = Wire(request.body, len(request.body), ended=not request.broken)
    head = wire.head[:BODY_KEPT]
    return replace(request, body=head, parts=None, wire=replace(wire, head=head))
