"""Orders read back: a span of time, filters, pages.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Get-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import SEVEN_KEYS, OmniSegmentTenant, body, message


def held(**more: Any) -> OmniSegmentTenant:
    orders = [
        {"transaction_id": f"單-{day}", "datetime": f"2025-11-0{day}T00:00:00+0800", "transaction_revenue": day}
        | {"member_sn": str(day), "products": f"P00{day}"}
        for day in range(1, 5)
    ]
    return OmniSegmentTenant(orders=orders, **more)


def found(omnisegment: OmniSegmentTenant, **query: str) -> list[str]:
    return [order["transaction_id"] for order in body(omnisegment.read(**query))["data"]]


@pytest.mark.rule("omnisegment.orders.window")
@pytest.mark.parametrize(
    ("first", "last", "orders"),
    [
        ("2025-11-02 00:00", "2025-11-03 00:00", ["單-2", "單-3"]),
        ("2025-11-01T16:00:00Z", "2025-11-01T16:00:00Z", ["單-2"]),
        ("2025-11-04", "2025-12-01", ["單-4"]),
        ("2025-12-01 00:00", "2025-11-01 00:00", []),
    ],
)
def test_both_ends_of_the_window_are_included(first: str, last: str, orders: list[str]) -> None:
    assert found(held(), datetime_min=first, datetime_max=last) == orders


@pytest.mark.rule("omnisegment.orders.window")
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"datetime_min": ""}, "Missing Input Error: Missing datetime_min"),
        ({"datetime_min": "", "datetime_max": ""}, "Missing Input Error: Missing datetime_min, datetime_max"),
        ({"datetime_max": "01.12.2025"}, "Input Error: format of datetime_max is invalid"),
    ],
)
def test_a_read_back_without_its_window_is_refused(query: dict[str, str], text: str) -> None:
    answer = held().read(**query)
    assert (answer.reply.status, message(answer), list(body(answer))) == (400, text, SEVEN_KEYS)


@pytest.mark.rule("omnisegment.orders.filters")
@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ({"transaction_ids": "單-1,單-4,單-9"}, ["單-1", "單-4"]),
        ({"member_sns": "2, 3"}, ["單-2", "單-3"]),
        ({"product_ids": "P004"}, ["單-4"]),
        ({"member_sns": "2,3", "product_ids": "P003,P004"}, ["單-3"]),
        ({"member_sns": "9"}, []),
    ],
)
def test_any_value_of_a_filter_and_every_filter_has_to_match(query: dict[str, str], orders: list[str]) -> None:
    assert found(held(), **query) == orders


@pytest.mark.rule("omnisegment.orders.filters")
@pytest.mark.parametrize("name", ["transaction_ids", "member_sns", "product_ids"])
def test_a_filter_takes_thirty_values(name: str) -> None:
    assert held().read(**{name: ",".join(["x"] * 30)}).reply.status == 200
    assert message(held().read(**{name: ",".join(["x"] * 31)})) == f"Input Error: size of {name} exceeds 30"


@pytest.mark.rule("omnisegment.orders.pages")
def test_a_page_has_a_thousand_orders() -> None:
    orders = [
        {"transaction_id": f"A-{number}", "datetime": "2025-11-01T00:00:00+0800", "transaction_revenue": 1}
        for number in range(2001)
    ]
    omnisegment = OmniSegmentTenant(orders=orders)
    shown = [body(omnisegment.read(page=page)) for page in ("", "2", "3", "4")]
    assert [(page["previous"], page["next"], page["page_count"], len(page["data"])) for page in shown] == [
        (False, True, 3, 1000),
        (True, True, 3, 1000),
        (True, False, 3, 1),
        (True, False, 3, 0),
    ]


@pytest.mark.rule("omnisegment.orders.pages")
@pytest.mark.parametrize("page", ["0", "-1", "two", "1.5", "９", "9" * 5000])
def test_an_invalid_page_number_is_refused(page: str) -> None:
    assert message(held().read(page=page)) == "Input Error: format of page is invalid"


@pytest.mark.rule("omnisegment.orders.window")
def test_an_order_is_read_back_in_the_vendors_own_format() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(datetime="2025-03-21T07:02:17.14Z", products="P001,P002", products_quantity="1,2.5")
    answer = omnisegment.read()
    [order] = body(answer)["data"]
    assert list(body(answer)) == ["next", "previous", "page_count", "data"]
    assert order["datetime"] == "2025-03-21T15:02:17.140000+0800"
    assert (order["transaction_revenue"], order["transaction_status"]) == ("1980.00", "SUCCESS")
    assert set(order["shipping_address"].values()) == {None}
    assert [line["product_quantity"] for line in order["products"]] == [1, 2.5]
