"""What a vendor's contract says of sizes and pace: the most items of a call, the most calls of a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.values.clock import duration

COMMON_LENGTHS = (0, 1, 101)
"""Lengths of books that are tried whatever the vendor's limits are: exporters of a first page end at a hundred."""

LONG = 1001
"""One more than the pages, and the batches, of many a program."""


SHORT = 200
"""Books of more orders take some exporters seconds: of these the longest is enough."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `calls` of one operation in `seconds`, as `rule` has it."""

    rule: str
    calls: int
    seconds: float


def most_items(contract: Contract, operation: str) -> int | None:
    """The most items that a body of an operation may list; None where the contract sets no limit."""
    content = contract.operations[operation].spec.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = contract.resolve(schema["$ref"])
    found = [about["maxItems"] for about in schema.get("properties", {}).values() if "maxItems" in about]
    return min(found, default=None)


def lengths(contract: Contract, operations: Iterable[str], *, long: bool) -> tuple[int, ...]:
    """How many orders the books have that are tried: around each limit, and a `long` one besides."""
    limits = {limit for operation in operations if (limit := most_items(contract, operation))}
    around = {limit + step for limit in limits for step in ((-1, 0, 1) if limit <= SHORT else (1,))}
    return tuple(sorted({*COMMON_LENGTHS, *around, *((LONG,) if long else ())}))


def pace(contract: Contract, limits: Iterable[Mapping[str, Any]], operation: str) -> Pace:
    """How fast calls of an operation may follow each other: with the pause that its rule asks for, or by its limit.

    `limits` are those that a tenant's vendor declares: [{"rule", "limit", "per", "operations"}].
    """
    limit = next(each for each in limits if operation in each["operations"])
    pause = contract.rules[limit["rule"]].values.get("pause")
    if pause is not None:
        return Pace(limit["rule"], 1, duration(pause).total_seconds())
    return Pace(limit["rule"], limit["limit"], duration(limit["per"]).total_seconds())
