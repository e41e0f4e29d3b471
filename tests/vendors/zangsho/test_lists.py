"""Reading back: pages, filters, one record.

https://developers.zangsho.com/api-reference/pagination and the reference's pages of lists
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import CUSTOMERS, EVENT, ORDER, SUBSCRIPTION, ZangshoTenant, body

MANY = [{"id": n, "email": f"客戶{n}@example.com", "name": f"名字 {n}"} for n in range(1, 46)]
ORDERS = [
    {**ORDER, "id": 1},
    {**ORDER, "id": 2, "order_no": "2", "status": "pending", "paid_at": None, "created_at": "2025-12-31T23:30:00Z"},
    {**ORDER, "id": 3, "order_no": "3", "paid_at": "2026-01-01T00:00:00Z", "customer_email": "chen.meili@example.com"},
]


@pytest.mark.rule("zangsho.list.pages")
@pytest.mark.parametrize(
    ("query", "ids", "meta"),
    [
        ({}, (1, 20), (1, 1, 3, 20, 20, 45)),
        ({"page": "3"}, (41, 45), (3, 41, 3, 20, 45, 45)),
        ({"page": "2", "per_page": "44"}, (45, 45), (2, 45, 2, 44, 45, 45)),
        ({"per_page": "100"}, (1, 45), (1, 1, 1, 100, 45, 45)),
        ({"page": "4"}, None, (4, None, 3, 20, None, 45)),
    ],
)
def test_a_list_comes_in_pages(query: dict[str, str], ids: tuple[int, int] | None, meta: tuple[Any, ...]) -> None:
    answer = body(ZangshoTenant(customers=MANY).send("listCustomers", query=query))
    assert list(answer["meta"]) == ["current_page", "from", "last_page", "per_page", "to", "total"]
    assert tuple(answer["meta"].values()) == meta
    numbers = [customer["id"] for customer in answer["data"]]
    assert numbers == (list(range(ids[0], ids[1] + 1)) if ids else [])


@pytest.mark.rule("zangsho.list.pages")
def test_an_empty_list_has_one_page() -> None:
    answer = body(ZangshoTenant().send("listOrders"))
    assert answer["data"] == []
    assert tuple(answer["meta"].values()) == (1, None, 1, 20, None, 0)


@pytest.mark.rule("zangsho.list.pages", "zangsho.list.filters")
@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("listCustomers", {"per_page": "101"}),
        ("listCustomers", {"per_page": "0"}),
        ("listCustomers", {"page": "0"}),
        ("listCustomers", {"page": "-1"}),
        ("listCustomers", {"page": "two"}),
        ("listCustomers", {"page": "9" * 5000}),
        ("listOrders", {"status": "shipped"}),
        ("listOrders", {"start_date": "2025-13-01"}),
        ("listOrders", {"end_date": "2025/12/01"}),
        ("listOrders", {"customer_id": "wang"}),
        ("listSubscriptions", {"status": "expired"}),
        ("listSubscriptionEvents", {"event_type": "upgraded"}),
    ],
)
def test_a_value_that_a_filter_does_not_take_is_refused(operation: str, query: dict[str, str]) -> None:
    answer = ZangshoTenant().send(operation, query=query)
    (name,) = query
    assert answer.reply.status == 422
    assert body(answer)["errors"] == {name: [f"{name} 格式不正確"]}


@pytest.mark.rule("zangsho.list.filters")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"status": "paid"}, ["ORD-2025-001", "3"]),
        ({"customer_id": "102"}, ["3"]),
        ({"customer_id": "999"}, []),
        ({"start_date": "2025-12-31"}, ["2", "3"]),
        ({"end_date": "2025-12-31"}, ["ORD-2025-001", "2"]),
        ({"start_date": "2025-12-01", "end_date": "2025-12-01"}, ["ORD-2025-001"]),
        ({"status": "pending", "customer_id": "101"}, ["2"]),
        ({"status": ""}, ["ORD-2025-001", "2", "3"]),
    ],
)
def test_orders_are_filtered_by_status_customer_and_days(query: dict[str, str], numbers: list[str]) -> None:
    answer = body(ZangshoTenant(orders=ORDERS).send("listOrders", query=query))
    assert [order["order_no"] for order in answer["data"]] == numbers


@pytest.mark.rule("zangsho.list.filters")
def test_orders_are_filtered_by_customer_in_any_spelling_of_the_email() -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 1, "customer_email": "WANG.xiaoming@Example.com"}])
    for customer, numbers in (("101", [1]), ("102", [])):
        answer = body(zangsho.send("listOrders", query={"customer_id": customer}))
        assert [order["id"] for order in answer["data"]] == numbers


@pytest.mark.rule("zangsho.list.filters")
@pytest.mark.parametrize(
    ("paid_at", "ids"),
    [
        ("0001-01-01T00:00:00+14:00", []),  # in Taiwan a day before the first one
        ("9999-12-31T23:59:59-12:00", []),  # in Taiwan a day after the last one
        ("2025-12-01", [1]),
    ],
)
def test_a_held_time_at_the_ends_of_the_calendar_can_be_filtered_by_day(paid_at: str, ids: list[int]) -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 1, "paid_at": paid_at}])
    answer = body(zangsho.send("listOrders", query={"start_date": "0001-01-01", "end_date": "9999-12-31"}))
    assert [order["id"] for order in answer["data"]] == ids


@pytest.mark.rule("zangsho.list.filters")
@pytest.mark.parametrize(("search", "ids"), [("小明", [101]), ("CHEN", [102]), ("example.com", [101, 102]), ("無", [])])
def test_customers_are_found_by_a_part_of_their_email_or_name(search: str, ids: list[int]) -> None:
    answer = body(ZangshoTenant().send("listCustomers", query={"search": search}))
    assert [customer["id"] for customer in answer["data"]] == ids


@pytest.mark.rule("zangsho.list.filters")
def test_subscriptions_and_events_are_filtered_by_customer_and_kind() -> None:
    held = {"id": 1, **SUBSCRIPTION}
    zangsho = ZangshoTenant(subscriptions=[held, {**held, "id": 2, "customer_id": 102, "status": "cancelled"}])
    zangsho.batch("events", EVENT, {**EVENT, "event_type": "cancel"})

    def ids(operation: str, **query: str) -> list[int]:
        return [record["id"] for record in body(zangsho.send(operation, query=query))["data"]]

    assert ids("listSubscriptions", status="cancelled") == [2]
    assert ids("listSubscriptions", customer_id="101") == [1]
    assert ids("listSubscriptionEvents", event_type="cancel") == [2]
    assert ids("listSubscriptionEvents", customer_id="102") == []


@pytest.mark.rule("zangsho.list.one-record")
@pytest.mark.parametrize(
    ("operation", "path", "id_found"),
    [
        ("getCustomer", {"customerIdOrExternalId": "101"}, 101),
        ("getCustomer", {"customerIdOrExternalId": "cus_abc123"}, 103),
        ("getCustomer", {"customerIdOrExternalId": "客戶"}, None),
        ("getOrder", {"orderNo": "ORD-2025-001"}, 1),
        ("getOrder", {"orderNo": "stats"}, None),
        ("getSubscription", {"id": "1"}, 1),
        ("getSubscription", {"id": "2"}, None),
    ],
)
def test_one_record_is_found_by_its_identifier(operation: str, path: dict[str, str], id_found: int | None) -> None:
    other = {"id": 103, "email": "external@example.com", "external_id": "cus_abc123"}
    zangsho = ZangshoTenant(
        customers=[*CUSTOMERS, other], orders=ORDERS, subscriptions=[{"id": 1, **SUBSCRIPTION, "reason": "never shown"}]
    )
    answer = zangsho.send(operation, path=path)
    assert answer.reply.status == (200 if id_found else 404)
    if id_found:
        assert body(answer)["data"]["id"] == id_found
        assert "reason" not in body(answer)["data"]
