"""Values in OmniSegment's forms: amounts, whole numbers, comma-separated lists, and values in its messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any, Literal

from mockservers.core.values.formats import decimal, is_decimal
from mockservers.core.values.numbers import Number, is_number, number, summand


def entries(joined: str) -> list[str]:
    """The entries of a comma-separated list."""
    return list(map(str.strip, joined.split(",")))


def exact(value: Any) -> Decimal:
    """The exact amount of a number or a numeric text; 0 for anything else."""
    return decimal(value) or Decimal(0)


def whole_number(value: Any) -> str:
    """The digits of a whole number, also of one with an exponent; empty for anything else."""
    if not is_number(value):
        return ""
    decimal_value = exact(value)
    return str(int(decimal_value)) if decimal_value == int(decimal_value) else ""


def amount(value: int | Decimal) -> Number:
    """An amount as a JSON number, without a fraction if it is whole."""
    return value if isinstance(value, int) else number(value)


def quantity_of(text: str, limit: int) -> Number | None:
    """The number in a text of digits. None if there is none, or if it has more digits before its point."""
    if len(text) <= min(limit, FEW_DIGITS) and _is_whole_text(text):
        return int(text)  # short whole numbers, the common case, need no Decimal
    return None if not is_decimal(text) or has_digits_beyond(text, limit) else amount(exact(text))


def has_digits_beyond(value: Any, limit: int) -> bool:
    """Whether an amount has more digits before its point than the limit. Sums of such amounts could not be shown."""
    if isinstance(value, str) and len(value) <= limit and _is_whole_text(value):
        return False  # as many digits as characters
    if limit > FEW_DIGITS and is_number(value) and -_SMALL < value < _SMALL:
        return False
    return exact(value).adjusted() >= limit


FEW_DIGITS = 15
_SMALL = 10.0**FEW_DIGITS


def _is_whole_text(text: str) -> bool:
    return text.isdecimal() and text.isascii()


def total(amounts: Iterable[Number]) -> int | Decimal:
    """The sum of amounts."""
    return sum(map(summand, amounts))


def exact_sum(one: Any, other: Any, sign: Literal[1, -1] = 1) -> int | Decimal:
    """The exact sum, or with the sign -1 the difference, of two amounts in any form that `exact` takes."""
    first, second = _summand(one), _summand(other)
    if isinstance(first, int) and isinstance(second, int):
        return first + sign * second
    return _SUMS.add(first, second) if sign == 1 else _SUMS.subtract(first, second)


def _summand(value: Any) -> int | Decimal:
    return summand(value) if is_number(value) else exact(value)


_SUMS = Context(prec=10_000)
"""Sums are exact: the default context rounds to 28 digits."""


_LONGEST_TEXT = 80


def shortened(value: Any) -> Any:
    """A value, shortened for a sentence."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[:_LONGEST_TEXT] + "…"
    if isinstance(value, list | dict):
        return type(value).__name__
    return value


def options_text(enum: Sequence[Any]) -> str:
    """A closed list as the vendor's messages print it: `['SUCCESS', 'CANCEL']`."""
    return repr([option for option in enum if option])


def options_listed(enum: Iterable[Any]) -> str:
    """A closed list in sentences of mockservers: `SUCCESS, CANCEL`."""
    return ", ".join(str(option) for option in enum if option)
