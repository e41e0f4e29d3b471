"""Which items a reply reports as lost: read off the reply as it was delivered, by what the contract declares.

An error status reports the whole request. Beyond that `x-reports` of an operation lists where its replies speak of
single items:

    - path: data.results.failed[*].index     the numbers there are indexes of items
    - path: results[*].status                one value for each item, in order …
      unless: [ACCEPTED]                     … that reports it unless it is one of these
    - path: failedOrders[*].order            whole documents stand there …
      names: orders[*]                       … as these places of the request have them
      without: [error]                       … but for keys that the vendor adds

`[*]` over an object that is not a list takes the object for its only element: eSputnik writes one failure so. An item
is known by its index or by the whole of what was echoed, never by a value that several items may share. Of items that
are equal in everything, an echo reports one that is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockservers.core.exchange.decision import Decision
from mockservers.core.values.equality import digest
from mockservers.core.values.json_text import NotJson, loads

_HELD = frozenset({"kept", "updated"})

MISSING: Any = object()
"""What a path leads to where there is nothing, which is not null."""


@dataclass(frozen=True, slots=True)
class Report:
    """One place of a reply that speaks of items."""

    path: str
    names: str = ""
    unless: tuple[Any, ...] = ()
    without: tuple[str, ...] = ()


def is_to_report(decision: Decision) -> bool:
    """Whether a decision has anything that a reply could report. Where all that was sent is held, it has not."""
    return bool(decision.notes) or any(outcome.kind not in _HELD for outcome in decision.outcomes)


def reported(reports: Sequence[Report], reply_body: bytes, request: Any, lost: Container[int]) -> frozenset[int]:
    """The indexes of the items that a delivered reply, itself no error, reports. `lost` are the items that are."""
    if not reports or not reply_body:
        return frozenset()
    try:
        reply = loads(reply_body).value
    except NotJson:
        return frozenset()
    found: set[int] = set()
    for report in reports:
        values = list(_walk(reply, report.path))
        if report.unless:
            found.update(index for index, value in enumerate(values) if _none_for(value) not in report.unless)
        elif report.names:
            found.update(_echoed(report, values, request, lost))
        else:
            found.update(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return frozenset(found)


def _echoed(report: Report, echoes: Sequence[Any], request: Any, lost: Container[int]) -> Iterator[int]:
    """The items that documents of a reply repeat: each document one item, those first that are lost."""
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


def _none_for(value: Any) -> Any:
    return None if value is MISSING else value


def _walk(value: Any, path: str) -> Iterator[Any]:
    """The values at a dotted path, `[*]` fanning out. Elements of a list keep their places: what lacks is MISSING."""
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
