"""How an answer goes out when a fault is on it: late, in pieces, cut off, or not at all.

Known before the ledger files, since it decides what was told; performed by a door once the tenant's lock is released.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mockservers.core.exchange.decision import Reply

How = Literal["whole", "drip", "garbled", "cut", "cut-reset", "noise", "hang-up", "reset"]
"""whole: the answer as it is · drip: piece by piece · garbled: with a body that nobody can read · cut: a part of it,
then the end of the connection · cut-reset: a part, then a TCP reset · noise: bytes that are no HTTP · hang-up: nothing,
then the end of the connection · reset: nothing, then a TCP reset."""

BODILESS = (204, 304)
"""Statuses of answers that have no body, whatever is made of one (RFC 9110, 6.4.1)."""

_FRAMED = frozenset({"whole", "drip", "garbled"})
NOTHING = Reply(0)
"""What went out where no answer did. Its status is the 0 that HAR has for such exchanges."""


@dataclass(frozen=True, slots=True)
class WireScript:
    """What a door does with an answer. `delay` and `every` are real seconds before all of it and between pieces.

    `size` is how many bytes of the body go out (cut), half of it when None, or how many make a piece (drip). `noise` is
    sent in place of the answer, or of its body.
    """

    fault: str
    how: How = "whole"
    delay: float = 0.0
    every: float = 0.0
    size: int | None = None
    noise: bytes = b""

    @property
    def plain(self) -> bool:
        """Whether the answer goes out as any other."""
        return self.how == "whole" and not self.delay

    @property
    def breaks(self) -> bool:
        """Whether status line or framing show the client that it did not get a whole answer, whatever it asked.

        A garbled body breaks nothing: the answer has its status and its length, and only who reads it may notice.
        """
        return self.how not in _FRAMED

    def part(self, body: bytes) -> bytes:
        """What goes out of a body that is cut off: never all of it."""
        wanted = len(body) // 2 if self.size is None else self.size
        return body[: max(0, min(wanted, len(body) - 1))]

    def delivered(self, reply: Reply) -> Reply:
        """The reply as far as it goes out, to the byte: garbled, cut off, or with a status of 0 where none goes out."""
        bodied = reply.status not in BODILESS
        match self.how:
            case "whole" | "drip":
                return reply if bodied else replace(reply, body=b"")
            case "garbled":
                return replace(reply, body=self.noise if bodied else b"")
            case "cut" | "cut-reset":
                return replace(reply, body=self.part(reply.body)) if bodied else NOTHING  # its head is cut instead
            case "noise":
                return replace(NOTHING, body=self.noise)
            case _:
                return NOTHING
