"""`$ref`s from one contract file to another. Each says where a value is written, and that the mock reads it there.

    limit: {$ref: "openapi.yaml#/components/schemas/Orders/properties/orders/maxItems"}      in rules.yaml

An overlay must keep them: a literal in their place would contradict the file that the mock reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.printable import shortened

_REFERRING = ("vendor.yaml", "rules.yaml", "openapi.yaml")
_TARGETS = ("openapi.yaml", "rules.yaml", "errors.yaml", "vendor.yaml")
"""The files that every contract has. A file of schemas is another matter: openapi.yaml refers to it by choice."""

At = tuple[str | int, ...]


def check_cross_references(vendor: str, files: Mapping[str, Any], overridden: Mapping[str, Any]) -> None:
    """Raise ContractError for a reference that an overlay replaced, or that has no target.

    `overridden` has the original content of the files that an overlay overrides.
    """
    for file in overridden:
        if file in _REFERRING:
            _check_kept(vendor, file, files[file], overridden[file])
    for file in _REFERRING:
        for at, reference in _references(files[file], ()):
            target, _, place = reference.partition("#")
            if target in _TARGETS and not has_place(files[target], place):
                fix = "Fix: refer to a place that the contract has."
                raise ContractError(f"{vendor}/{file}", pointer(*at), f"unresolved $ref {reference}", fix)


def is_crossing(reference: Any) -> bool:
    """Whether a `$ref` of openapi.yaml refers to one of the other files."""
    return isinstance(reference, str) and reference.partition("#")[0] in _TARGETS


def _check_kept(vendor: str, file: str, content: Any, original: Any) -> None:
    for at, reference in _references(original, ()):
        target, _, place = reference.partition("#")
        if target not in _TARGETS or target == file or not has_place(content, pointer(*at)):
            continue  # a missing value has an error of its own
        value = resolve(content, pointer(*at))
        if value != {"$ref": reference}:
            shown = shortened(dumps(value).decode("utf-8", "replace"), 80)
            reason = f"{shown} would contradict {reference}, which the mock reads"
            fix = f'Fix: put {{$ref: "{reference}"}} back, and edit {place} of {target}.'
            raise ContractError(f"{vendor}/{file}", pointer(*at), reason, fix)


def _references(node: Any, at: At) -> Iterator[tuple[At, str]]:
    """Yield (place, reference) of each `$ref` to another file. Uses a stack: most contracts have thousands of nodes."""
    waiting = [(at, node)]
    while waiting:
        at, node = waiting.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if len(node) == 1 and isinstance(reference, str) and not reference.startswith("#"):
                yield at, reference
            waiting.extend(((*at, key), item) for key, item in node.items() if isinstance(item, dict | list))
        elif isinstance(node, list):
            waiting.extend(((*at, index), item) for index, item in enumerate(node) if isinstance(item, dict | list))


def has_place(content: Any, place: str) -> bool:
    """Whether a value has something at a JSON pointer."""
    try:
        resolve(content, place)
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True
