"""What a `$ref` of a contract may name: a place that is there, and of the kind that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import resolve

_KINDS = ("responses", "parameters")
"""The components that only stand in for a member of the object or list of that name."""

At = tuple[str | int, ...]
Wrong = tuple[str, str] | None


def wrong_reference(given: str, content: Any, files: Mapping[str, Any]) -> Wrong:
    """(reason, fix) if there is nothing at `file#/pointer`; without a file the place is in `content`."""
    file, _, place = given.partition("#")
    try:
        resolve(files[file] if file else content, place)
    except (KeyError, IndexError, ValueError, TypeError):
        return f"unresolved $ref {given}", "Point it at a place that the contract has."
    return None


def wrong_kind(at: At, given: str) -> Wrong:
    """(reason, fix) if the `$ref` of the object at a place names something of another kind."""
    wanted = next((kind for kind in _KINDS if at[-2:-1] == (kind,)), "")
    place = given.partition("#")[2].split("/")[1:]
    named = place[1] if len(place) == 3 and place[0] == "components" and place[1] in _KINDS else ""
    if wanted == named:
        return None
    kind = f"one of components/{wanted}" if wanted else "a schema or a value"
    return f"{given} is not {kind}, which stands here", f"Fix: name {kind}."
