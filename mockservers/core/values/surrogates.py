"""Surrogates without their other half: what cutting an emoji leaves, and what JSON can write as an escape."""

from __future__ import annotations

import re
from typing import Any

import orjson

_SURROGATE = re.compile("[\ud800-\udfff]")


def has_surrogate(value: Any) -> bool:
    r"""Whether a text in a JSON value, a key included, has a surrogate without its other half.

    >>> has_surrogate({"note": ["\ud83d"]}), has_surrogate("\U0001f600")
    (True, False)
    """
    if isinstance(value, str):
        return not value.isascii() and _SURROGATE.search(value) is not None
    try:
        orjson.dumps(value, default=_as_null)  # a tenth of the time of looking at each text, and refuses surrogates
    except TypeError:
        return _has_one_inside(value)
    return False


def _as_null(_: Any) -> None:
    """What is no JSON to orjson, a Decimal say, has no text in it."""


def _has_one_inside(value: Any) -> bool:
    """Slowly: orjson refuses other values, too, such as integers beyond 64 bits."""
    if isinstance(value, str):
        return has_surrogate(value)
    if isinstance(value, dict):
        return any(map(_has_one_inside, (*value, *value.values())))
    return isinstance(value, list) and any(map(_has_one_inside, value))
