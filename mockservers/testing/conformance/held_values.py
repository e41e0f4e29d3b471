"""Values as vendors hold them, read back into those of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.core.values import iso8601
from mockservers.core.values.formats import decimal


def amount(value: Any) -> Decimal | None:
    """An amount, whether it is held as a number or as text; None where there is none."""
    return decimal(value)


def moment(value: Any) -> Any:
    """A moment (naive where it is held without a zone); what cannot be read stands as it is."""
    stated = iso8601.parse(value) if isinstance(value, str) else None
    return value if stated is None else stated.to_datetime() or value


def wall_clock(at: datetime) -> datetime:
    """The moment as its own clock shows it."""
    return at.replace(tzinfo=None)


def in_any_order(lines: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """The lines of an order in an order of our own: no vendor makes anything of theirs."""
    return tuple(sorted(lines, key=str))
