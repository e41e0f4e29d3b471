"""What was sent and is held all the same is no loss, and what the pages list in part is at risk."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.jsontext import dumps
from tests.vendors.zangsho.importing import BATCHES, CUSTOMERS, EVENT, ORDER, SUBSCRIPTION, Importing


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "wang.xiaoming@example.com"}),
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "WANG.xiaoming@example.com", "customer_name": "王小明"}),
        ("events", {**EVENT, "customer_id": 101, "customer_name": "王小明"}),
        ("orders", {**ORDER, "customer_id": 101}),
    ],
)
def test_what_names_the_records_own_customer_is_held_with_the_customer(kind: str, item: dict[str, Any]) -> None:
    zangsho = Importing(customers=CUSTOMERS)
    zangsho.batch(kind, item)
    assert (zangsho.silent, zangsho.items["kept"]) == (0, 1)


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "chen.meili@example.com"}),
        ("events", {**EVENT, "customer_id": 102}),
        ("events", {**EVENT, "customer_id": True}),
    ],
)
def test_what_names_another_customer_is_lost(kind: str, item: dict[str, Any]) -> None:
    zangsho = Importing(customers=CUSTOMERS)
    zangsho.batch(kind, item)
    assert zangsho.silent == 1


@pytest.mark.rule("zangsho.batch.twice", "zangsho.batch.metadata")
@pytest.mark.parametrize(
    ("first", "second", "silent"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, 0),
        ({"a": 1.0}, {"a": 1}, 0),
        ({"a": 1, "b": 2}, {"a": 1}, 1),
        ({"a": 1}, {"a": True}, 1),
        ({"a": [1, 2]}, {"a": [2, 1]}, 1),
    ],
)
def test_a_later_item_of_a_batch_that_says_what_an_earlier_one_said_loses_nothing(
    first: dict[str, Any], second: dict[str, Any], silent: int
) -> None:
    zangsho = Importing()
    items = [{"email": "a@example.com", "metadata": metadata} for metadata in (first, second)]
    zangsho.batch("customers", *items, on_conflict="update")
    assert zangsho.silent == silent
    assert zangsho.held("customers", email="a@example.com")[0]["metadata"] == second


@pytest.mark.rule("zangsho.batch.skip")
def test_a_skipped_item_whose_content_is_contained_in_what_is_held_loses_nothing() -> None:
    zangsho = Importing(customers=[{"email": "a@example.com", "metadata": {"a": 1, "b": {"c": 2}}}])
    zangsho.batch("customers", {"email": "a@example.com", "metadata": {"b": {"c": 2.0}}})
    (found,) = zangsho.found("zangsho.batch.skip")
    assert (found["loses"], zangsho.items["skipped"]) == (False, 1)


@pytest.mark.parametrize(
    ("rule", "kind", "changed"),
    [
        ("zangsho.order.currency", "orders", {"currency": "NTD"}),
        ("zangsho.order.currency", "orders", {"currency": "RMB"}),
        ("zangsho.order.currency", "orders", {"currency": "ABC"}),
        ("zangsho.order.billing-cycle", "orders", {"billing_cycle": "whenever"}),
        ("zangsho.order.billing-cycle", "orders", {"billing_cycle": "semi-annual"}),
        ("zangsho.order.payment-method", "orders", {"payment_method": "bitcoin"}),
        ("zangsho.item.metadata-list", "orders", {"metadata": []}),
        ("zangsho.item.half-character", "orders", {"customer_name": "王小明\ud83d"}),
        ("zangsho.item.half-character", "orders", {"metadata": {"note": ["\ud83d"]}}),
    ],
)
@pytest.mark.rule(
    "zangsho.order.currency",
    "zangsho.order.billing-cycle",
    "zangsho.order.payment-method",
    "zangsho.item.metadata-list",
    "zangsho.item.half-character",
)
def test_what_no_page_decides_is_taken_and_at_risk(rule: str, kind: str, changed: dict[str, Any]) -> None:
    zangsho = Importing(customers=[{**CUSTOMERS[0], "name": changed.get("customer_name", "王小明")}])
    raw = dumps({kind: [{**ORDER, **changed}]})
    zangsho.send(BATCHES[kind], raw)
    assert (zangsho.items["kept"], zangsho.silent, zangsho.rules("at-risk")) == (1, 0, {rule})
    choice = next(each for each in zangsho.tenant.contract.reading(rule).choices if each != "accept")
    strict = Importing(customers=CUSTOMERS, readings={rule: choice})
    strict.send(BATCHES[kind], raw)
    assert strict.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("zangsho.order.currency", "zangsho.order.billing-cycle")
@pytest.mark.parametrize("currency", ["TWD", "USD", "JPY", "HKD", "SGD", "CNY", "KRW", "MYR", "THB", "EUR", "GBP"])
def test_what_the_pages_list_is_at_no_risk(currency: str) -> None:
    zangsho = Importing(customers=CUSTOMERS)
    zangsho.batch("orders", {**ORDER, "currency": currency, "billing_cycle": "one-time"})
    assert zangsho.ledger["at_risk"] == 0


@pytest.mark.rule("zangsho.amount.places")
@pytest.mark.parametrize("sent", ["123456789012.345678901", 123456789012.345678901])
def test_an_amount_is_held_with_every_digit_that_was_sent(sent: Any) -> None:
    zangsho = Importing(customers=CUSTOMERS)
    raw = f'{{"orders":[{{"order_no":"A","customer_id":101,"amount":{"%s"}}}]}}' % (
        "123456789012.345678901" if isinstance(sent, float) else '"123456789012.345678901"'
    )
    zangsho.send("importOrders", raw.encode())
    assert zangsho.held("orders")[0]["amount"] == "123456789012.345678901"
    assert zangsho.silent == 0
