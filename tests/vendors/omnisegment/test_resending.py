"""An order that is sent again, and the history of its member."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mockservers.core.values.numbers import exact
from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, OmniSegmentTenant

STATUS, FIELDS = "omnisegment.resend.omitted-status", "omnisegment.resend.omitted-fields"


@pytest.mark.rule("omnisegment.resend.updates")
def test_an_order_sent_again_updates_the_one_that_is_held() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order()
    omnisegment.order(mode=0, transaction_status="REFUND", transaction_revenue=0)
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}
    [order] = omnisegment.orders
    assert (order["transaction_status"], order["transaction_revenue"]) == ("REFUND", 0)
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.resend.updates")
def test_the_same_order_sent_again_loses_nothing() -> None:
    omnisegment = OmniSegmentTenant()
    sent: dict[str, Any] = {"products": "P001", "products_name": "毛衣", "coupon": "雙11", "transaction_status": "PAID"}
    for _ in range(3):
        omnisegment.order(mode=0, **sent)
    assert omnisegment.items == {"sent": 3, "kept": 1, "updated": 2}
    assert omnisegment.ledger["findings"] == []


@pytest.mark.rule(STATUS)
def test_an_order_sent_again_without_status_is_a_success_again() -> None:
    default = OmniSegmentTenant()
    default.order(transaction_status="REFUND")
    default.order(mode=0)
    assert default.orders[0]["transaction_status"] == "SUCCESS"
    assert default.silent_rules == [STATUS]
    keeping = OmniSegmentTenant(readings={STATUS: "keep"})
    keeping.order(transaction_status="REFUND")
    keeping.order(mode=0)
    assert keeping.orders[0]["transaction_status"] == "REFUND"
    assert keeping.silent == 0


@pytest.mark.rule(FIELDS)
def test_fields_that_the_later_version_omits_keep_their_values_and_are_at_risk() -> None:
    merging = OmniSegmentTenant()
    merging.order(coupon="雙11", products="P001", products_quantity="2")
    merging.order(transaction_status="SHIPPED")
    [order] = merging.orders
    assert (order["coupon"], order["products"], order["product_lines"][0]["product_quantity"]) == ("雙11", "P001", 2)
    assert merging.rules() == {FIELDS}
    replacing = OmniSegmentTenant(readings={FIELDS: "replace"})
    replacing.order(coupon="雙11", products="P001")
    replacing.order(mode=0, transaction_status="SHIPPED")
    assert {"coupon", "products", "product_lines"}.isdisjoint(replacing.orders[0])
    assert replacing.silent_rules == [FIELDS]


@pytest.mark.rule(FIELDS)
def test_omitted_quantities_stay_only_if_the_products_stay_the_same() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P001,P002", products_name="一,二", products_quantity="1,2")
    omnisegment.order(products="P001,P002")
    assert [line["product_quantity"] for line in omnisegment.orders[0]["product_lines"]] == [1, 2]
    assert omnisegment.rules() == {FIELDS}
    omnisegment.order(products="P003")
    [order] = omnisegment.orders
    assert order["product_lines"] == [{"product_id": "P003", "product_quantity": 0}]
    assert {"products_name", "products_quantity"}.isdisjoint(order)


@pytest.mark.rule("omnisegment.resend.last-arrival-wins")
def test_the_version_that_arrives_last_is_kept_whatever_its_date() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(datetime="2025-11-02T00:00:00+0800", transaction_revenue=2)
    omnisegment.order(datetime="2025-11-01T23:00:00+0900", transaction_revenue=1)
    assert omnisegment.orders[0]["transaction_revenue"] == 1
    assert omnisegment.rules() == {"omnisegment.resend.last-arrival-wins"}


@pytest.mark.rule("omnisegment.resend.last-arrival-wins")
def test_the_same_instant_in_another_zone_is_not_earlier() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(datetime="2025-11-02T00:00:00+0800")
    omnisegment.order(datetime="2025-11-01T16:00:00Z")
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.resend.other-member")
def test_an_order_sent_again_for_another_member_moves() -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "1"}, {"member_sn": "2"}])
    omnisegment.order()
    omnisegment.order(member_sn="2")
    assert omnisegment.orders[0]["audience_id"] == 2
    assert [member["history"]["orders"] for member in omnisegment.state["members"]] == [0, 1]
    assert omnisegment.rules() == {"omnisegment.resend.other-member"}


@pytest.mark.rule("omnisegment.statistics.of-member")
def test_orders_count_towards_the_history_of_their_member() -> None:
    omnisegment = OmniSegmentTenant()
    first: dict[str, Any] = {
        "transaction_id": "A",
        "transaction_revenue": 0.1,
        "quantities": 2,
        "coupon": "雙11",
        "products": "P001",
    }
    omnisegment.order(datetime="2025-11-02T00:00:00+0800", products_name="毛衣", **first)
    omnisegment.order(transaction_id="B", transaction_revenue=0.2, quantities=5, products="P001,P002")
    assert omnisegment.state["members"][0]["history"] == {
        "orders": 2,
        "total_revenue": 0.3,
        "average_revenue": 0.15,
        "last_conversion_time": "2025-11-02T00:00:00+0800",
        "last_purchase_revenue": 0.1,
        "last_transaction_id": "A",
        "last_source": "雙11",
        "quantities": [2, 5],
        "product_names": ["毛衣", "P002"],
    }


@pytest.mark.rule("omnisegment.statistics.of-member")
def test_an_order_sent_again_counts_once() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(transaction_revenue=100)
    omnisegment.order(transaction_revenue=40)
    history = omnisegment.state["members"][0]["history"]
    assert (history["orders"], history["total_revenue"], history["average_revenue"]) == (1, 40, 40)
    assert history["last_purchase_revenue"] == 40


@pytest.mark.rule("omnisegment.statistics.of-member")
@pytest.mark.parametrize(
    "change", [{"datetime": "2025-11-01T00:00:00+0800"}, {"member_sn": "2"}], ids=["earlier", "moved"]
)
def test_the_last_order_of_a_member_is_the_last_that_remains(change: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "1"}, {"member_sn": "2"}])
    omnisegment.order(transaction_id="A", datetime="2025-11-02T00:00:00+0800", transaction_revenue=1, coupon="甲")
    omnisegment.order(transaction_id="B", datetime="2025-11-03T00:00:00+0800", transaction_revenue=2)
    omnisegment.order(transaction_id="C", datetime="2025-11-04T00:00:00+0800", transaction_revenue=3, coupon="丙")
    omnisegment.order(transaction_id="C", **change, transaction_revenue=3, coupon="丙")
    history = omnisegment.state["members"][0]["history"]
    assert (history["last_transaction_id"], history["last_purchase_revenue"]) == ("B", 2)
    assert (history["last_conversion_time"], history["last_source"]) == ("2025-11-03T00:00:00+0800", "甲")
    assert history["total_revenue"] == (3 if "member_sn" in change else 6)


@pytest.mark.rule("omnisegment.statistics.of-member")
def test_a_member_whose_only_order_moves_has_no_last_order() -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "1"}, {"member_sn": "2"}])
    omnisegment.order(coupon="雙11")
    omnisegment.order(member_sn="2")
    histories = [member["history"] for member in omnisegment.state["members"]]
    assert not [name for name in histories[0] if name.startswith("last_")]
    assert histories[1]["last_transaction_id"] == omnisegment.orders[0]["transaction_id"]


@pytest.mark.rule("omnisegment.resend.empty-value")
@pytest.mark.parametrize(("name", "empty"), [("coupon", None), ("shop", None), ("shop", "")])
def test_a_field_that_is_sent_again_empty_keeps_its_value_silently(name: str, empty: Any) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "shop", "type": "string"}])
    omnisegment.send({**ORDER, name: "台北"}, mode=0)
    omnisegment.send({**ORDER, name: empty}, mode=0)
    assert omnisegment.orders[0][name] == "台北"
    assert omnisegment.silent_rules == ([] if empty is None else ["omnisegment.resend.empty-value"])
    assert "omnisegment.resend.empty-value" in omnisegment.rules("ignored")


@pytest.mark.rule("omnisegment.resend.empty-value")
def test_a_field_sent_empty_both_times_loses_nothing() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "shop", "type": "string"}])
    for _ in range(2):
        omnisegment.send({**ORDER, "coupon": None, "shop": ""}, mode=0)
    assert omnisegment.silent == 0
    replacing = OmniSegmentTenant(readings={FIELDS: "replace"})
    for coupon in ("雙11", None):
        replacing.send({**ORDER, "coupon": coupon}, mode=0)
    assert "coupon" not in replacing.orders[0]
    assert replacing.silent == 0


def quantities(omnisegment: OmniSegmentTenant) -> dict[str, Any]:
    return {line["product_id"]: line["product_quantity"] for line in omnisegment.orders[0]["product_lines"]}


@pytest.mark.rule(FIELDS)
@pytest.mark.parametrize(
    ("again", "held", "lost"),
    [
        ("P1, P2", {"P1": 3, "P2": 4}, 0),
        ("P2,P1", {"P1": 3, "P2": 4}, 0),
        ({"default": "P1,P2"}, {"P1": 3, "P2": 4}, 0),
        ({"default": "P2,P1", "CRM": "C2,C1"}, {"P1": 3, "P2": 4}, 0),
        ({"ERP": "E2"}, {"P2": 4}, 1),
        ("P2", {"P2": 4}, 1),
        ("P1,P2,P3", {"P1": 3, "P2": 4, "P3": 0}, 0),
        ("P3", {"P3": 0}, 2),
    ],
)
def test_quantities_and_names_stay_with_the_products_that_remain(again: Any, held: dict[str, int], lost: int) -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P2", "title": "襯衫", "foreign_ids": {"ERP": "E2"}}])
    omnisegment.order(products="P1,P2", products_name="毛衣,襯衫", products_quantity="3,4")
    omnisegment.order(mode=0, products=again)
    assert quantities(omnisegment) == held
    [order] = omnisegment.orders
    titles = {"P1": "毛衣", "P2": "襯衫", "P3": "P3"}
    named = ",".join(titles[line["product_id"]] for line in order["product_lines"])
    assert order.get("products_name") == (named if "P3" not in held or len(held) > 1 else None)
    assert omnisegment.silent == lost
    assert omnisegment.silent_rules == ([FIELDS] if lost else [])


@pytest.mark.rule(FIELDS)
@pytest.mark.parametrize("lists", [{}, {"products_quantity": "5,6"}])
def test_quantities_sent_again_replace_the_held_ones(lists: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P1,P1", products_quantity="3,4")
    omnisegment.order(mode=0, products="P1,P1", **lists)
    counts = [line["product_quantity"] for line in omnisegment.orders[0]["product_lines"]]
    assert counts == ([5, 6] if lists else [3, 4])
    assert omnisegment.silent == 0


@pytest.mark.rule(FIELDS, "omnisegment.resend.empty-value")
@pytest.mark.parametrize(
    ("again", "held", "silent"),
    [
        ({"address1": "x"}, {"address1": "x", "city": "台北", "zip": "110"}, 0),
        ({"address1": "y", "zip": "111"}, {"address1": "y", "city": "台北", "zip": "111"}, 0),
        ({"address1": "x", "city": None}, {"address1": "x", "city": "台北", "zip": "110"}, 0),
        (None, {"address1": "x", "city": "台北", "zip": "110"}, 0),
    ],
)
def test_an_address_sent_again_follows_the_rule_of_the_order(again: Any, held: dict[str, str], silent: int) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(shipping_address={"address1": "x", "city": "台北", "zip": "110"})
    omnisegment.send({**ORDER, "shipping_address": again}, 0)
    assert omnisegment.orders[0]["shipping_address"] == held
    assert omnisegment.silent == silent
    replacing = OmniSegmentTenant(readings={FIELDS: "replace"})
    replacing.order(shipping_address={"address1": "x", "city": "台北", "zip": "110"})
    replacing.send({**ORDER, "shipping_address": again}, 0)
    stated = {name: value for name, value in (again or {}).items() if value is not None}
    assert replacing.orders[0].get("shipping_address", {}) == stated
    gone = {"city", "zip"} - set(again or {}) if again else set()
    assert replacing.silent == len(gone)


@pytest.mark.rule(FIELDS)
def test_vouchers_of_the_same_name_follow_the_rule_of_the_order() -> None:
    fields = [{"name": name, "type": "string", "of": "voucher"} for name in ("campaign", "shop")]
    omnisegment = OmniSegmentTenant(custom_fields=fields)
    birthday, other = {"voucher_name": "生日禮", "campaign": "週年慶", "shop": "台北"}, {"voucher_name": "б"}
    omnisegment.order(voucher=[birthday, {**other, "shop": "x"}])
    omnisegment.order(mode=0, voucher=[{"voucher_name": "生日禮", "campaign": "新年"}])
    assert omnisegment.orders[0]["voucher"] == [{**birthday, "campaign": "新年"}]
    assert (omnisegment.silent, omnisegment.silent_rules) == (1, [FIELDS])
    omnisegment.order(mode=0, voucher=[])
    assert omnisegment.orders[0]["voucher"] == [{**birthday, "campaign": "新年"}]
    assert omnisegment.silent_rules == [FIELDS]
    assert "omnisegment.resend.empty-value" in omnisegment.rules("ignored")


@pytest.mark.rule("omnisegment.resend.empty-value")
@pytest.mark.parametrize("empty", ["", " ", ",", " , ", None, {}, {"default": None}, {"default": ","}])
def test_products_sent_again_as_empty_stay(empty: Any) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P1", products_quantity="3")
    omnisegment.send({**ORDER, "products": empty}, 0)
    assert quantities(omnisegment) == {"P1": 3}
    assert omnisegment.silent_rules == (
        [] if empty in (None, {}, {"default": None}) else ["omnisegment.resend.empty-value"]
    )
    assert omnisegment.orders[0]["products"] == "P1"
    assert "omnisegment.resend.empty-value" in omnisegment.rules("ignored")


@pytest.mark.rule("omnisegment.resend.updates", "omnisegment.products.unknown-foreign-id")
def test_an_order_sent_again_with_products_that_are_not_found_has_no_lines() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P1", products_quantity="3")
    omnisegment.order(mode=0, products={"CRM": "C9"}, products_quantity="2")
    assert omnisegment.orders[0]["product_lines"] == []
    assert omnisegment.silent_rules == ["omnisegment.products.unknown-foreign-id"]


@pytest.mark.rule("omnisegment.resend.updates")
def test_the_source_id_of_a_resent_order_stays_only_with_the_same_member() -> None:
    omnisegment = OmniSegmentTenant(
        members=[{"member_sn": "1", "email": "a@b.tw"}, {"member_sn": "2"}],
        source_ids=[{"source_id": "C", "source_system": "CRM", "member_sn": "1"}],
    )
    omnisegment.order(member_sn=None, source_id="C", source_system="CRM")
    omnisegment.order(mode=0)
    [order] = omnisegment.orders
    assert (order["member_sn"], order["source_id"], omnisegment.silent) == ("1", "C", 0)
    omnisegment.order(mode=0, member_sn="2")
    assert "source_id" not in omnisegment.orders[0]


@pytest.mark.rule("omnisegment.statistics.of-member")
def test_sums_of_amounts_that_no_double_holds_are_exact() -> None:
    omnisegment = OmniSegmentTenant()
    raw = b"1234567890123456.78"
    for name in ("A", "B"):
        sent = {**omnisegment.credentials, "debug_mode": 1, "data": {**ORDER, "transaction_id": name}}
        body = json.dumps(sent).encode().replace(b": 1980", b": " + raw)
        omnisegment.ask("importPurchaseData", body, headers=JSON)
    assert [order["transaction_revenue"] for order in omnisegment.orders] == [Decimal(raw.decode())] * 2
    history = omnisegment.state["members"][0]["history"]
    assert exact(history["total_revenue"]) == Decimal("2469135780246913.56")
    assert exact(history["average_revenue"]) == Decimal(raw.decode())
    assert raw in omnisegment.read().reply.body
    assert omnisegment.ledger["findings"] == []
