"""Time zones as contracts name them: by an IANA name (`Asia/Tokyo`) or by an offset from UTC (`+09:00`, `Z`)."""

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
"""Days that can be moved to any zone and still are in a datetime's range."""


@lru_cache(maxsize=256)
def zone(given: object) -> tzinfo:
    """The zone of a name or an offset. UsageError for anything else."""
    if isinstance(given, str):
        match = _OFFSET.fullmatch(given)
        if match is not None:
            ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
            return timezone(-ahead if match[1] == "-" else ahead)
        if given == "Z":
            return UTC
        if _NAME.fullmatch(given):
            try:
                return ZoneInfo(given)
            except (KeyError, OSError, ValueError):  # not there, or a folder of zones
                pass
    raise UsageError(
        f"{given!r} is not a time zone. Give an IANA name such as Asia/Tokyo, or an offset such as +09:00."
    )


def ahead(name: str, at: Instant) -> timedelta:
    """How far clocks in a zone are ahead of UTC at an instant; a naive instant is one of that zone's own clock."""
    there = zone(name)
    if isinstance(there, timezone):
        return there.utcoffset(None)
    day, minute = divmod(at.minute, MINUTES_A_DAY)
    moment = datetime.fromordinal(min(max(day, _FIRST_DAY), _LAST_DAY)) + timedelta(minutes=minute)
    local = moment.replace(tzinfo=UTC).astimezone(there) if at.zoned else moment.replace(tzinfo=there)
    return local.utcoffset() or timedelta()


def offset(ahead_of_utc: timedelta) -> str:
    """An offset as ISO 8601 has it in its basic format: `+0800`."""
    minutes = ahead_of_utc // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
