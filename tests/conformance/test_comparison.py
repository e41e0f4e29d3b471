"""How what is held is compared with what was asked for: those of one key as a multiset."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.testing.conformance.accepted_values import AnyAmount, Phone
from mockservers.testing.conformance.comparison import Optional, compare

BY = ("order", "sku")


def line(quantity: int, price: int, sku: str = "P1") -> dict[str, Any]:
    return {"order": "O-1", "sku": sku, "quantity": quantity, "price": price}


SOLD, GIVEN = line(2, 500), line(1, 0)


@pytest.mark.parametrize(
    ("held", "lines"),
    [
        ([GIVEN, SOLD], []),
        ([SOLD], ["missing    order O-1, sku P1 (1 of 2 held)"]),
        ([], ["missing    order O-1, sku P1 (0 of 2 held)"] * 2),
        ([SOLD, GIVEN, GIVEN], ["doubled    order O-1, sku P1 (3 of 2 held)"]),
        ([line(1, 5), SOLD], ["different  order O-1, sku P1 (2 of 2 held): price is 5, asked for: 0"]),
        ([SOLD, GIVEN, line(1, 1, "P2")], ["unasked    order O-1, sku P2"]),
    ],
)
def test_two_lines_of_one_sku_are_compared_separately(held: list[dict[str, Any]], lines: list[str]) -> None:
    assert compare([SOLD, GIVEN], held, BY).lines() == lines


@pytest.mark.parametrize(
    ("held", "lines"),
    [
        ([SOLD], []),
        ([SOLD, GIVEN], []),
        ([GIVEN], ["missing    order O-1, sku P1 (1 of 2 held)"]),
        ([line(1, 5)], ["different  order O-1, sku P1 (1 of 2 held): quantity is 1, asked for: 2"]),
        ([], ["missing    order O-1, sku P1 (0 of 2 held)"]),
        ([SOLD, SOLD], ["different  order O-1, sku P1 (2 of 2 held): quantity is 2, asked for: 1"]),
    ],
)
def test_an_optional_line_may_be_left_out_and_no_other(held: list[dict[str, Any]], lines: list[str]) -> None:
    assert compare([Optional(GIVEN), SOLD], held, BY).lines(1)[:1] == lines


@pytest.mark.parametrize(
    ("by", "said"),
    [(("order", "sku"), "orders"), (("customer",), "customers"), (("subscription of",), "subscriptions")],
)
def test_a_field_that_is_lacking_is_said_to_be_sent_for_others_of_its_kind(by: tuple[str, ...], said: str) -> None:
    key = dict.fromkeys(by, "1")
    found = compare([{**key, "name": "Ann"}], [key], by, owed=frozenset({"name"}))

    assert found.lines()[0].endswith(f"name is nothing, asked for: Ann (it is sent for other {said})")


DRAWN = st.lists(st.builds(line, st.integers(1, 2), st.integers(0, 1), st.sampled_from(("P1", "P2"))), max_size=5)


@given(DRAWN, DRAWN)
def test_a_comparison_is_right_exactly_when_the_multisets_are_equal(asked: list[Any], held: list[Any]) -> None:
    def as_multiset(lines: list[Any]) -> list[Any]:
        return sorted(tuple(each.items()) for each in lines)

    assert compare(asked, held, BY).right is (as_multiset(asked) == as_multiset(held))


PRICES = st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=2).map(frozenset), max_size=4)


@given(PRICES, st.data())
def test_lines_of_one_sku_are_right_if_each_matches_one_of_its_own(prices: list[Any], data: st.DataObject) -> None:
    held = data.draw(st.permutations([line(1, data.draw(st.sampled_from(sorted(each)))) for each in prices]))
    asked = [{**SOLD, "quantity": 1, "price": each} for each in prices]

    assert compare(asked, held, BY).right
    wrong = [line(1, 9), *held[1:]] if held else [line(1, 9)]
    assert not compare(asked, wrong, BY).right


@pytest.mark.parametrize(
    ("text", "held", "right"),
    [
        ("0912-000001", "0912000001", True),
        ("0912-000001", "886912000001", True),
        ("0912-000001", "912000001", False),
        ("0912-000001", "886912000002", False),
        ("+886912000001", "886912000001", True),
        ("+886912000001", "00886912000001", True),
        ("+886912000001", "0912000001", True),
        ("+886912000001", "912000001", False),
        ("+380 (50) 123-0001", "0501230001", True),
        ("+380 (50) 123-0001", "1230001", False),
    ],
)
def test_a_phone_number_matches_in_any_spelling(text: str, held: str, right: bool) -> None:
    assert Phone(text).accepts(held) is right


def test_a_pair_is_not_reported_if_one_of_its_parts_differs_already() -> None:
    asked = {"order": "O-1", "total": Decimal(980), "currency": "TWD", "total with currency": (Decimal(980), "TWD")}
    held = {**asked, "total": Decimal(31), "total with currency": (Decimal(31), "TWD")}
    mixed = {**asked, "total with currency": (Decimal(980), "USD")}
    assert compare([asked], [held], ("order",)).lines() == ["different  order O-1: total is 31, asked for: 980"]
    assert compare([asked], [mixed], ("order",)).lines() == [
        "different  order O-1: total with currency is 980 USD, asked for: 980 TWD"
    ]


def test_amounts_are_written_without_exponents() -> None:
    amounts = tuple(map(Decimal, ("450.00", "472.5", "980", "123456789.01", "0")))
    assert str(AnyAmount(amounts, Decimal(1))) == "450 or 472.5 or 980 or 123456789.01 or 0"
