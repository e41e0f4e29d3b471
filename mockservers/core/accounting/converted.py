"""Scalars that are held as another JSON type: a number or boolean as text, a text as a number or boolean.

A `coerced` finding at the place of a value says so. It accepts another type, but not another value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mockservers.core.accounting.forms import Tokens
from mockservers.core.values.formats import decimal, is_decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import exact, is_number, number

_TRUTHS = {"true": True, "false": False}


def converted(value: Any) -> Iterator[Any]:
    """Yield the scalars of other types with the same meaning as a scalar."""
    if isinstance(value, bool):
        yield dumps(value).decode()
    elif is_number(value):
        yield from dict.fromkeys((dumps(value).decode(), dumps(number(exact(value))).decode()))  # 1.0, and 1
    elif isinstance(value, str):
        amount = decimal(value) if is_decimal(value) else None
        if amount is not None:
            yield number(amount)
        elif value.lower() in _TRUTHS:
            yield _TRUTHS[value.lower()]


def with_converted(value: Any, is_converted: Callable[[Tokens], bool], which: int = 0, at: Tokens = ()) -> Any:
    """Return a value with the scalars at some places converted. `which` selects one of several conversions."""
    if isinstance(value, dict):
        return {key: with_converted(item, is_converted, which, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [with_converted(item, is_converted, which, (*at, index)) for index, item in enumerate(value)]
    conversions = list(converted(value)) if is_converted(at) else []
    return conversions[min(which, len(conversions) - 1)] if conversions else value
