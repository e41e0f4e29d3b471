"""The items of a call as they were sent, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockservers.core.accounting.forms import Tokens
from mockservers.core.contract.contract import Operation
from mockservers.core.exchange.call import Body, Json, Upload
from mockservers.core.state.held_files import READ_AT_ONCE
from mockservers.core.value import Value
from mockservers.core.values.json_text import NotJson, loads, pointer, tokens_of


class SentItem(Value):
    """One item as it was sent: its index, its place in the body, and its place in findings."""

    index: int
    at: Tokens
    value: Any
    named: str


def sent_items(body: Body | None, operation: Operation) -> Iterator[SentItem]:
    """Yield the items of a body: the lines of an upload, or the values where the operation has its items."""
    if isinstance(body, Upload):
        yield from _lines(body)
    elif isinstance(body, Json):
        for index, (at, value) in enumerate(_at_pattern(body.value, tuple(tokens_of(operation.items)))):
            yield SentItem(index, at, value, pointer(*at))


def placed(named: str, at: Tokens) -> str:
    """Return a place in an item, as findings name it."""
    return f"{named} {pointer(*at)}" if named.startswith("line ") else named + pointer(*at)


def _at_pattern(value: Any, pattern: tuple[str, ...], at: Tokens = ()) -> Iterator[tuple[Tokens, Any]]:
    if not pattern:
        yield at, value
    elif pattern[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _at_pattern(item, pattern[1:], (*at, index))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _at_pattern(value[pattern[0]], pattern[1:], (*at, pattern[0]))


def _lines(body: Upload) -> Iterator[SentItem]:
    index = 0
    with body.part.content.open() as reader:
        for number, line in enumerate(iter(lambda: reader.readline(READ_AT_ONCE * 64), b""), 1):
            if line.strip():
                try:
                    value = loads(line.strip()).value
                except NotJson:
                    value = None
                yield SentItem(index, (), value, f"line {number}")
                index += 1
