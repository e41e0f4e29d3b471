"""Lines are looked at together where nothing is odd about them, and nobody can tell."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.state.spool import Spooled
from mockservers.vendors.fanship.contents import PURCHASE, contents_for, purchase_content
from mockservers.vendors.fanship.file_reader import FileReader
from mockservers.vendors.fanship.requests import purchase_reader
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


def reader() -> FileReader:
    return purchase_reader(CONTRACT)


def digested(by: FileReader, text: bytes) -> tuple[Any, ...]:
    digest = by.digest(Spooled.of(text))
    return digest.columns, digest.lines, digest.unusable, digest.items, digest.notes


@given(st.lists(lines))
def test_lines_checked_in_bulk_have_the_results_of_lines_checked_one_by_one(texts: list[str]) -> None:
    text = "\n".join(texts).encode()
    one_by_one = reader()
    one_by_one._add_typed = one_by_one._add_flat = lambda digest, batch: False  # type: ignore[method-assign]
    assert digested(reader(), text) == digested(one_by_one, text)


numbers = st.sampled_from(
    [0, -0.0, 1, 1.0, 1.5, -1, -2, 1e15, 1e16, 1e22, 10**30, Decimal("1.10"), Decimal("12345678.123456789012")]
)
moments = st.sampled_from(
    [
        "2026-01-15T09:00:00+09:00",
        "2026-01-15T00:00:00Z",
        "2026-01-15t00:00:00.50z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T08:59:60+09:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+09:00",
        "2026-01-15T00:30:00+09:30",
    ]
)
words = st.sampled_from(["", "1", "true", "商品", '":100.0,"', "\ud83d", "null", ":null"])
nested = st.recursive(
    st.none() | numbers | words | st.booleans(),
    lambda item: st.lists(item, max_size=3) | st.dictionaries(words, item, max_size=3),
)
documents = st.fixed_dictionaries(
    {"id": st.just("1")},
    optional={
        "order_date": moments | st.none(),
        "tax": numbers | st.none(),
        "quantity": numbers,
        "item_name": words | st.none(),
    }
    | {"property": nested, "promotion_id": nested, "subscription": st.booleans()},
)


@given(st.lists(documents, min_size=1, max_size=5))
def test_contents_computed_in_bulk_equal_those_computed_one_by_one(purchases: list[dict[str, Any]]) -> None:
    contents = contents_for(CONTRACT, PURCHASE)
    one_by_one = [contents.of(purchase) for purchase in purchases]
    digests, leaves = contents.of_many([dict(purchase) for purchase in purchases], set().union(*purchases))
    assert list(zip(digests, leaves, strict=True)) == one_by_one


@given(documents, documents)
def test_contents_are_equal_where_each_document_contains_the_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    contents = contents_for(CONTRACT, PURCHASE)
    mutual = contents.contains(one, other) and contents.contains(other, one)
    assert (contents.of(one).digest == contents.of(other).digest) == mutual


@pytest.mark.parametrize("size", [1, 100, 5_000])
def test_files_of_any_length_are_digested_completely(size: int) -> None:
    rows = [json.dumps({"id": str(number)}, separators=(",", ":")).encode() + b"\n" for number in range(size)]
    digest = reader().digest(Spooled.of(b"".join(rows)))
    assert list(digest.lines) == list(range(1, size + 1))
    offsets = digest.columns.offsets
    assert [b"".join(rows)[offset:].partition(b"\n")[0] + b"\n" for offset in offsets[:3]] == rows[:3]
    assert offsets[-1] == sum(map(len, rows[:-1]))


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
def test_equal_documents_have_equal_content_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert purchase_content(one, CONTRACT) == purchase_content(other, CONTRACT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"tax": 1}, {}),
        ({"tax": 1}, {"tax": 2}),
        ({"tax": 1}, {"tax_rate": 1}),
        ({"tax": 1}, {"tax": 1, "quantity": 1}),
        ({"quantity": -1}, {"quantity": -2}),
        ({"jan_code": 5}, {"jan_code": 5 + 2**61 - 1}),
        ({"promotion_id": 1}, {"promotion_id": True}),
        ({"promotion_id": ""}, {"promotion_id": 0}),
        ({"order_date": "2026-01-15T00:00:00.1234567Z"}, {"order_date": "2026-01-15T00:00:00.1234568Z"}),
        ({"item_name": "instant"}, {"item_name": "Instant"}),
    ],
)
def test_different_documents_have_different_content_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert purchase_content({"id": "1", **one}, CONTRACT) != purchase_content({"id": "1", **other}, CONTRACT)
