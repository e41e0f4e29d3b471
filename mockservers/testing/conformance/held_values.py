"""Values that vendors hold, converted to the types of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.core.values import iso8601
from mockservers.core.values.formats import decimal


def amount(value: Any) -> Decimal | None:
    """An amount, held as a number or as text; None if there is none."""
    return decimal(value)


def moment(value: Any) -> Any:
    """A datetime, naive if it is held without a zone. A value that cannot be read is returned unchanged."""
    stated = iso8601.parse(value) if isinstance(value, str) else None
    return value if stated is None else stated.to_datetime() or value


def wall_clock(at: datetime) -> datetime:
    """The moment as its own clock shows it."""
    return at.replace(tzinfo=None)


def in_any_order(lines: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """The lines of an order, sorted, because their sequence means nothing to any vendor."""
    return tuple(sorted(lines, key=str))
