"""Documents without nulls and ignored keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress
from typing import Any

from mockservers.core.values.equality import contains

At = tuple[str | int, ...]

_NULL_OR_NESTED = frozenset({type(None), dict, list})


def pruned(value: Any) -> Any:
    """Return a copy of a value without null fields, at every depth. Null elements of lists stay."""
    if isinstance(value, dict):
        kept = value.copy()
        is_null_or_nested = map(_NULL_OR_NESTED.__contains__, map(type, value.values()))
        for name, item in compress(value.items(), is_null_or_nested):
            if item is None:
                del kept[name]
            else:
                kept[name] = pruned(item)
        return kept
    return list(map(pruned, value)) if isinstance(value, list) else value


def is_empty(value: Any) -> bool:
    """Whether a value is null, or contains only nulls: such a value counts as missing."""
    return contains(None, value)


def without(value: Any, places: Iterable[At]) -> Any:
    """Return a copy without the places; unchanged parts are shared."""
    by_first: dict[str | int, list[At]] = {}
    for first, *rest in places:
        by_first.setdefault(first, []).append(tuple(rest))
    if not by_first:
        return value
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    kept = {
        name: without(item, by_first[name]) if name in by_first else item
        for name, item in pairs
        if () not in by_first.get(name, ())
    }
    return kept if isinstance(value, dict) else list(kept.values())


def empties(value: Any, at: At = ()) -> Iterator[At]:
    """The places at which a document is empty: null, an empty object or an empty list."""
    if isinstance(value, dict):
        for name, item in value.items():
            if item is None or item in ({}, []):
                yield (*at, name)
            else:
                yield from empties(item, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from empties(item, (*at, index))
