"""Whether a reply tells of an item: read off the reply as it was delivered, by what the contract declares.

An error status tells of the whole request. Beyond that `x-tells` of an operation lists where its replies speak of
single items:

    - path: data.results.failed[*].index          the numbers there are indexes of items
    - path: failedOrders[*].order.externalOrderId  the values there name items …
      names: orders[*].externalOrderId             … as these places of the request do
    - path: results[*].status                      one value an item, in order …
      unless: [ACCEPTED]                           … that tells unless it is one of these

`[*]` over an object that is not a list takes the object for its only element: eSputnik writes one failure so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockservers.core.jsontext import NotJson, loads

MISSING: Any = object()
"""What a path leads to where there is nothing, which is not null."""


@dataclass(frozen=True, slots=True)
class Tell:
    """One place of a reply that speaks of items."""

    path: str
    names: str = ""
    unless: tuple[Any, ...] = ()


def _is_a_name(value: Any, tell: Tell) -> bool:
    """Whether a value can name an item. An item that is null names itself; a key that is null names nothing."""
    return value is not MISSING and (value is not None or tell.names.endswith("[*]"))


def _none_for(value: Any) -> Any:
    return None if value is MISSING else value


def told(tells: Sequence[Tell], reply_body: bytes, request: Any) -> frozenset[int]:
    """The indexes of the items that a delivered reply, itself no error, tells of."""
    if not tells or not reply_body:
        return frozenset()
    try:
        reply = loads(reply_body).value
    except NotJson:
        return frozenset()
    found: set[int] = set()
    for tell in tells:
        values = list(_walk(reply, tell.path))
        if tell.unless:
            found.update(index for index, value in enumerate(values) if _none_for(value) not in tell.unless)
        elif tell.names:
            named = {str(value) for value in values if _is_a_name(value, tell)}
            names = enumerate(_walk(request, tell.names) if named else ())
            found.update(index for index, name in names if _is_a_name(name, tell) and str(name) in named)
        else:
            found.update(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return frozenset(found)


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
