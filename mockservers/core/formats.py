"""The formats that contracts may name, each a plain predicate on a string.

Formats are per contract: what one vendor takes for a date another refuses. A contract that names a format which is
not here stops the start, since a format that nothing checks would let garbage through in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from mockservers.core.values.numbers import exact, is_number

_RFC3339 = re.compile(r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-](\d{2}):(\d{2}))", re.ASCII)
_ISO8601 = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_EMAIL = re.compile(r"[^@\s<>(),;:\"\[\]\\]+@[^@\s.<>(),;:\"\[\]\\]+(\.[^@\s.<>(),;:\"\[\]\\]+)*")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_LONGEST_MOMENT = len("2025-11-01T09:51:23.123456+08:00")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def is_date_time(text: str) -> bool:
    """RFC 3339 `date-time`: an offset with a colon, or Z. A leap second passes where it can be one (23:59:60 UTC)."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    ahead = 0
    if match[9]:
        if int(match[9]) > 23 or int(match[10]) > 59:
            return False
        ahead = (int(match[9]) * 60 + int(match[10])) * (-1 if match[8][0] == "-" else 1)
    if second == 60:
        return _is_day(year, month, day) and hour < 24 and minute < 60 and (hour * 60 + minute - ahead) % 1440 == 1439
    return _is_day(year, month, day) and hour < 24 and minute < 60 and second < 60


def is_iso8601(text: str) -> bool:
    """ISO 8601 as far as the vendors use it: a date, or a date and time with or without an offset, `+0800` too."""
    return _ISO8601.fullmatch(text) is not None and iso8601(text) is not None


def iso8601(text: str) -> datetime | None:
    """The moment that an ISO 8601 text names (naive when it names no zone), or None."""
    return _remembered_moment(text) if len(text) <= _LONGEST_MOMENT else _moment(text)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        return None


_remembered_moment = lru_cache(maxsize=1_000)(_moment)


def is_local_date_time(text: str) -> bool:
    """`YYYY-MM-ddTHH:mm:ss`, nothing before or after, a day and a time that exist."""
    return _LOCAL.fullmatch(text) is not None and iso8601(text) is not None


def is_date(text: str) -> bool:
    """`YYYY-MM-DD`, a day that exists."""
    return len(text) == 10 and text.isascii() and text[4] == text[7] == "-" and _parses(date.fromisoformat, text)


def is_compact_date(text: str) -> bool:
    """`yyyymmdd`, a day that exists."""
    return len(text) == 8 and text.isascii() and text.isdigit() and _parses(date.fromisoformat, text)


def is_email(text: str) -> bool:
    """One `@` with something on both sides and no white space: what every vendor's check has in common."""
    return _EMAIL.fullmatch(text) is not None


def is_decimal(text: str) -> bool:
    """A plain decimal number as text: `1990.00`, `-5`."""
    return _DECIMAL.fullmatch(text) is not None


def decimal(value: object) -> Decimal | None:
    """The exact amount that a JSON number or a numeric text states, or None when it is none."""
    if not is_number(value) and not isinstance(value, str):
        return None
    try:
        amount = Decimal(value.strip()) if isinstance(value, str) else exact(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def is_uuid(text: str) -> bool:
    """`8-4-4-4-12` hexadecimal digits."""
    return _UUID.fullmatch(text) is not None


def _is_day(year: int, month: int, day: int) -> bool:
    return _parses(date, year, month, day)


def _parses(parse: Callable[..., object], *given: object) -> bool:
    try:
        parse(*given)
    except ValueError:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": is_date_time,
    "iso8601": is_iso8601,
    "local-date-time": is_local_date_time,
    "date": is_date,
    "yyyymmdd": is_compact_date,
    "email": is_email,
    "decimal": is_decimal,
    "uuid": is_uuid,
}

ANNOTATIONS = frozenset({"binary", "uri", "int32", "int64", "float", "double", "password"})
"""Formats that only describe, by OpenAPI's own registry; they assert nothing and may be named."""
