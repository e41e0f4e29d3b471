"""What the journal proves about a difference: which calls named the record, and what they sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote

from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.conformance.comparison import Comparison, Difference, Fields, is_right, shown

LINES_MOST = 4
Exchange = Mapping[str, Any]


def evidence(
    exchanges: Sequence[Exchange], found: Comparison, held: Callable[[Mapping[str, Any]], Fields]
) -> list[str]:
    """One line per difference that the journal explains, up to LINES_MOST.

    `no call named O-1`, `O-1 was named by call 2`, `call 3 sent total 0, expected 0.10`, `call 4 sent status paid, as
    expected` where the vendor did not take it. `held` reads a document.
    """
    named = (line for name in dict.fromkeys(key[0] for key in found.missing) for line in _named(exchanges, name))
    sent = (line for difference in found.different for line in _sent(exchanges, difference, found, held))
    return list(islice(chain(named, sent), LINES_MOST))  # thousands of orders may be missing


def calls_that_name(exchanges: Sequence[Exchange], names: Iterable[str]) -> set[int]:
    """The numbers of the calls whose path or body names any of these ids."""
    patterns = [_pattern(name) for name in names]
    return {exchange["id"] for exchange in exchanges if any(_names(exchange, pattern) for pattern in patterns)}


def _named(exchanges: Sequence[Exchange], name: str) -> list[str]:
    pattern = _pattern(name)
    calls = [str(exchange["id"]) for exchange in exchanges if _names(exchange, pattern)]
    if calls:
        return [f"{name} was named by call {', '.join(calls[:5])}{' and others' if len(calls) > 5 else ''}"]
    return [f"no call named {name}"] if all(map(_is_whole, exchanges)) else []


def _pattern(name: str) -> re.Pattern[str]:
    spellings = "|".join(re.escape(each) for each in {name, json.dumps(name)[1:-1]})
    return re.compile(rf"(?<![\w-])(?:{spellings})(?![\w-])")


def _names(exchange: Exchange, pattern: re.Pattern[str]) -> bool:
    request = exchange["request"]
    return bool(pattern.search(request["body"]) or pattern.search(unquote(request["path"])))


def _is_whole(exchange: Exchange) -> bool:
    """Whether the journal has the whole body: it keeps only the start of a long one."""
    request = exchange["request"]
    return bool(len(request["body"].encode("utf-8", "surrogatepass")) >= request["body_size"])


def _sent(
    exchanges: Sequence[Exchange],
    difference: Difference,
    found: Comparison,
    held: Callable[[Mapping[str, Any]], Fields],
) -> list[str]:
    """What the last call that names it sent in the field; nothing where several share the key, or no document says."""
    if difference.key in found.counts:
        return []
    for exchange in reversed(exchanges):
        for document in _documents(exchange["request"]["body"]):
            fields = _read(held, document)
            sent = fields.get(difference.field)
            if sent is not None and tuple(str(fields.get(name)) for name in found.by) == difference.key:
                right = is_right(difference.expected, sent)
                expected = "as expected" if right else f"expected {shown(difference.expected)}"
                return [f"call {exchange['id']} sent {difference.field} {shown(sent)}, {expected}"]
    return []


def _read(held: Callable[[Mapping[str, Any]], Fields], document: Mapping[str, Any]) -> Fields:
    try:
        return held(document)
    except (KeyError, TypeError, ValueError, AttributeError):  # it is a document of another kind
        return {}


def _documents(body: str) -> Iterator[Mapping[str, Any]]:
    """All JSON objects in a body: in a document, in lines of JSON, or in the parts of a multipart body."""
    whole = list(_values(body))
    for value in whole or [value for line in body.splitlines() for value in _values(line)]:
        yield from _objects(value)


def _values(text: str) -> Iterator[Any]:
    try:
        yield loads(text.encode("utf-8", "replace")).value
    except NotJson:
        return


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _objects(each)
