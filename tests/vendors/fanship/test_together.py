"""Lines are looked at together where nothing is odd about them, and nobody can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.spool import Spooled
from mockservers.vendors.fanship.lines import Reader, note_purchases, purchase_content
from tests.asking import contract

CONTRACT = contract("fanship")

dates = st.sampled_from([None, "", "2025-11-01T00:00:00+09:00", "2025-11-01", "2025-10-31T15:00:00Z"])
purchases = st.fixed_dictionaries(
    {"id": st.sampled_from(["1", "2", "", "商"])},
    optional={
        "order_date": dates,
        "member_id": st.sampled_from([None, "m"]),
        "quantity": st.sampled_from([1, 1.0, "1", None]),
        "packaging_price": st.sampled_from([1, 1.5]),
        "promotion_id": st.sampled_from([None, "p"]),
        "property": st.sampled_from([None, [], [{"key": "k"}]]),
        "colour": st.sampled_from([None, "red"]),
    },
)
lines = (
    purchases.map(lambda purchase: json.dumps(purchase, separators=(",", ":")))
    | purchases.map(json.dumps)
    | st.sampled_from(["", "  ", "{", '{"id":"1","id":"2"}', '{"id":"1"}\r', "[1]"])
)


def reader() -> Reader:
    return Reader(CONTRACT, CONTRACT.validator("purchase.schema.json"), purchase_content, note_purchases)


def digested(by: Reader, text: bytes) -> tuple[Any, ...]:
    digest = by.digest(Spooled.of(text))
    return digest.ids, digest.contents, digest.offsets, digest.lines, digest.items, digest.notes


@given(st.lists(lines))
def test_what_is_found_together_is_what_is_found_one_by_one(texts: list[str]) -> None:
    text = "\n".join(texts).encode()
    one_by_one = reader()
    one_by_one._plain = lambda _texts: None  # type: ignore[assignment, method-assign]
    assert digested(reader(), text) == digested(one_by_one, text)


@pytest.mark.parametrize("size", [1, 100, 5_000])
def test_files_of_any_length_are_digested_whole(size: int) -> None:
    rows = [json.dumps({"id": str(number)}, separators=(",", ":")).encode() + b"\n" for number in range(size)]
    digest = reader().digest(Spooled.of(b"".join(rows)))
    assert list(digest.lines) == list(range(1, size + 1))
    assert [b"".join(rows)[offset:].partition(b"\n")[0] + b"\n" for offset in digest.offsets[:3]] == rows[:3]
    assert digest.offsets[-1] == sum(map(len, rows[:-1]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"id": "1", "quantity": 1}, {"quantity": 1.0, "id": "1", "tax": None}),
        ({"id": "1"}, {"id": "1", "property": None}),
        (
            {"id": "1", "order_date": "2025-11-01T00:00:00+09:00"},
            {"order_date": "2025-10-31T15:00:00.000Z", "id": "1"},
        ),
        ({"id": "1", "property": [{"key": "k", "value": "v"}]}, {"property": [{"value": "v", "key": "k"}], "id": "1"}),
    ],
)
def test_what_says_the_same_has_the_same_content(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert purchase_content(one) == purchase_content(other)


@pytest.mark.parametrize(
    "other", [{"id": "1"}, {"id": "1", "tax": 2}, {"id": "1", "tax_rate": 1}, {"id": "1", "tax": 1, "quantity": 1}]
)
def test_what_says_something_else_has_another_content(other: dict[str, Any]) -> None:
    assert purchase_content({"id": "1", "tax": 1}) != purchase_content(other)
