"""Moments as OmniSegment reads and writes them."""

from __future__ import annotations

from mockservers.core.values import instants
from mockservers.core.values.instants import Instant
from mockservers.core.values.zones import ahead, offset


def names_a_zone(text: str) -> bool:
    """Whether a moment comes with its offset."""
    parsed = instants.instant(text, "iso8601")
    return parsed is not None and parsed.zoned


def instant(text: object, zone: str) -> Instant | None:
    """A moment that compares with others; at `zone` when it names no offset. None when it is no ISO 8601."""
    parsed = instants.instant(text, "iso8601") if isinstance(text, str) else None
    return None if parsed is None else parsed.taken_at(ahead(zone, parsed))


def window_edge(text: str, zone: str) -> Instant | None:
    """An edge of a read-back's window: ISO 8601, or with a space for the T as its page has it (`2025-12-01 00:00`)."""
    return instant(text.replace(" ", "T", 1), zone)


def written(text: str, zone: str) -> str:
    """A moment as the vendor writes it, at `zone`: `2025-03-21T15:02:17.140000+0800`."""
    moment = instant(text, zone)
    if moment is None:
        return text
    there = ahead(zone, moment)
    local = moment.written_at(there, places=6)
    return text if local is None else f"{local}{offset(there)}"
