"""JSON values as the store holds them: bytes that are parsed in a microsecond, exactly.

orjson reads its own output back exactly: its integers have 64 bits, and its floats are doubles. Any other value is
written with a leading space, which JSON allows, and `reloads` reads it.
"""

from __future__ import annotations

from typing import Any

import orjson

from mockservers.core.values.json_text import dumps, reloads

_NOT_BY_ORJSON = ord(" ")


def pack(value: Any) -> bytes:
    """Write a JSON value for `unpack`, in a buffer of the right size: those of orjson occupy four kilobytes.

    Cutting off a byte is the cheapest copy.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)[:-1]
    except TypeError:
        return b" " + dumps(value)


def unpack(raw: bytes) -> Any:
    """Read what `pack` wrote."""
    return reloads(raw) if raw[0] == _NOT_BY_ORJSON else orjson.loads(raw)
