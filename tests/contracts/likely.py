"""The chunks of the corpus, ordered so that an edit of a contract most likely shows in the first ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from mockservers.core.contract.contract import METHODS
from tests.asking import contract
from tests.contracts.corpus import Chunk, corpus
from tests.contracts.observing import replayed

At = tuple[str | int, ...]

_LAST: dict[tuple[Any, ...], str] = {}
"""The chunk that last had a difference, by part of a contract: most likely the next one will be seen there, too."""

_SCHEMAS = ("components", "schemas")


def likely_first(vendor: str, file: str, at: At) -> list[Chunk]:
    """All chunks: the one in which the last edit nearby showed, those that use what is edited, and the others."""
    last, used = _LAST.get((vendor, file, at[:4])), _uses(vendor, file, at[:3])
    return sorted(corpus(vendor), key=lambda chunk: (chunk.name != last, chunk.name not in used))


def has_differed(vendor: str, file: str, at: At, chunk: Chunk) -> None:
    """Remember that an edit showed in a chunk."""
    _LAST[vendor, file, at[:4]] = chunk.name


@cache
def replayed_before(vendor: str, name: str) -> list[str]:
    """What the vendor's own contract answers to a chunk."""
    return list(replayed(vendor, contract(vendor), next(chunk for chunk in corpus(vendor) if chunk.name == name)))


@cache
def _uses(vendor: str, file: str, at: At) -> frozenset[str]:
    """The names of the chunks that send to an operation which has a part of a contract, or whose answers name it."""
    chunks = corpus(vendor)
    if file == "openapi.yaml":
        operations = {name for name, parts in _parts(vendor).items() if at in parts}
        return frozenset(each.name for each in chunks if each.name.partition(" ")[0] in operations)
    name = str(at[1]) if len(at) > 1 else ""
    return frozenset(
        each.name for each in chunks if name and any(name in text for text in replayed_before(vendor, each.name))
    )


@cache
def _parts(vendor: str) -> dict[str, set[At]]:
    """The places of openapi.yaml, three tokens deep, that each operation consists of."""
    known = contract(vendor)
    parts: dict[str, set[At]] = {}
    for path, item in known.openapi["paths"].items():
        for method in METHODS & item.keys():
            reached: set[At] = {("paths", path, method), ("paths", path, "parameters")}
            waiting = [item[method], item.get("parameters", [])]
            while waiting:
                for reference in _references(waiting.pop()):
                    at = tuple(reference.partition("#/")[2].split("/"))[:3]
                    if at not in reached and reference.startswith("#"):
                        reached.add(at)
                        waiting.append(known.resolve(reference))
            parts[item[method]["operationId"]] = reached
    return parts


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref":
                yield item
            else:
                yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
