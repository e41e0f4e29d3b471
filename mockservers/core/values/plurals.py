"""Counts in sentences: `1 order`, `2 orders`, `once`, `3 times`."""

from __future__ import annotations

_IRREGULAR = {
    "batch": "batches",
    "entry": "entries",
    "loss": "losses",
    "property": "properties",
    "reply": "replies",
    "silent loss": "silent losses",
}


def counted(count: int, noun: str) -> str:
    """Return a count and its noun in the singular or plural; for the noun `time`, `once` or `3 times`."""
    if noun == "time" and count == 1:
        return "once"
    return f"{count} {noun if count == 1 else _IRREGULAR.get(noun, f'{noun}s')}"
