"""Surrogates without their other half: what cutting an emoji leaves, and what JSON can write as an escape."""

from __future__ import annotations

import re
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def has_surrogate(value: Any) -> bool:
    r"""Whether a text in a JSON value, a key included, has a surrogate without its other half.

    >>> has_surrogate({"note": ["\ud83d"]}), has_surrogate("\U0001f600")
    (True, False)
    """
    if isinstance(value, str):
        return not value.isascii() and _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(has_surrogate(key) or has_surrogate(item) for key, item in value.items())
    return isinstance(value, list) and any(map(has_surrogate, value))
