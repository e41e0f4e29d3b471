"""Dates and times as OmniSegment reads and writes them."""

from __future__ import annotations

from mockservers.core.values import instants
from mockservers.core.values.instants import Instant
from mockservers.core.values.zones import ahead, offset


def has_offset(text: str) -> bool:
    """Whether a date and time has an offset."""
    parsed = instants.instant(text, "iso8601")
    return parsed is not None and parsed.zoned


def instant_of(text: object, zone: str) -> Instant | None:
    """Parse a date and time, at `zone` if it has no offset. None if it is not ISO 8601."""
    parsed = instants.instant(text, "iso8601") if isinstance(text, str) else None
    return parsed if parsed is None or parsed.zoned else parsed.taken_at(ahead(zone, parsed))


def window_edge(text: str, zone: str) -> Instant | None:
    """Parse an edge of a time window: ISO 8601, with a T or, as on the page, a space (`2025-12-01 00:00`)."""
    return instant_of(text.replace(" ", "T", 1), zone)


def written_time(text: str, zone: str) -> str:
    """Return a date and time as the vendor writes it, at `zone`: `2025-03-21T15:02:17.140000+0800`."""
    instant = instant_of(text, zone)
    if instant is None:
        return text
    zone_offset = ahead(zone, instant)
    local = instant.written_at(zone_offset, places=6)
    return text if local is None else f"{local}{offset(zone_offset)}"
