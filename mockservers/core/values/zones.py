"""Time zones, which contracts name by an IANA name (`Asia/Tokyo`) or an offset from UTC (`+09:00`, `Z`)."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from mockservers.core.errors import UsageError
from mockservers.core.values.instants import Instant
from mockservers.core.values.timestamps import MINUTES_A_DAY

_OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_FIRST_DAY, _LAST_DAY = 2, datetime(MAXYEAR, 12, 30, tzinfo=UTC).toordinal()
"""Days that stay in the range of `datetime` in any zone."""


@lru_cache(maxsize=256)
def zone(name: object) -> tzinfo:
    """Return the zone of a name or an offset. UsageError for anything else."""
    if isinstance(name, str):
        match = _OFFSET.fullmatch(name)
        if match is not None:
            ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
            return timezone(-ahead if match[1] == "-" else ahead)
        if name == "Z":
            return UTC
        if _NAME.fullmatch(name):
            try:
                return ZoneInfo(name)
            except (KeyError, OSError, ValueError):  # no such zone, or a folder of zones
                pass
    raise UsageError(f"{name!r} is not a time zone. Give an IANA name such as Asia/Tokyo, or an offset such as +09:00.")


def ahead(name: str, at: Instant) -> timedelta:
    """Return how far a zone is ahead of UTC at an instant; a naive instant is local time of that zone."""
    local_zone = zone(name)
    if isinstance(local_zone, timezone):
        return local_zone.utcoffset(None)
    day, minute = divmod(at.minute, MINUTES_A_DAY)
    moment = datetime.fromordinal(min(max(day, _FIRST_DAY), _LAST_DAY)) + timedelta(minutes=minute)
    local = moment.replace(tzinfo=UTC).astimezone(local_zone) if at.zoned else moment.replace(tzinfo=local_zone)
    return local.utcoffset() or timedelta()


def offset(ahead_of_utc: timedelta) -> str:
    """Return an offset in the basic format of ISO 8601: `+0800`."""
    minutes = ahead_of_utc // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
