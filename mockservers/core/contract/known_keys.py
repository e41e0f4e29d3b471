"""The keys that a vendor's contract knows in request bodies, and the one that is most similar to an ignored key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import FURTHER_KEYS
from mockservers.core.values.nearest import nearest

_SUBSCHEMAS = ("items", "additionalProperties", "contentSchema", "x-oai-itemSchema", "then", "else")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")


@lru_cache(maxsize=64)
def known_keys(contract: Contract) -> frozenset[str]:
    """Return the names of all properties, at every depth, of the request bodies of a contract."""
    names: set[str] = set()
    seen: set[int] = set()
    for operation in contract.operations.values():
        for media in operation.spec.get("requestBody", {}).get("content", {}).values():
            names.update(_names(media.get("schema", {}), contract, seen))
    return frozenset(names)


@lru_cache(maxsize=16_384)  # more than the findings of a ledger, so that reading a full one does not compute them again
def nearest_key(key: str, contract: Contract) -> str | None:
    """Return the known key that is most similar to an unknown one; None for a known key, or if none is similar."""
    known = known_keys(contract)
    return None if not key or key == FURTHER_KEYS or key in known else nearest(key, sorted(known))


def _names(schema: Any, contract: Contract, seen: set[int]) -> Iterator[str]:
    if not isinstance(schema, Mapping) or id(schema) in seen:
        return
    seen.add(id(schema))
    if "$ref" in schema:
        yield from _names(contract.resolve(schema["$ref"]), contract, seen)
    for name, property_schema in schema.get("properties", {}).items():
        yield name
        yield from _names(property_schema, contract, seen)
    for keyword in _SUBSCHEMAS:
        yield from _names(schema.get(keyword), contract, seen)
    for keyword in _LISTS:
        for each in schema.get(keyword, ()):
            yield from _names(each, contract, seen)
