"""Checks of a contract's `$ref`s: the place must exist, and be of the right kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import resolve

_KINDS = ("responses", "parameters")
"""The components that can only replace a member of an object or list of the same name."""

At = tuple[str | int, ...]
Wrong = tuple[str, str] | None


def wrong_reference(reference: str, content: Any, files: Mapping[str, Any]) -> Wrong:
    """Return (reason, fix) if there is nothing at `file#/pointer`; without a file, in `content`."""
    file, _, place = reference.partition("#")
    try:
        resolve(files[file] if file else content, place)
    except (KeyError, IndexError, ValueError, TypeError):
        return f"unresolved $ref {reference}", "Fix: refer to a place that the contract has."
    return None


def wrong_kind(at: At, reference: str) -> Wrong:
    """Return (reason, fix) if the `$ref` of the object at a place has a target of another kind."""
    expected = next((kind for kind in _KINDS if at[-2:-1] == (kind,)), "")
    place = reference.partition("#")[2].split("/")[1:]
    named = place[1] if len(place) == 3 and place[0] == "components" and place[1] in _KINDS else ""
    if expected == named:
        return None
    kind = f"one of components/{expected}" if expected else "a schema or a value"
    return f"{reference} is not {kind}, which is expected here", f"Fix: name {kind}."


def misplaced_file(at: At, reference: str, content: Any) -> Wrong:
    """Return (reason, fix) if a `$ref` of openapi.yaml names another file where no schema of an upload's lines can be.

    Extensions such as `x-rate-limits` refer to values of other files. Of schemas only those are read from files; the
    schemas of all other bodies are compiled from openapi.yaml alone.
    """
    file = reference.partition("#")[0]
    is_value = any(str(token).startswith("x-") for token in at[:1]) and file in (
        "errors.yaml",
        "rules.yaml",
        "vendor.yaml",
    )
    if "openapi" not in content or not file or is_value:
        return None
    if at[:2] == ("components", "schemas") and "properties" not in at and _has_uploads(content):
        return None
    reason = f"{reference} is another file, and only the schema of an upload's lines is read from a file"
    return reason, "Fix: put the schema into components/schemas, and refer to it there."


def _has_uploads(content: Mapping[str, Any]) -> bool:
    methods = (each for item in content.get("paths", {}).values() for each in item.values())
    return any("x-upload" in each for each in methods if isinstance(each, dict))
