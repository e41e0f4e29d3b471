"""Orders of three shops, in the documented shape of their REST APIs, read into orders of the kit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mockservers.core.errors import UnknownName, UsageError
from mockservers.testing.orders import (
    NEXT,
    STATUSES,
    Order,
    Pieces,
    Status,
    UnreadableOrder,
    as_json,
    from_magento,
    from_shopify,
    from_woocommerce,
    read_orders,
)

SHOPS = Path(__file__).parents[2] / "fixtures" / "shops"
TAIPEI = ZoneInfo("Asia/Taipei")


def orders_of(name: str) -> dict[str, Order]:
    return {order.id: order for order in read_orders(SHOPS / name, zone=TAIPEI)}


SHOPIFY, WOO, MAGENTO = (orders_of(name) for name in ("shopify.json", "woocommerce.ndjson", "magento.json"))


@pytest.mark.parametrize(
    ("orders", "statuses"),
    [
        (SHOPIFY, ["delivered", "paid", "partially-refunded", "paid", "paid", "cancelled", "refunded"]),
        (WOO, ["delivered", "paid", "on-hold", "failed", "refunded", "partially-refunded", "cancelled"]),
        (MAGENTO, ["delivered", "paid", "placed", "partially-refunded", "refunded", "on-hold", "paid"]),
    ],
    ids=["shopify", "woocommerce", "magento"],
)
def test_every_order_has_its_status_after_those_before_it(orders: Mapping[str, Order], statuses: list[str]) -> None:
    assert [order.status for order in orders.values()] == statuses
    for order in orders.values():
        moments = [change.at for change in order.history]
        assert moments == sorted(set(moments))
        assert moments[0] == order.ordered_at


@pytest.mark.parametrize(
    ("order", "total", "quantity", "refunded"),
    [
        (SHOPIFY["#1001"], "68.74", 3, "0"),
        (SHOPIFY["#1002"], "27.00", 3, "0"),
        (SHOPIFY["#1003"], "40.00", 2, "20.00"),
        (SHOPIFY["#1005"], "0", 1, "0"),
        (WOO["701"], "1251.00", 3, "0"),
        (WOO["702"], "108.00", 1, "0"),
        (WOO["703"], "60.35", 1, "0"),
        (WOO["706"], "180.00", 4, "60.00"),
        (MAGENTO["000000101"], "1065", 2, "0"),
        (MAGENTO["000000102"], "855", 3, "0"),
        (MAGENTO["000000103"], "500", 3, "0"),
        (MAGENTO["000000107"], "450", 1, "0"),
    ],
    ids=lambda each: each.id if isinstance(each, Order) else None,
)
def test_parts_of_an_order_add_up_to_the_total_of_the_shop(
    order: Order, total: str, quantity: int, refunded: str
) -> None:
    assert (order.total, order.quantity, order.refunded) == (Decimal(total), quantity, Decimal(refunded))


def test_a_shops_clock_decides_the_business_day() -> None:
    assert str(SHOPIFY["#1001"].ordered_at) == "2025-11-01 09:15:00-05:00"
    # 22:30 of the day before, in GMT.
    assert str(WOO["701"].ordered_at) == "2025-11-01 00:30:00+02:00"
    # 17:00 of the day before, in UTC, as Magento has it.
    assert MAGENTO["000000101"].business_day.isoformat() == "2025-11-01"


def test_an_indivisible_line_total_is_rounded_up_with_a_discount() -> None:
    (line,) = WOO["701"].lines

    assert (line.unit_price, line.discount, line.total) == (Decimal("333.34"), Decimal("0.02"), Decimal("1200.00"))


def test_guests_have_only_the_details_that_they_gave() -> None:
    guest, by_phone = WOO["702"].customer, WOO["703"].customer

    assert (guest.external_id, guest.email) == ("", "guest@example.com")
    assert (by_phone.external_id, by_phone.email, by_phone.phone) == ("", "", "+380501234569")
    assert SHOPIFY["#1002"].customer.external_id == ""
    assert MAGENTO["000000103"].customer.external_id == ""
    assert (SHOPIFY["#1004"].customer.external_id, SHOPIFY["#1004"].customer.email) == ("7100000000002", "")


def test_one_customer_has_two_e_mails() -> None:
    first, second = SHOPIFY["#1001"].customer, SHOPIFY["#1003"].customer

    assert first.external_id == second.external_id
    assert (first.email, second.email) == ("ann@example.com", "ann.lee@example.net")


def test_refunds_name_their_pieces() -> None:
    assert SHOPIFY["#1003"].refunds[0].pieces == (Pieces("31", 1),)
    assert WOO["706"].refunds[0].pieces == (Pieces("6", 1),)
    assert MAGENTO["000000104"].refunds[0].pieces == (Pieces("7", 1),)
    assert WOO["705"].refunds[0].pieces == ()


def test_currencies_gift_cards_fees_and_bundles_are_read() -> None:
    seen, card = SHOPIFY["#1004"].presentment, SHOPIFY["#1007"]

    assert seen is not None
    assert (seen.currency, seen.total) == ("JPY", Decimal(4500))
    assert (card.gift_card, MAGENTO["000000107"].gift_card) == (Decimal("20.00"), Decimal(100))
    assert [fee.amount for fee in WOO["703"].fees] == [Decimal("0.35")]
    assert [line.part_of for line in WOO["706"].lines] == ["", "", "6"]
    assert [(line.part_of, line.total) for line in MAGENTO["000000103"].lines] == [
        ("", Decimal(0)),
        ("4", Decimal(300)),
        ("4", Decimal(200)),
    ]
    # The choice of a configurable product is its line.
    assert [line.sku for line in MAGENTO["000000102"].lines] == ["CUP-RED"]


def test_addresses_coupons_and_payment_are_read() -> None:
    order = WOO["702"]

    assert order.bill_to is not None
    assert (order.bill_to.city, order.bill_to.country, order.coupon) == ("Київ", "UA", "ОСІНЬ")
    assert (order.payment_method, order.attributes) == ("cod", {"нота": "так"})
    assert MAGENTO["000000102"].coupon == "AUTUMN-10"


@pytest.mark.parametrize("orders", [SHOPIFY, WOO, MAGENTO], ids=["shopify", "woocommerce", "magento"])
def test_shop_orders_match_the_schema_of_the_protocol(orders: Mapping[str, Order]) -> None:
    from mockservers.core.contract.validation import Validator
    from mockservers.testing.conformance.programs import schema

    whole = schema()
    order = Validator({"$ref": "#/$defs/order", "$defs": whole["$defs"]}, file="protocol")
    assert all(order.valid(json.loads(json.dumps(as_json(each)))) for each in orders.values())


# -- what cannot be read ----------------------------------------------------------------------------------------------


def changed(name: str, **values: Any) -> dict[str, Any]:
    text = (SHOPS / name).read_text("utf-8")
    if name.endswith("ndjson"):
        return {**json.loads(text.splitlines()[0]), **values}
    whole = json.loads(text)
    return {**(whole.get("orders") or whole["items"])[0], **values}


READERS: Mapping[str, Callable[[Mapping[str, Any]], Order]] = {
    "shopify.json": from_shopify,
    "woocommerce.ndjson": from_woocommerce,
    "magento.json": from_magento,
}
LINE = {"id": 1, "item_id": 1, "title": "Tea", "name": "Tea", "sku": "TEA"}


@pytest.mark.parametrize(
    ("sku", "variation", "expected"),
    [("KAVA-1", 120, "KAVA-1"), ("", 120, "120"), ("", 0, "10"), ("", 101, "101")],
)
def test_a_woocommerce_line_without_a_sku_is_known_by_its_variation_or_product(
    sku: str, variation: int, expected: str
) -> None:
    document = json.loads((SHOPS / "woocommerce.ndjson").read_text("utf-8").splitlines()[0])
    document["line_items"][0] |= {"sku": sku, "variation_id": variation}
    assert from_woocommerce(document).lines[0].sku == expected


def test_a_part_of_a_bundle_without_a_line_is_part_of_no_line() -> None:
    shopify, woo = changed("shopify.json"), changed("woocommerce.ndjson")
    shopify["line_items"][0]["line_item_group"] = {"id": "gid://shopify/LineItemGroup/7", "title": "Set"}
    woo["line_items"][0]["bundled_by"] = "99"

    assert {line.part_of for line in (*from_shopify(shopify).lines, *from_woocommerce(woo).lines)} == {""}


def test_a_status_that_a_plugin_added_is_mapped() -> None:
    packed, sent = changed("woocommerce.ndjson", status="wc-packed"), changed("woocommerce.ndjson", status="processing")
    statuses: dict[str, Status] = {"packed": "paid", "processing": "delivered"}

    assert [each.status for each in from_woocommerce(packed, statuses).history] == ["placed", "paid"]
    assert from_woocommerce(sent, statuses).status == "delivered"
    with pytest.raises(
        UnreadableOrder, match=r"'packed'\. .*--status packed=paid, in Python statuses=\{'packed': 'paid'\}"
    ):
        from_woocommerce(packed)


@pytest.mark.parametrize("status", STATUSES)
def test_a_mapped_status_has_those_before_it(status: Status) -> None:
    order = from_woocommerce(changed("woocommerce.ndjson", status="ours"), {"ours": status})

    statuses = [each.status for each in order.history]
    assert (statuses[0], statuses[-1]) == ("placed", status)
    assert all(after in NEXT[before] for before, after in pairwise(statuses))


def test_statuses_are_mapped_of_shops_that_can_have_their_own() -> None:
    own = read_orders(SHOPS / "woocommerce.ndjson", statuses={"processing": "on-hold"})
    assert "on-hold" in {order.status for order in own}
    with pytest.raises(UsageError, match=r"is of shopify, whose statuses are fixed\. Fix: leave --status out"):
        read_orders(SHOPS / "shopify.json", statuses={"packed": "paid"})
    with pytest.raises(UnknownName, match="Unknown status of an order 'payed'"):
        read_orders(SHOPS / "woocommerce.ndjson", statuses={"packed": "payed"})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("shopify.json", {"total_price": None}, "/total_price: is required"),
        ("shopify.json", {"total_price": "99.00"}, "/total_price: is 99.00, but lines, discounts"),
        ("shopify.json", {"created_at": "2025-11-01"}, "/created_at: must be a date and time with the shop's offset"),
        ("shopify.json", {"line_items": []}, "/line_items: must have a line"),
        ("shopify.json", {"line_items": 5}, "/line_items: must be a list, not 5"),
        ("shopify.json", {"line_items": [{**LINE, "quantity": "x"}]}, "/line_items/0/quantity: must be an amount"),
        ("shopify.json", {"line_items": [{**LINE, "quantity": 0}]}, "/line_items/0/quantity: must be at least 1"),
        ("shopify.json", {"financial_status": "payed"}, "/financial_status: unknown status 'payed'. Available: paid, "),
        ("shopify.json", {"email": []}, "/email: must be a string, not []"),
        (
            "shopify.json",
            {"refunds": [{"id": 1, "created_at": "2025-11-03T08:00:00Z", "refund_line_items": [{"line_item_id": 9}]}]},
            "/refunds/0/refund_line_items/0/line_item_id: the order has no line '9'",
        ),
        ("woocommerce.ndjson", {"date_created_gmt": None}, "/date_created_gmt: is required: it shows the offset"),
        ("woocommerce.ndjson", {"status": "shipped-it"}, "/status: unknown status 'shipped-it'. Available: pending, "),
        ("woocommerce.ndjson", {"currency": ""}, "/currency: is required"),
        ("woocommerce.ndjson", {"billing": "x"}, "/billing: must be a JSON object, not 'x'"),
        ("magento.json", {"state": "done"}, "/state: unknown state 'done'. Available: new, "),
        ("magento.json", {"created_at": "yesterday"}, "/created_at: must be a date and time, not 'yesterday'"),
        ("magento.json", {"items": [{**LINE, "qty_ordered": 1.5}]}, "/items/0/qty_ordered: must be a whole number"),
    ],
)
def test_an_unreadable_value_is_reported_with_its_place(name: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableOrder) as caught:
        READERS[name](changed(name, **values))
    assert str(caught.value).startswith(said)


def test_a_rounding_difference_becomes_a_fee() -> None:
    order = from_shopify(changed("shopify.json", total_price="68.75"))

    assert [(fee.name, fee.amount) for fee in order.fees] == [("rounding", Decimal("0.01"))]
    assert order.total == Decimal("68.75")


def test_a_magento_shop_without_a_zone_is_in_utc() -> None:
    order = from_magento(changed("magento.json"))

    assert order.ordered_at == datetime(2025, 10, 31, 17, tzinfo=UTC)
    assert order.ordered_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("[]", "has no orders"),
        ("{", "is not JSON"),
        (
            '{"a": 1}',
            "order 1: is no order of a shop that is known (shopify, woocommerce, magento). Fix: name the shop",
        ),
        ("[5]", "order 1: must be a JSON object, not int"),
        ('{"orders": [null]}', "order 1: must be a JSON object"),
    ],
)
def test_a_file_without_orders_is_an_error(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "orders.json"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"orders\.json") as caught:
        read_orders(file)
    assert said in str(caught.value)


def test_a_wrong_line_of_ndjson_is_named(tmp_path: Path) -> None:
    lines = (SHOPS / "woocommerce.ndjson").read_text("utf-8").splitlines()
    file = tmp_path / "orders.ndjson"
    file.write_text("\n".join([lines[0], "", "{nonsense", lines[1]]), "utf-8")
    with pytest.raises(UsageError, match=r"orders\.ndjson, line 3: is not JSON"):
        read_orders(file)
    file.write_text("\n".join([lines[0], lines[0]]), "utf-8")
    with pytest.raises(UsageError, match=r"line 2: there is another order '701'"):
        read_orders(file)


def test_an_unknown_shop_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="shop"):
        read_orders(SHOPS / "magento.json", "magenta")
    with pytest.raises(UsageError, match="cannot be read"):
        read_orders(tmp_path / "none.json")
