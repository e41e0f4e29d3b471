"""Add orders: a fixed set of fields, each order taken or named among the failed, one store with the events' orders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, OLENA, EsputnikTenant, body_of, without

ORDER: dict[str, Any] = {
    "externalOrderId": "12345679",
    "totalCost": 258.0,
    "status": "INITIALIZED",
    "date": "2022-05-14T10:11:10.7022176+03:00",
    "currency": "UAH",
    "email": "olena@example.com",
}
REQUIRED = "esputnik.orders.required"


def add(account: EsputnikTenant, *orders: Any) -> Any:
    """The answer to Add orders, which is a 200."""
    answer = account.send("ordersBulkInsert", {"orders": list(orders)})
    assert answer.reply.status == 200
    assert answer.reply.headers == (("Content-Type", "application/json; charset=UTF-8"),)
    return body_of(answer)


@pytest.mark.rule("esputnik.orders.failed-list", "esputnik.order.one-store")
def test_an_order_gets_an_id_that_the_answer_does_not_contain() -> None:
    account = EsputnikTenant()
    assert add(account, ORDER) == {"failedOrders": []}
    assert account.stored_order() == {"orderId": 1, **ORDER, "contactId": 1}
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.orders.failed-list", REQUIRED)
@pytest.mark.parametrize("wrong", [1, 2, 3])
def test_one_failed_order_is_an_object_and_several_are_a_list(wrong: int) -> None:
    account = EsputnikTenant()
    failing = [without(ORDER, "currency") | {"externalOrderId": str(each)} for each in range(wrong)]
    failed = [{"order": order, "error": "currency is required"} for order in failing]
    assert add(account, ORDER, *failing) == {"failedOrders": failed[0] if wrong == 1 else failed}
    assert account.items == {"sent": wrong + 1, "kept": 1, "refused": wrong}
    assert account.silent == 0


@pytest.mark.rule("esputnik.orders.failed-list", REQUIRED)
@pytest.mark.parametrize("thing", [None, 7, "order", True, []])
def test_an_item_that_is_not_an_order_is_named_as_it_was_sent(thing: Any) -> None:
    account = EsputnikTenant()
    assert add(account, thing, ORDER)["failedOrders"]["order"] == thing
    assert account.items == {"sent": 2, "kept": 1, "refused": 1}
    assert account.silent == 0


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    "change",
    [
        {"externalOrderId": None},
        {"externalOrderId": ""},
        {"externalOrderId": [7]},
        {"totalCost": "258,0"},
        {"totalCost": None},
        {"status": "new"},
        {"date": "14.05.2022"},
        {"date": None},
        {"currency": ""},
        {"email": None},
        {"email": ""},
        {"items": {}},
        {"items": [{"externalItemId": "1"}]},
        {"items": [{"quantity": 1}]},
        {"items": [{**ITEM, "quantity": "one"}]},
        {"additionalInfo": {"a": [1]}},
    ],
)
def test_an_order_that_breaks_the_schema_fails_alone_and_is_reported(change: dict[str, Any]) -> None:
    account = EsputnikTenant()
    answer = add(account, {**ORDER, **change}, {**ORDER, "externalOrderId": "2"})
    assert answer["failedOrders"]["order"] == {**ORDER, **change}
    assert account.items == {"sent": 2, "refused": 1, "kept": 1}
    assert account.silent == 0


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    ("changes", "key", "why"),
    [
        ([{"currency": None}], "currency", "currency is missing: 1 order"),
        ([{"totalCost": "x"}, {"totalCost": []}], "totalCost", "totalCost is not of the type number: 2 orders"),
        ([{"email": None}], "", "it has none of externalCustomerId, email, phone: 1 order"),
        ([{"items": [{**ITEM, "quantity": "one"}]}], "items.[].quantity", "items.[].quantity is not of the type"),
    ],
)
def test_a_finding_has_the_field_as_its_key_and_the_problem_in_its_sentence(
    changes: list[dict[str, Any]], key: str, why: str
) -> None:
    account = EsputnikTenant()
    orders = [{**ORDER, "externalOrderId": str(number), **each} for number, each in enumerate(changes)]
    add(account, *({name: value for name, value in order.items() if value is not None} for order in orders))
    (found,) = account.ledger["findings"]
    assert (found["key"], found["count"]) == (key, len(changes))
    assert found["why"].startswith(f"an order is not accepted because {why}")


@pytest.mark.rule(REQUIRED)
def test_orders_refused_for_the_same_field_have_the_sentences_of_their_own_problems() -> None:
    account = EsputnikTenant()
    statuses: list[dict[str, Any]] = [{"status": "new"}, {}, {"status": 7}, {"status": "shipped"}]
    add(account, *({**without(ORDER, "status"), "externalOrderId": str(n), **each} for n, each in enumerate(statuses)))
    statuses_listed = "INITIALIZED, IN_PROGRESS, DELIVERED, CANCELLED, ABANDONED_SHOPPING_CART"
    assert [(found["where"], found["why"]) for found in account.ledger["findings"]] == [
        (
            ["/orders/0/status", "/orders/3/status"],
            f"an order is not accepted because status is not one of {statuses_listed}: 2 orders",
        ),
        (["/orders/1/status"], "an order is not accepted because status is missing: 1 order"),
        (["/orders/2/status"], "an order is not accepted because status is not of the type string: 1 order"),
    ]


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize("order", [7, "12345679", [], {}])
def test_an_item_that_is_not_an_order_fails_alone_and_is_reported(order: Any) -> None:
    account = EsputnikTenant()
    assert add(account, order, ORDER)["failedOrders"]["order"] == order
    assert account.silent == 0


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    "date",
    ["2017-03-08T09:30:00+02:00", "2017-03-08T09:30:00-00:00", "2017-03-08T09:30:00", "2017-03-08T09:30", "2017-03-08"],
)
def test_dates_come_with_and_without_fractions_and_offsets(date: str) -> None:
    account = EsputnikTenant()
    assert add(account, {**ORDER, "date": date}) == {"failedOrders": []}


@pytest.mark.rule("esputnik.orders.fixed-fields")
def test_a_field_of_the_shops_own_is_lost_silently() -> None:
    account = EsputnikTenant()
    item = {**ITEM, "colour": "червоний"}
    add(account, {**ORDER, "giftNote": "привіт", "bonus": None, "items": [item], "additionalInfo": {"note": "так"}})
    lost = {one["where"][0]: one["loses"] for one in account.ledger["findings"] if one["outcome"] == "ignored"}
    assert lost == {"/orders/0/giftNote": True, "/orders/0/bonus": False, "/orders/0/items/0/colour": True}
    order = account.stored_order()
    assert order is not None
    assert order.keys() & {"giftNote", "bonus"} == set()
    assert (order["items"], order["additionalInfo"]) == ([ITEM], {"note": "так"})


@pytest.mark.rule("esputnik.request.unknown-key")
def test_a_key_beside_the_orders_is_lost() -> None:
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [], "shop": "1"})
    assert account.rules("ignored") == {"esputnik.request.unknown-key"}


@pytest.mark.rule("esputnik.orders.limit")
def test_a_request_of_more_than_a_thousand_orders_is_refused_whole() -> None:
    orders = [{**ORDER, "externalOrderId": str(number)} for number in range(1001)]
    account = EsputnikTenant()
    answer = account.send("ordersBulkInsert", {"orders": orders})
    assert (answer.reply.status, answer.reply.body) == (400, b"No more than 1000 orders are allowed in a request")
    assert account.state["orders"] == []
    assert account.items == {"sent": 1001, "refused": 1001}
    assert account.ledger["findings"][0]["why"] == "the request is refused: it has 1001 orders, and 1000 are allowed"
    assert add(account, *orders[:1000]) == {"failedOrders": []}
    assert len(account.state["orders"]) == 1000


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize("body", [{}, [], {"orders": {}}, {"orders": None}, "orders", 7, None])
def test_a_body_without_orders_is_refused(body: Any) -> None:
    account = EsputnikTenant()
    assert account.send("ordersBulkInsert", body).reply.status == 400
    assert account.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("esputnik.orders.same-id-updates", "esputnik.order.one-store")
def test_a_known_order_is_updated_through_either_api() -> None:
    account = EsputnikTenant()
    account.create(giftNote="так")
    add(account, {**without(ORDER, "email"), "phone": "380501234567", "status": "IN_PROGRESS"})
    account.event("orderDelivered", externalOrderId="12345679", phone="380501234567")
    order = account.stored_order()
    assert order is not None
    assert (order["orderId"], order["status"], order["giftNote"], order["totalCost"]) == (1, "DELIVERED", "так", 258.0)
    assert account.items == {"sent": 3, "kept": 1, "updated": 2}


@pytest.mark.rule("esputnik.orders.same-id-updates")
def test_an_order_that_is_sent_again_loses_nothing() -> None:
    account = EsputnikTenant()
    add(account, ORDER, ORDER)
    add(account, ORDER)
    assert account.items == {"sent": 3, "kept": 1, "updated": 2}
    assert account.silent == 0


@pytest.mark.rule("esputnik.orders.same-id-updates", "esputnik.orders.twice")
def test_under_another_reading_a_value_that_one_request_repeats_and_replaces_is_one_loss() -> None:
    account = EsputnikTenant(readings={"esputnik.orders.same-id-updates": "replace"})
    add(account, {**ORDER, "storeId": "1"})
    add(account, {**ORDER, "storeId": "1"}, ORDER)
    assert account.items == {"sent": 3, "kept": 1, "updated": 1, "overwritten": 1}
    assert account.silent == 1


@pytest.mark.rule("esputnik.orders.contact")
@pytest.mark.parametrize(
    ("given", "whose"),
    [
        ({"externalCustomerId": "AV13760", "email": "other@example.com"}, 1),
        ({"externalCustomerId": "AV2"}, 2),
        ({"externalCustomerId": "NEW", "email": "OLENA@example.com"}, 1),
        ({"externalCustomerId": "NEW", "phone": "380501234567", "email": "other@example.com"}, 1),
        ({"email": "new@example.com", "firstName": "Марія"}, 3),
    ],
)
def test_an_order_finds_its_contact_by_external_id_phone_or_email_or_creates_it(
    given: dict[str, Any], whose: int
) -> None:
    other = {"id": 2, "channels": [{"type": "email", "value": "other@example.com"}], "externalCustomerId": "AV2"}
    account = EsputnikTenant(contacts=[OLENA, other])
    add(account, {**without(ORDER, "email"), **given})
    order = account.stored_order()
    assert order is not None
    assert order["contactId"] == whose


@pytest.mark.rule("esputnik.orders.contact")
def test_a_contact_that_is_found_by_its_address_gets_the_external_id() -> None:
    account = EsputnikTenant(contacts=[without(OLENA, "externalCustomerId")])
    add(account, {**ORDER, "externalCustomerId": "客-7"})
    assert account.state["contacts"][0]["externalCustomerId"] == "客-7"


@pytest.mark.rule("esputnik.orders.contact")
def test_two_orders_of_one_new_customer_create_one_contact() -> None:
    account = EsputnikTenant(contacts=[])
    add(account, ORDER, {**ORDER, "externalOrderId": "2", "email": "Olena@Example.com"})
    assert len(account.state["contacts"]) == 1


@pytest.mark.rule("esputnik.orders.raises-event")
@pytest.mark.parametrize("status", ["INITIALIZED", "DELIVERED"])
def test_an_accepted_order_raises_an_event_of_its_status(status: str) -> None:
    account = EsputnikTenant()
    add(account, {**ORDER, "status": status})
    (event,) = account.state["events"]
    assert (event["eventTypeKey"], event["contactId"]) == (f"order{status}", 1)
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.orders.reply-ids")
def test_under_another_reading_the_answer_names_the_ids() -> None:
    account = EsputnikTenant(readings={"esputnik.orders.reply-ids": "orders-reply-has-ids"})
    answer = add(account, ORDER, without(ORDER, "date"))
    assert answer["orderIds"] == [{"externalOrderId": "12345679", "orderId": 1}]


@pytest.mark.rule("esputnik.order.one-store")
@pytest.mark.parametrize("seeded", [2, "2"])
def test_an_order_never_gets_the_id_of_a_seeded_one(seeded: int | str) -> None:
    account = EsputnikTenant(orders=[{"externalOrderId": "A", "orderId": seeded}])
    add(account, ORDER)
    assert [order["orderId"] for order in account.state["orders"]] == [seeded, 3]
