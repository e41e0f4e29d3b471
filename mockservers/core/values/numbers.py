"""JSON numbers by their exact value, from the text that was sent on.

A number is an `int`, a `float` where a double holds just the value that its text states, and a `Decimal` otherwise, so
that `1234567890123456.78` stays what it is. `exact` gives the value of any of the three.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from math import isfinite
from typing import TypeGuard

Number = int | float | Decimal
_TYPES = frozenset({int, float, Decimal})

_UNBOUNDED = Context(prec=1_000_000, Emax=999_999_999, Emin=-999_999_999, traps=[])
"""Whatever was sent fits: rounding to 28 digits is the default context's."""

_WHOLE_DIGITS = 4_000
"""Python writes whole numbers of some 4,300 digits, and no more."""

_WHOLE = 2.0**53
"""Below this each whole number is a double of its own."""

_IN_A_DOUBLE = 15
"""Significant digits that every double keeps, in the range of exponents that `_FAR` lets through."""

_FAR = re.compile(rb"(?:^|[\s:,\[])-?[0-9][0-9.]*[eE][+-]?[0-9]{3}")
_LONG = re.compile(rb"(?:^|[\s:,\[])-?[0-9][0-9.]{15,}")
_ZEROED = bytes.maketrans(b"123456789E", b"000000000e")
_EXPONENTS = (b"0e000", b"0e+000", b"0e-000")
_RUN = b"0" * (_IN_A_DOUBLE + 1)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a parsed JSON value is a number: true and false are none."""
    return type(value) in _TYPES


def exact(number: Number) -> Decimal:
    """The value that a number states. A float states the shortest text that leads to it, as JSON writers print it."""
    if isinstance(number, Decimal):
        return number
    return Decimal(number) if isinstance(number, int) else Decimal(repr(number))


def summand(number: Number) -> int | Decimal:
    """The value that a number states, as an `int` where that is cheap: whole floats of up to 53 bits are."""
    if isinstance(number, int):
        return number
    if isinstance(number, float) and number.is_integer() and -_WHOLE < number < _WHOLE:
        return int(number)
    return exact(number)


def number(value: Decimal) -> Number:
    """A value as the simplest Python number that holds it: `int` where it is whole, `float` where that is exact."""
    if not value.is_finite():
        return value
    if is_whole(value) and value.adjusted() < _WHOLE_DIGITS:
        return int(value)
    as_float = float(value)
    return as_float if _states(as_float, value) else value


def is_whole(value: Decimal) -> bool:
    """Whether a finite value has no fraction."""
    return value == value.to_integral_value(context=_UNBOUNDED)


def parsed_float(text: str) -> float | Decimal:
    """A JSON number with a fraction or an exponent: a float where that is exact. OverflowError beyond all doubles."""
    as_float = float(text)
    if as_float in (float("inf"), float("-inf")):
        raise OverflowError(text)
    value = Decimal(text)
    return as_float if _states(as_float, value) else value


def _states(number: float, value: Decimal) -> bool:
    return isfinite(number) and Decimal(repr(number)) == value


def may_exceed_a_double(raw: bytes) -> bool:
    """Whether a JSON text may have a number that a double or 64 bits would change. Cheap where it has none."""
    zeroed = raw.translate(_ZEROED, b".")  # looking for bytes in this costs a tenth of what the patterns cost
    if any(map(zeroed.__contains__, _EXPONENTS)) and _FAR.search(raw):
        return True
    return _RUN in zeroed and _LONG.search(raw) is not None
