"""Bytes that are no UTF-8 text but a well-known format, by their first bytes: what clients send by mistake."""

from __future__ import annotations

_BY_START = {
    b"\x1f\x8b": "compressed with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"PK\x03\x04": "a ZIP archive",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def other_format(raw: bytes) -> str:
    r"""Return the format, such as `compressed with gzip`; empty if it is not one of these.

    >>> other_format(b"\x1f\x8b\x08\x00")
    'compressed with gzip'
    """
    return next((name for start, name in _BY_START.items() if raw.startswith(start)), "")
