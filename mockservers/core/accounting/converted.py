"""Scalars that are held as another JSON type: a number or true as text, a text as the number or truth that it states.

A `coerced` finding at its place says so of a value. It excuses the type and nothing else.
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
    """The scalars of other types that state what a scalar states."""
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
    """A value with the scalars at some places converted: to the one of the possible forms that `which` counts."""
    if isinstance(value, dict):
        return {key: with_converted(item, is_converted, which, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [with_converted(item, is_converted, which, (*at, index)) for index, item in enumerate(value)]
    ways = list(converted(value)) if is_converted(at) else []
    return ways[min(which, len(ways) - 1)] if ways else value
