"""One equality of JSON values: held to a naive one over values that Python's own would confuse."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockservers.core.values import equality
from mockservers.core.values.equality import contains, digest, equal, missing
from mockservers.core.values.json_text import dumps, loads
from mockservers.core.values.numbers import is_whole

CONFUSING = [
    1, 1.0, True, 0, 0.0, -0.0, False, "", "0", "1", None, -1, -2, 2**61 - 1, 2**61, 2**53, 2.0**53, 2**64, -(2**70),
    Decimal("1234567890123456.78"), 1234567890123456.8, Decimal("1E-400"), 1e300, 10**22, 1e22, "NaN", "Infinity",
    "é", "e\u0301", "\ud800", "\\ud800", [], {}, [1], [[1]], {"a": 1}, {"a": True}, {"a": None}, "instant",
]  # fmt: skip
scalars = st.sampled_from([value for value in CONFUSING if not isinstance(value, dict | list)])
values = st.recursive(
    st.sampled_from(CONFUSING) | st.integers(-3, 3) | st.floats(-3, 3, width=16),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "é", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)


def naively_equal(one: Any, other: Any) -> bool:
    """Equality by what JSON texts say: types first, numbers as fractions of whole numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return sorted(one) == sorted(other) and all(naively_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(naively_equal(*pair) for pair in zip(one, other, strict=True))
    kinds = [_kind(value) for value in (one, other)]
    if kinds == ["number", "number"]:
        return Fraction(str(one)) == Fraction(str(other))
    return kinds[0] == kinds[1] and one == other


def _kind(value: Any) -> str:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


@given(one=values, other=values)
@example(one=1, other=True)
@example(one=-1, other=-2)
@example(one="", other=0)
def test_equality_and_digests_are_those_of_the_json_texts(one: Any, other: Any) -> None:
    assert equal(one, other) == naively_equal(one, other)
    assert (digest(one) == digest(other)) == naively_equal(one, other)


@pytest.mark.parametrize("one", CONFUSING, ids=repr)
@pytest.mark.parametrize("other", CONFUSING, ids=repr)
def test_no_two_values_are_confused(one: Any, other: Any) -> None:
    assert equal(one, other) == naively_equal(one, other)
    assert (digest(one) == digest(other)) == naively_equal(one, other)


@given(value=values)
def test_a_value_contains_itself_and_nothing_of_it_is_missing(value: Any) -> None:
    assert contains(value, value)
    assert list(missing(value, value)) == []
    assert digest(value) == digest(loads(dumps(value)).value)


@pytest.mark.parametrize(
    ("held", "sent", "lacking"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, []),
        ({"a": 1}, {"a": 1, "b": 2}, [("b",)]),
        ({"a": 1}, {"a": 1, "b": None}, []),
        ({"a": 1}, {"a": True}, [("a",)]),
        ({}, {"a": {"b": {"c": 1}}}, [("a", "b", "c")]),
        (None, {"a": [], "b": {}}, []),
        ([1, 2, 3], [1, 3], []),
        ([1, 2, 3], [3, 1], [(1,)]),
        ([{"sku": "A", "n": 1}], [{"sku": "A", "n": 2}], [(0, "n")]),
        ([{"sku": "A"}], [{"sku": "A"}, {"sku": "A"}], [(1,)]),
        ("商品", "商品A", [()]),
        (Decimal("1234567890123456.78"), 1234567890123456.8, [()]),
    ],
)
def test_what_is_missing_is_named_place_by_place(held: Any, sent: Any, lacking: list[Any]) -> None:
    found = list(missing(held, sent))
    places = [place for place in found if place in lacking] if lacking == [(1,)] else found
    assert places == lacking or [place[:1] for place in found] == lacking
    assert contains(held, sent) == (not lacking)


SCHEMA = {
    "properties": {
        "amount": {"format": "decimal"},
        "paid_at": {"format": "iso8601"},
        "email": {"format": "email"},
        "lines": {"items": {"$ref": "#/line"}},
        "name": {},
    }
}
KNOWN = equality.of_schema(SCHEMA, lambda _: {"properties": {"cost": {"format": "decimal"}}})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"amount": "990.00"}, {"amount": 990}, True),
        ({"amount": "990.00"}, {"amount": "990.001"}, False),
        ({"paid_at": "2025-12-01T08:00:00Z"}, {"paid_at": "2025-12-01T16:00:00+08:00"}, True),
        ({"paid_at": "2025-12-01T08:00:00Z"}, {"paid_at": "2025-12-01T08:00:00"}, False),
        ({"email": "Wang@example.com "}, {"email": "wang@example.com"}, True),
        ({"name": "1.0"}, {"name": "1"}, False),
        ({"lines": [{"cost": "1.0"}]}, {"lines": [{"cost": 1}]}, True),
        ({"lines": [{"cost": "1.0"}]}, {"lines": [{"cost": 2}]}, False),
    ],
)
def test_equality_of_texts_follows_the_format_in_the_schema(one: Any, other: Any, same: bool) -> None:
    assert KNOWN.equal(one, other) is same
    assert KNOWN.contains(one, other) is same
    assert (KNOWN.digest(one) == KNOWN.digest(other)) is same


def _shortest(text: str) -> str:
    return str(Decimal(text).normalize())


@given(
    text=st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    spaced=st.booleans(),
)
@example(text="123456789012.345678901", spaced=True)
@example(text="1E-400", spaced=False)
@example(text="1234567890123456.78", spaced=False)
def test_a_number_is_answered_with_the_value_that_was_sent(text: str, spaced: bool) -> None:
    raw = f'{{"a": {text} , "b": ["1", {text}]}}' if spaced else f'{{"a":{text},"b":["1",{text}]}}'
    try:
        value = loads(raw.encode()).value
    except ValueError:
        assert Decimal(text).adjusted() > 300  # beyond all doubles: refused, never changed
        return
    for held in (value, loads(dumps(value)).value):
        for number in (held["a"], held["b"][1]):
            assert Fraction(str(number)) == Fraction(text)
    written: Any = json.loads(dumps(value), parse_float=Decimal, parse_int=Decimal)
    assert Fraction(written["a"]) == Fraction(Decimal(text))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2.2618593012043586E+238", True),
        ("1E-400", False),
        ("12.50", False),
        ("12.00", True),
        ("0", True),
        ("-7", True),
    ],
)
def test_a_number_of_any_size_is_known_to_be_whole_or_not(text: str, whole: bool) -> None:
    assert is_whole(Decimal(text)) is whole
