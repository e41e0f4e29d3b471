"""Lone surrogates: cutting an emoji in two leaves one, and a JSON escape can write one."""

from __future__ import annotations

import re
from typing import Any

import orjson

_SURROGATE = re.compile("[\ud800-\udfff]")


def has_surrogate(value: Any) -> bool:
    r"""Whether a text in a JSON value, or one of its keys, has a lone surrogate.

    >>> has_surrogate({"note": ["\ud83d"]}), has_surrogate("\U0001f600")
    (True, False)
    """
    if isinstance(value, str):
        return not value.isascii() and _SURROGATE.search(value) is not None
    try:
        orjson.dumps(value, default=_as_null)  # refuses surrogates, in a tenth of the time of a search
    except TypeError:
        return _has_one_inside(value)
    return False


def _as_null(_: Any) -> None:
    """Stand in for a value that orjson does not know, such as a Decimal: it contains no text."""


def _has_one_inside(value: Any) -> bool:
    """Search each text: orjson refuses other values, too, such as integers beyond 64 bits."""
    if isinstance(value, str):
        return has_surrogate(value)
    if isinstance(value, dict):
        return any(map(_has_one_inside, (*value, *value.values())))
    return isinstance(value, list) and any(map(_has_one_inside, value))
