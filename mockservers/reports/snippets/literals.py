"""A JSON value as a literal of a language: on one line if it is short, otherwise one line per item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WIDTH = 88


def literal(value: Any, leaf: Callable[[Any], str], depth: int = 0) -> str:
    """The literal. `leaf` writes keys, and values that are neither an object nor an array."""
    flat = _flat(value, leaf)
    if not isinstance(value, dict | list) or not value or len(flat) + 4 * depth <= WIDTH:
        return flat
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    inner = "    " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{leaf(key)}: {literal(item, leaf, depth + 1)}" for key, item in value.items()]
    else:
        items = [literal(item, leaf, depth + 1) for item in value]
    lines = "".join(f"{inner}{item},\n" for item in items)
    return f"{opening}\n{lines}{'    ' * depth}{closing}"


def _flat(value: Any, leaf: Callable[[Any], str]) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{leaf(key)}: {_flat(item, leaf)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(item, leaf) for item in value) + "]"
    return leaf(value)
