"""The limits in a vendor's contract: the maximum items of a call, and the maximum calls in a time span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.values.clock import duration

COMMON_LENGTHS = (0, 1, 101)
"""Numbers of orders that are tested whatever the vendor's limits are: an exporter of one page often ends at 100."""

LONG = 1001
"""One more than the page size, or the batch size, of many programs."""


SHORT = 200
"""More orders than this take some exporters seconds, so only the largest number around a limit is tested."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `calls` of one operation in `seconds`, under `rule`."""

    rule: str
    calls: int
    seconds: float


def most_items(contract: Contract, operation: str) -> int | None:
    """The maximum items in a body of an operation; None if the contract has no limit."""
    content = contract.operations[operation].spec.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = contract.resolve(schema["$ref"])
    found = [about["maxItems"] for about in schema.get("properties", {}).values() if "maxItems" in about]
    return min(found, default=None)


def lengths(contract: Contract, operations: Iterable[str], *, long: bool) -> tuple[int, ...]:
    """The numbers of orders to test: around each limit, and with `long` a large number."""
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
