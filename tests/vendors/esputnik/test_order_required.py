"""What an order needs to be made, as the page's section on orderCreated has it.

https://esputnik.com/support/peredacha-dannyh-resursom-v1event
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, escaped, params, without

REQUIRED = "esputnik.order.required"
STATUSES = ["INITIALIZED", "IN_PROGRESS", "DELIVERED", "CANCELLED", "ABANDONED_SHOPPING_CART"]


def ignored(account: EsputnikTenant, rule: str) -> None:
    """The order was ignored for a rule, and nothing reported it."""
    assert account.state["orders"] == []
    assert account.items == {"sent": 1, "dropped": 1}
    assert account.rules("dropped") == {rule}
    assert account.silent == 1


@pytest.mark.rule("esputnik.order.own-ids")
@pytest.mark.parametrize(("given", "lost"), [({"orderId": "77"}, 1), ({"orderId": "1"}, 0), ({"contactId": "9"}, 1)])
def test_an_order_has_the_ids_that_the_vendor_assigns(given: dict[str, Any], lost: int) -> None:
    account = EsputnikTenant()
    assert account.create(**given).reply.status == 200
    assert account.stored_order() == {**ORDER, "orderId": 1, "contactId": 1}
    assert account.silent == lost


@pytest.mark.rule("esputnik.event.empty-answer", "esputnik.event-type.order-types", "esputnik.order.one-store")
def test_a_complete_order_is_created_and_the_answer_is_empty() -> None:
    account = EsputnikTenant()
    reply = account.create(currency="UAH", items=[ITEM]).reply
    assert (reply.status, reply.headers, reply.body) == (200, (), b"")
    assert account.stored_order() == {"orderId": 1, **ORDER, "currency": "UAH", "items": [ITEM], "contactId": 1}
    assert account.items == {"sent": 1, "kept": 1}
    assert account.silent == 0


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize("name", ["externalOrderId", "totalCost", "status", "date", "phone"])
def test_without_a_required_param_the_order_is_ignored_with_a_200(name: str) -> None:
    account = EsputnikTenant()
    reply = account.create(**{name: None}).reply
    assert (reply.status, reply.headers, reply.body) == (200, (), b"")
    ignored(account, REQUIRED)


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("externalorderid", "externalOrderId"),
        ("external_order_id", "externalOrderId"),
        ("total_cost", "totalCost"),
        ("Status", "status"),
        ("orderDate", "date"),
        ("Phone", "phone"),
        ("SMS", "phone"),
    ],
)
def test_a_required_param_under_another_name_is_missing(sent: str, name: str) -> None:
    account = EsputnikTenant()
    account.create(**{name: None, sent: ORDER[name]})
    ignored(account, REQUIRED)


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize("name", ["externalCustomerId", "email", "phone"])
@pytest.mark.parametrize("value", ["", "  ", None])
def test_a_blank_identifier_is_missing(name: str, value: str | None) -> None:
    account = EsputnikTenant()
    values = without(ORDER, "phone")
    account.send("registerEvent", {"eventTypeKey": "orderCreated", "params": params({**values, name: value})})
    ignored(account, REQUIRED)


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    ("name", "value"), [("externalCustomerId", "AV13760"), ("email", "olena@example.com"), ("phone", "380501234567")]
)
def test_one_of_three_identifiers_is_enough(name: str, value: str) -> None:
    account = EsputnikTenant()
    account.create(**{"phone": None, name: value})
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule(REQUIRED)
def test_all_missing_params_are_named_at_once() -> None:
    account = EsputnikTenant()
    account.create(totalCost=None, date=None, status="new")
    assert {found["why"] for found in account.ledger["findings"]} == {
        "totalCost is missing, and the order is ignored: 1 order",
        "date is missing, and the order is ignored: 1 order",
        f"status new is not one of {', '.join(STATUSES)}, and the order is ignored: 1 order",
    }


@pytest.mark.rule("esputnik.order.status")
@pytest.mark.parametrize("status", STATUSES)
def test_each_of_the_five_statuses_is_accepted(status: str) -> None:
    account = EsputnikTenant()
    account.create(status=status)
    assert [order["status"] for order in account.state["orders"]] == [status]
    assert (account.items, account.silent) == ({"sent": 1, "kept": 1}, 0)


@pytest.mark.rule("esputnik.order.status")
@pytest.mark.parametrize("status", ["initialized", "NEW", "CONFIRMED", "CANCELED", "", " DELIVERED", 1, ["DELIVERED"]])
def test_any_other_status_makes_the_order_ignored(status: Any) -> None:
    account = EsputnikTenant()
    account.create(status=status)
    ignored(account, "esputnik.order.status")


@pytest.mark.rule("esputnik.order.date")
@pytest.mark.parametrize(
    "date",
    [
        "2020-05-14",
        "2020-05-14T10:11",
        "2020-05-14 10:11:00",
        "2020-05-14T10:11:00Z",
        "2020-05-14T10:11:00+03:00",
        "2020-05-14T10:11:00.123",
        "2020-13-14T10:11:00",
        "2020-02-30T10:11:00",
        "14.05.2020",
        "",
        1589451060,
    ],
)
def test_a_date_of_another_form_makes_the_order_ignored(date: Any) -> None:
    account = EsputnikTenant()
    account.create(date=date)
    ignored(account, "esputnik.order.date")


@pytest.mark.rule("esputnik.order.date")
@pytest.mark.parametrize("date", ["2020-05-14T10:11:00Z", "2020-05-14T10:11:00.1234567+03:00", "2020-05-14T10:11:00"])
def test_a_lenient_reading_accepts_the_dates_of_add_orders(date: str) -> None:
    account = EsputnikTenant(readings={"esputnik.order.date": "lenient"})
    account.create(date=date)
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.order.total-cost")
@pytest.mark.parametrize("total", ["258.0", "258", 258, 258.5, "0", "-1"])
def test_total_cost_may_be_a_number_or_its_text_and_is_held_as_sent(total: Any) -> None:
    account = EsputnikTenant()
    account.create(totalCost=total)
    order = account.stored_order()
    assert order is not None
    assert (order["totalCost"], type(order["totalCost"])) == (total, type(total))


@pytest.mark.rule("esputnik.order.total-cost")
@pytest.mark.parametrize("total", ["258,00", "258 грн", "", "１２", True, {"amount": 258}])
def test_a_total_cost_that_is_not_a_number_makes_the_vendor_ignore_the_order(total: Any) -> None:
    account = EsputnikTenant()
    account.create(totalCost=total)
    ignored(account, "esputnik.order.total-cost")


@pytest.mark.rule(REQUIRED)
def test_params_of_the_shops_own_are_held_with_the_order() -> None:
    account = EsputnikTenant()
    account.create(giftNote="З днем народження! 生日快樂", loyalty=escaped({"points": 7}))
    order = account.stored_order()
    assert order is not None
    assert (order["giftNote"], order["loyalty"]) == ("З днем народження! 生日快樂", '{"points": 7}')
    assert account.silent == 0
