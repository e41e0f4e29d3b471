"""JSON values as the store holds them: bytes that are read back in a microsecond, and exactly.

What orjson writes by itself it also reads back whole: its integers have 64 bits, and its floats are doubles. All else
starts with a space, which JSON allows there and no writer of ours puts there, and is read by `reloads`.
"""

from __future__ import annotations

from typing import Any

import orjson

from mockservers.core.values.json_text import dumps, reloads

_WITH_CARE = ord(" ")


def pack(value: Any) -> bytes:
    """Write a JSON value for `unpack`, in a buffer of its own size: what orjson returns holds four kilobytes.

    Cutting off a byte is the cheapest way to have it copied.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)[:-1]
    except TypeError:
        return b" " + dumps(value)


def unpack(raw: bytes) -> Any:
    """Read what `pack` wrote."""
    return reloads(raw) if raw[0] == _WITH_CARE else orjson.loads(raw)
