"""The items that a delivered reply reports as lost, by the declarations of the contract.

An error status reports the whole request. For other replies, `x-reports` of an operation lists the places that report
single items:

    - path: data.results.failed[*].index     the numbers there are indexes of items
    - path: results[*].status                one value for each item, in order …
      unless: [ACCEPTED]                     … which reports the item unless it is one of these
    - path: failedOrders[*].order            documents of the request, repeated …
      names: orders[*]                       … from these places of the request
      without: [error]                       … except for keys that the vendor adds

`[*]` on an object that is not a list treats it as the only element: one vendor writes a single failure like that. An
item is identified by its index or by a whole repeated document, never by a value that several items may share. Of equal
items, a repeated document reports one that is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from mockservers.core.exchange.decision import Decision
from mockservers.core.value import Value
from mockservers.core.values.equality import digest
from mockservers.core.values.json_text import NotJson, loads

_HELD = frozenset({"kept", "updated"})

MISSING: Any = object()
"""The result of a path without a value, unlike null."""


class Report(Value):
    """One place of a reply that reports items."""

    path: str
    names: str = ""
    unless: tuple[Any, ...] = ()
    without: tuple[str, ...] = ()


def can_be_reported(decision: Decision) -> bool:
    """Whether a decision has anything that a reply could report. It has nothing if everything is held."""
    return bool(decision.notes) or any(outcome.kind not in _HELD for outcome in decision.outcomes)


def reported(reports: Sequence[Report], reply_body: bytes, request: Any, lost: Container[int]) -> frozenset[int]:
    """Return the indexes of the items that a delivered success reports. `lost` are the lost items."""
    if not reports or not reply_body:
        return frozenset()
    try:
        reply = loads(reply_body).value
    except NotJson:
        return frozenset()
    indexes: set[int] = set()
    for report in reports:
        values = list(_walk(reply, report.path))
        if report.unless:
            indexes.update(index for index, value in enumerate(values) if _without_missing(value) not in report.unless)
        elif report.names:
            indexes.update(_echoed(report, values, request, lost))
        else:
            indexes.update(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return frozenset(indexes)


def _echoed(report: Report, echoes: Sequence[Any], request: Any, lost: Container[int]) -> Iterator[int]:
    """Yield the items that documents of a reply repeat: one item per document, lost ones first."""
    if not echoes:
        return
    named: defaultdict[bytes, list[int]] = defaultdict(list)
    for index, item in enumerate(_walk(request, report.names)):
        if item is not MISSING:
            named[_identity(item, report.without)].append(index)
    for indexes in named.values():
        indexes.sort(key=lambda index: (index in lost, -index))
    for echo in echoes:
        indexes = [] if echo is MISSING else named.get(_identity(echo, report.without), [])
        if indexes:
            yield indexes.pop()


def _identity(document: Any, without: Sequence[str]) -> bytes:
    if isinstance(document, Mapping) and without:
        document = {key: value for key, value in document.items() if key not in without}
    return digest(document)


def _without_missing(value: Any) -> Any:
    return None if value is MISSING else value


def _walk(value: Any, path: str) -> Iterator[Any]:
    """Yield the values at a dotted path, in which `[*]` is each element. Elements without a value yield MISSING."""
    nodes = [value]
    for step in path.split("."):
        name, fan, _ = step.partition("[*]")
        nodes = [node.get(name, MISSING) if isinstance(node, dict) else MISSING for node in nodes]
        if fan:
            nodes = [item for node in nodes for item in _elements(node)]
    yield from nodes


def _elements(node: Any) -> list[Any]:
    if node is None or node is MISSING:
        return []
    return node if isinstance(node, list) else [node]
