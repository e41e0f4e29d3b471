"""The formats that contracts may name, each a predicate on a string.

Each contract chooses its formats: one vendor accepts a date that another refuses. The server does not start if a
contract names an unknown format: values of a format without a check would all be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from mockservers.core.values.clock import is_duration
from mockservers.core.values.days import day_number
from mockservers.core.values.email_addresses import is_email
from mockservers.core.values.iso8601 import is_iso8601
from mockservers.core.values.numbers import exact, is_number
from mockservers.core.values.rfc3339 import is_date, is_date_time, is_local_date_time

_DECIMAL = re.compile(r"-?\d++(\.\d++)?", re.ASCII)  # possessive, so that long runs of digits cannot backtrack
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def is_compact_date(text: str) -> bool:
    """Whether a text is `yyyymmdd` and a day that exists, from the year 1 on."""
    match = _COMPACT_DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    return year > 0 and day_number(year, month, day) is not None


def is_decimal(text: str) -> bool:
    """Whether a text is a decimal number without an exponent: `1990.00`, `-5`."""
    return _DECIMAL.fullmatch(text) is not None


def decimal(value: object) -> Decimal | None:
    """Return the exact value of a JSON number or a numeric text; None for anything else."""
    if isinstance(value, str):
        if "_" in value or not value.isascii():
            return None  # only Python accepts it as a number
        try:
            amount = Decimal(value.strip())
        except InvalidOperation:
            return None
    elif is_number(value):
        amount = exact(value)
    else:
        return None
    return amount if amount.is_finite() else None


def is_uuid(text: str) -> bool:
    """Whether a text is `8-4-4-4-12` hexadecimal digits."""
    return _UUID.fullmatch(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": is_date_time,
    "iso8601": is_iso8601,
    "date-time-or-iso8601": lambda text: is_iso8601(text) or is_date_time(text),
    "local-date-time": is_local_date_time,
    "date": is_date,
    "duration": is_duration,
    "yyyymmdd": is_compact_date,
    "email": is_email,
    "decimal": is_decimal,
    "uuid": is_uuid,
}

ANNOTATIONS = frozenset({"binary", "uri", "int32", "int64", "float", "double", "password"})
"""Formats of the OpenAPI registry that are annotations: contracts may name them, and nothing checks them."""
