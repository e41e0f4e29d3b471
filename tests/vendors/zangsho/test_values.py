"""Amounts and instants: what is taken, how it is kept, and what another reading would lose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.values.equality import equal
from mockservers.vendors.zangsho.values import add
from tests.vendors.zangsho.zangsho_tenant import ORDER, SUBSCRIPTION, ZangshoTenant, counts


@pytest.mark.rule("zangsho.amount.number", "zangsho.amount.places", "zangsho.amount.negative")
@pytest.mark.parametrize(
    ("amount", "kept", "at_risk"),
    [
        ("1990.00", "1990.00", set()),
        ("1990", "1990.00", set()),
        ("1990.5", "1990.50", set()),
        ("1990.500", "1990.50", set()),
        ("0", "0.00", set()),
        (1990, "1990.00", {"zangsho.amount.number"}),
        (1990.5, "1990.50", {"zangsho.amount.number"}),
        (12345678901234567890, "12345678901234567890.00", {"zangsho.amount.number"}),
        ("-5.00", "-5.00", {"zangsho.amount.negative"}),
        ("-5", "-5.00", {"zangsho.amount.negative"}),
        ("19.999", "19.999", {"zangsho.amount.places"}),
        ("123456789012345678901234567890.125", "123456789012345678901234567890.125", {"zangsho.amount.places"}),
    ],
)
def test_an_amount_is_kept_as_text_with_its_decimal_places(amount: Any, kept: str, at_risk: set[str]) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {**ORDER, "amount": amount})
    assert zangsho.state["orders"][0]["amount"] == kept
    assert zangsho.rules("at-risk") == at_risk
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.amount.places")
@pytest.mark.parametrize(("amount", "kept"), [("19.995", "20.00"), ("-0.005", "-0.01"), ("0.001", "0.00")])
def test_under_another_reading_amounts_are_rounded_and_that_is_a_loss(amount: str, kept: str) -> None:
    zangsho = ZangshoTenant(readings={"zangsho.amount.places": "round"})
    zangsho.batch("orders", {**ORDER, "amount": amount})
    assert zangsho.state["orders"][0]["amount"] == kept
    assert (zangsho.rules("truncated"), zangsho.silent) == ({"zangsho.amount.places"}, 1)


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("zangsho.amount.number", "amount", 1990),
        ("zangsho.amount.negative", "amount", "-1.00"),
        ("zangsho.amount.places", "amount", "0.001"),
        ("zangsho.instant.without-zone", "paid_at", "2025-12-01T08:00:00"),
        ("zangsho.instant.form", "paid_at", "2025-12-01T08:00:00+0800"),
        ("zangsho.instant.form", "paid_at", "20251201T080000Z"),
        ("zangsho.instant.form", "paid_at", "2025-W49-1T08:00:00Z"),
        ("zangsho.instant.form", "paid_at", "2025-335T08:00:00Z"),
        ("zangsho.instant.form", "paid_at", "2025-12-01T24:00:00Z"),
        ("zangsho.instant.form", "paid_at", "2025-12-01T08:00Z"),
    ],
)
def test_a_reading_that_refuses_fails_the_item_and_says_so(rule: str, field: str, value: Any) -> None:
    zangsho = ZangshoTenant(readings={rule: "refuse"})
    data = zangsho.batch("orders", {**ORDER, field: value})
    assert data["results"]["failed"][0]["message"] == f"{field} 格式不正確"
    assert (zangsho.rules("refused"), zangsho.silent) == ({rule}, 0)


@pytest.mark.rule("zangsho.instant.form")
@pytest.mark.parametrize(
    ("form", "rules"),
    [
        ("2025-12-01T08:00:00+0800", {"zangsho.instant.form"}),
        ("2025-W49-1T08:00:00Z", {"zangsho.instant.form"}),
        ("2025-12-01T08:00:00", {"zangsho.instant.without-zone"}),
        ("20251201T080000", {"zangsho.instant.without-zone"}),
        ("2025-12-01T08:00:00Z", set()),
        ("2025-12-01t08:00:00.5+08:00", set()),
    ],
)
def test_a_format_that_is_not_a_date_time_is_accepted_and_at_risk(form: str, rules: set[str]) -> None:
    for name, record in (
        ("orders", {**ORDER, "paid_at": form}),
        ("subscriptions", {**SUBSCRIPTION, "started_at": form}),
    ):
        zangsho = ZangshoTenant()
        assert counts(zangsho.batch(name, record)) == (1, 0, 0, 0)
        assert (zangsho.rules("at-risk"), zangsho.silent) == (rules, 0)


@pytest.mark.rule("zangsho.amount.negative")
def test_a_change_of_an_amount_may_be_negative_under_every_reading() -> None:
    event = {
        "customer_email": ORDER["customer_email"],
        "event_type": "downgrade",
        "amount_change": "-490",
        "occurred_at": "2026-01-01T00:00:00Z",
    }
    zangsho = ZangshoTenant(readings={"zangsho.amount.negative": "refuse"})
    assert counts(zangsho.batch("events", event)) == (1, 0, 0, 0)


@pytest.mark.rule("zangsho.instant.without-zone")
@pytest.mark.parametrize(
    ("given_text", "utc", "taipei"),
    [
        ("2025-12-01T08:00:00Z", "2025-12-01T08:00:00Z", "2025-12-01T08:00:00Z"),
        ("2025-12-01T08:00:00+08:00", "2025-12-01T00:00:00Z", "2025-12-01T00:00:00Z"),
        ("2025-12-01T08:00:00+0800", "2025-12-01T00:00:00Z", "2025-12-01T00:00:00Z"),
        ("2025-12-01T08:00:00.5Z", "2025-12-01T08:00:00.5Z", "2025-12-01T08:00:00.5Z"),
        ("2025-12-01T08:00:00", "2025-12-01T08:00:00Z", "2025-12-01T00:00:00Z"),
        ("2025-12-01T08:00", "2025-12-01T08:00:00Z", "2025-12-01T00:00:00Z"),
        ("2025-W49-1T24:00:00Z", "2025-12-02T00:00:00Z", "2025-12-02T00:00:00Z"),
        ("2025-12-01T08:00,50Z", "2025-12-01T08:00:30Z", "2025-12-01T08:00:30Z"),
        ("2025-12-01T24:00:00Z", "2025-12-02T00:00:00Z", "2025-12-02T00:00:00Z"),
        ("2025-12-01T08:00:00.1234567890+08:00", "2025-12-01T00:00:00.123456789Z", "2025-12-01T00:00:00.123456789Z"),
        ("2025-12-01", "2025-12-01T00:00:00Z", "2025-11-30T16:00:00Z"),
    ],
)
def test_an_instant_is_kept_in_utc(given_text: str, utc: str, taipei: str) -> None:
    for choice, kept in (("utc", utc), ("taipei", taipei)):
        zangsho = ZangshoTenant(readings={"zangsho.instant.without-zone": choice})
        zangsho.batch("subscriptions", {**SUBSCRIPTION, "started_at": given_text})
        assert zangsho.state["subscriptions"][0]["started_at"] == kept
        assert bool(zangsho.findings("zangsho.instant.without-zone")) == (utc != taipei)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
)
def test_sums_of_amounts_are_exact(one: Decimal, other: Decimal) -> None:
    total = add(format(one, "f"), format(other, "f"))
    assert Decimal(add(total, format(other, "f"), -1)) == one


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ([1], [1, 2], False),
        ({}, [], False),
    ],
)
def test_true_is_not_1_and_the_order_of_keys_does_not_matter(one: Any, other: Any, same: bool) -> None:
    assert equal(one, other) is same


@pytest.mark.rule("zangsho.instant.form")
@pytest.mark.parametrize("choice", ["accept", "refuse"])
@pytest.mark.parametrize("text", ["2025-12-01T08:00:00-00:00", "2025-12-01t08:00:00.5-00:00"])
def test_an_unknown_local_offset_is_a_date_time_and_means_utc_under_every_reading(choice: str, text: str) -> None:
    zangsho = ZangshoTenant(readings={"zangsho.instant.form": choice})
    zangsho.batch("orders", {**ORDER, "paid_at": text})
    fraction = ".5" if "." in text else ""
    assert zangsho.state["orders"][0]["paid_at"] == f"2025-12-01T08:00:00{fraction}Z"
    assert (zangsho.rules("at-risk"), zangsho.silent) == (set(), 0)


@pytest.mark.rule("zangsho.item.fields")
def test_each_problem_of_a_field_has_its_sentence_with_the_first_value() -> None:
    zangsho = ZangshoTenant()
    changes: list[dict[str, Any]] = [{"amount": "1,990"}, {"amount": []}, {"amount": "NT$5"}, {"status": "PAID"}]
    zangsho.batch("orders", *({**ORDER, "order_no": str(n), **each} for n, each in enumerate(changes)))
    assert [(found["where"], found["why"]) for found in zangsho.findings("zangsho.item.fields")] == [
        (
            ["/orders/0/amount", "/orders/2/amount"],
            'amount is not of the format decimal: 2 items, the first with "1,990"',
        ),
        (["/orders/1/amount"], "amount is not a string or a number: 1 item, the first with []"),
        (
            ["/orders/3/status"],
            'status is not one of pending, paid, failed, refunded, cancelled: 1 item, the first with "PAID"',
        ),
    ]
