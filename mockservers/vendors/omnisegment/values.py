"""Values in OmniSegment's forms: amounts, whole numbers, comma-separated lists, and values in its messages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mockservers.core.values.formats import decimal
from mockservers.core.values.numbers import Number, is_number, number


def entries(joined: str) -> list[str]:
    """The entries of a comma-separated list."""
    return [entry.strip() for entry in joined.split(",")]


def exact(value: Any) -> Decimal:
    """The exact amount of a number or a numeric text; 0 for anything else."""
    return decimal(value) or Decimal(0)


def whole_number(value: Any) -> str:
    """The digits of a whole number, also of one with an exponent; empty for anything else."""
    if not is_number(value):
        return ""
    decimal_value = exact(value)
    return str(int(decimal_value)) if decimal_value == int(decimal_value) else ""


def amount(value: Decimal) -> Number:
    """An amount as a JSON number, without a fraction if it is whole."""
    return number(value)


def has_digits_beyond(value: Any, limit: int) -> bool:
    """Whether an amount has more digits before its point than the limit. Sums of such amounts could not be shown."""
    return exact(value).adjusted() >= limit


_LONGEST_TEXT = 80


def shortened(value: Any) -> Any:
    """A value short enough for a sentence."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[:_LONGEST_TEXT] + "…"
    if isinstance(value, list | dict):
        return type(value).__name__
    return value


def options_text(enum: Sequence[Any]) -> str:
    """A closed list as the vendor's messages print it: `['SUCCESS', 'CANCEL']`."""
    return repr([option for option in enum if option])
