"""Requests drawn from the contracts, with a value of its own at each place that takes one, and keys nobody knows.

Now and then a value is sent as another JSON type: a number as text, a text as the number that it states, true as text.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.core.accounting.converted import converted
from mockservers.core.accounting.forms import text
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.values.formats import FORMATS, decimal
from mockservers.core.values.json_text import dumps, loads
from mockservers.testing.json_values import Draw
from tests.asking import contract
from tests.json_values import instances
from tests.pages import bodies
from tests.sending import Sending
from tests.traffic import sendings


@st.composite
def conversations(draw: Draw, vendor: str) -> list[Sending]:
    """Up to three calls: one, then the same with less, with more, with other values, or something else."""
    numbers = itertools.count(draw(st.integers(1, 9)) * 100_000 + 7_001)
    first = draw(unique_sendings(vendor, numbers))
    calls = [first]
    for _ in range(draw(st.integers(0, 2))):
        again = draw(st.sampled_from(["again", "less", "more", "other", "another"]))
        other = again == "another"
        calls.append(draw(unique_sendings(vendor, numbers)) if other else _sent_again(draw, first, again, numbers))
    return calls


@st.composite
def unique_sendings(
    draw: Draw, vendor: str, numbers: Iterator[int], replaced: Callable[[Any], bool] = lambda _value: False
) -> Sending:
    """A call that stores something, valid but for keys that nobody knows; most of its values are its own.

    `replaced` says which values have to be.
    """
    found = contract(vendor)
    storing = [each for each in found.operations.values() if "requestBody" in each.spec]
    about = draw(st.sampled_from(storing))
    call: Sending = draw(sendings(vendor, about.id))
    values = instances(vendor, _schema(found, about), 0)
    usual = [st.just(body) for body in bodies(vendor, about.id)]
    drawn = st.one_of(values, *usual)
    query = {f"unknown{next(numbers)}": str(next(numbers))} if draw(st.integers(0, 9)) == 0 else {}
    call = replace(call, raw=None, query={**call.query, **query})
    if about.upload:
        lines = draw(st.lists(drawn, min_size=1, max_size=4))
        return _with_lines(call, [_made_unique(draw, line, numbers, replaced) for line in lines])
    return replace(call, json=_made_unique(draw, draw(drawn), numbers, replaced))


def countable(value: Any, known: AbstractSet[str | None]) -> bool:
    """Whether a value could be met as a number that a vendor gives out: a small one that was nowhere before."""
    amount = decimal(value)
    return amount is not None and abs(amount) < _FIRST and text(value) not in known


def _sent_again(draw: Draw, call: Sending, how: str, numbers: Iterator[int]) -> Sending:
    about = call.about
    body: Any = [_line(each) for each in (call.raw or b"").split(b"\n")] if about.upload else copy.deepcopy(call.json)
    for parent, key in list(_places(body)):
        if draw(st.integers(0, 2)):
            continue
        if how == "less" and isinstance(parent, dict) and key in parent:
            del parent[key]
        elif how == "other":
            _put_unique(draw, parent, key, numbers)
    if how == "more":
        _add_unknown_keys(draw, body, numbers, 2)
    return _with_lines(call, body) if about.upload else replace(call, json=body)


def _made_unique(draw: Draw, body: Any, numbers: Iterator[int], replaced: Callable[[Any], bool]) -> Any:
    body = copy.deepcopy(body)
    for parent, key in list(_places(body)):
        if draw(st.integers(0, 3)) or replaced(parent[key]):
            _put_unique(draw, parent, key, numbers)
    converting = draw(st.integers(0, 4)) == 0
    for parent, key in list(_places(body)) if converting else ():
        if draw(st.integers(0, 4)) == 0:
            parent[key] = next(converted(parent[key]), parent[key])
    if draw(st.booleans()):
        _add_unknown_keys(draw, body, numbers, 6)
    return body


def _put_unique(draw: Draw, parent: Any, key: Any, numbers: Iterator[int]) -> None:
    """Put a value of the same kind in place of another: one that is a date, an option or a list stays what it is."""
    value, number = parent[key], next(numbers)
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        parent[key] = number
    elif isinstance(value, float):
        parent[key] = number + 0.25
    elif FORMATS["email"](value):
        parent[key] = f"u{number}@example.com"
    elif FORMATS["decimal"](value):
        parent[key] = f"{number}.50"
    elif not (FORMATS["iso8601"](value) or value.isupper() or value in _OPTIONS or "," in value):
        parent[key] = draw(st.sampled_from([f"Значення-{number}", f"名{number}", str(number)]))


_FIRST = 100_000
"""No number of ours is smaller, and no vendor gives out as many."""

_OPTIONS = frozenset(
    {"skip", "update", "paid", "pending", "failed", "refunded", "cancelled", "email", "sms", "monthly"}
)


def _add_unknown_keys(draw: Draw, body: Any, numbers: Iterator[int], one_in: int) -> None:
    for node in list(_objects(body)):
        if draw(st.integers(1, one_in)) == 1:
            number = next(numbers)
            stating: list[Any] = [f"невідоме-{number}", number, {"x": f"y{number}"}, [number]]
            node[f"unknown{number}"] = draw(st.sampled_from([*stating, None, "", {}, [], {"x": None}]))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(item, dict | list):
            yield from _places(item)
        else:
            yield node, key


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(item)


def _line(raw: bytes) -> Any:
    return loads(raw).value


def _with_lines(call: Sending, lines: list[Any]) -> Sending:
    return replace(call, raw=b"\n".join(map(dumps, lines)))


def _schema(found: Contract, about: Operation) -> Mapping[str, Any]:
    content = next(iter(about.spec["requestBody"]["content"].values()))["schema"]
    schema: Mapping[str, Any] = content["properties"][about.upload]["x-oai-itemSchema"] if about.upload else content
    return schema
