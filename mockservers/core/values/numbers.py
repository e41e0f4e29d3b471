"""JSON numbers with the exact value of the text that was sent.

A number is an `int`, a `float` if a double holds exactly the value of its text, and else a `Decimal`, so that
`1234567890123456.78` does not change. `exact` returns the value of any of the three.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from math import isfinite
from typing import TypeGuard

Number = int | float | Decimal
_TYPES = frozenset({int, float, Decimal})

_UNBOUNDED = Context(prec=1_000_000, Emax=999_999_999, Emin=-999_999_999, traps=[])
"""Does not round. The default context rounds to 28 digits."""

_WHOLE_DIGITS = 4_000
"""Python refuses to write integers of more than about 4,300 digits."""

_WHOLE = 2.0**53
"""Doubles hold every integer below this exactly."""

_IN_A_DOUBLE = 15
"""Significant digits that every double keeps, for exponents that `_FAR` does not match."""

_FAR = re.compile(rb"(?:^|[\s:,\[])-?[0-9][0-9.]*[eE][+-]?[0-9]{3}")
_LONG = re.compile(rb"(?:^|[\s:,\[])-?[0-9][0-9.]{15,}")
_ZEROED = bytes.maketrans(b"123456789E", b"000000000e")
_EXPONENTS = (b"0e000", b"0e+000", b"0e-000")
_RUN = b"0" * (_IN_A_DOUBLE + 1)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a parsed JSON value is a number. True and false are not."""
    return type(value) in _TYPES


def exact(number: Number) -> Decimal:
    """Return the exact value of a number. A float has the value of its shortest text, which JSON writers print."""
    if isinstance(number, Decimal):
        return number
    return Decimal(number) if isinstance(number, int) else Decimal(repr(number))


def summand(number: Number) -> int | Decimal:
    """Return the exact value of a number, as an `int` for integers and for whole floats of up to 53 bits."""
    if isinstance(number, int):
        return number
    if isinstance(number, float) and number.is_integer() and -_WHOLE < number < _WHOLE:
        return int(number)
    return exact(number)


def number(value: Decimal) -> Number:
    """Return a value as the simplest Python number that holds it: `int` if it is whole, `float` if that is exact."""
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
    """Parse a JSON number with a fraction or an exponent: a float if that is exact. OverflowError beyond doubles."""
    as_float = float(text)
    if as_float in (float("inf"), float("-inf")):
        raise OverflowError(text)
    value = Decimal(text)
    return as_float if _states(as_float, value) else value


def _states(number: float, value: Decimal) -> bool:
    return isfinite(number) and Decimal(repr(number)) == value


def may_exceed_a_double(raw: bytes) -> bool:
    """Whether a JSON text may have a number that neither a double nor 64 bits hold exactly."""
    zeroed = raw.translate(_ZEROED, b".")  # searching this for bytes costs a tenth of matching the patterns
    if any(map(zeroed.__contains__, _EXPONENTS)) and _FAR.search(raw):
        return True
    return _RUN in zeroed and _LONG.search(raw) is not None
