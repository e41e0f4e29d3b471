"""Moments as OmniSegment reads and writes them. Plain arithmetic, so that the first and last years do no harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mockservers.core.formats import iso8601

_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def ahead(offset: str) -> timedelta:
    """How far a zone such as `+08:00` is ahead of UTC."""
    hours, minutes = (int(part) for part in offset[1:].split(":"))
    length = timedelta(hours=hours, minutes=minutes)
    return -length if offset.startswith("-") else length


def names_a_zone(text: str) -> bool:
    """Whether a moment comes with its offset."""
    parsed = iso8601(text)
    return parsed is not None and parsed.tzinfo is not None


def instant(text: object, zone: str) -> timedelta | None:
    """A moment that compares with others; at `zone` when it names no offset. None when it is no ISO 8601."""
    parsed = iso8601(text) if isinstance(text, str) else None
    if parsed is None:
        return None
    offset = parsed.utcoffset()
    return parsed.replace(tzinfo=UTC) - _FIRST - (ahead(zone) if offset is None else offset)


def written(text: str, zone: str) -> str:
    """A moment as the vendor writes it, at `zone`: `2025-03-21T15:02:17.140000+0800`."""
    moment = instant(text, zone)
    if moment is None:
        return text
    try:
        local = (_FIRST + moment + ahead(zone)).replace(tzinfo=None)
    except OverflowError:
        return text
    return f"{local.isoformat(timespec='microseconds')}{zone.replace(':', '')}"
