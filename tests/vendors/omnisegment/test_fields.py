"""data object, shipping_address object, voucher object: the fields of an order.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import ORDER, TAKEN, OmniSegmentTenant, message

ADDRESS = {"address1": "信義路五段7號"}
PARTS = ["address2", "city", "company", "country", "country_code", "latitude", "longitude", "province", "province_code"]


@pytest.mark.rule("omnisegment.purchase.required")
@pytest.mark.parametrize("name", ["datetime", "transaction_id", "transaction_revenue"])
@pytest.mark.parametrize("nothing", ["absent", None, ""])
def test_an_empty_required_field_is_missing(name: str, nothing: str | None) -> None:
    omnisegment = OmniSegmentTenant()
    sent = {key: value for key, value in ORDER.items() if key != name}
    answer = omnisegment.send(sent if nothing == "absent" else {**sent, name: nothing})
    assert message(answer) == f"Missing Input Error: Missing {name}"
    assert omnisegment.rules("refused") == {"omnisegment.purchase.required"}


@pytest.mark.rule("omnisegment.purchase.required")
def test_all_missing_fields_are_named_together() -> None:
    omnisegment = OmniSegmentTenant()
    text = "Missing Input Error: Missing datetime, transaction_id, transaction_revenue, member_sn"
    assert message(omnisegment.send({"coupon": "雙11"})) == text


@pytest.mark.rule("omnisegment.purchase.types")
@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("transaction_id", 1001, "type of transaction_id should be str instead of <class 'int'>"),
        ("quantities", "2", "type of quantities should be int instead of <class 'str'>"),
        ("quantities", 2.5, "type of quantities should be int instead of <class 'float'>"),
        ("products", ["P001"], "type of products should be str or dict instead of <class 'list'>"),
        ("products", {"default": ["P001"]}, "type of products.default should be str instead of <class 'list'>"),
        ("products_quantity", [1, 2], "type of products_quantity should be str instead of <class 'list'>"),
        ("products_name", 7, "type of products_name should be str instead of <class 'int'>"),
        ("physical_store_name", True, "type of physical_store_name should be str instead of <class 'bool'>"),
        ("coupon", {}, "type of coupon should be str instead of <class 'dict'>"),
        ("member_sn", [1], "type of member_sn should be str or int instead of <class 'list'>"),
        ("member_sn", True, "type of member_sn should be str or int instead of <class 'bool'>"),
    ],
)
def test_a_field_of_another_type_is_an_error(name: str, value: Any, text: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert message(omnisegment.order(**{name: value})) == f"Input Error: {text}"
    assert omnisegment.order(mode=0, **{name: value}).reply.body == TAKEN
    assert omnisegment.silent_rules == ["omnisegment.purchase.types"]


@pytest.mark.rule("omnisegment.purchase.null")
@pytest.mark.parametrize(
    "name",
    [
        "transaction_status",
        "quantities",
        "products",
        "products_name",
        "products_quantity",
        "physical_store_name",
        "shipping_address",
        "voucher",
        "coupon",
        "source",
        "device",
        "user_agent",
        "source_id",
        "source_system",
    ],
)
def test_a_null_for_an_optional_field_is_the_same_as_none(name: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.send({**ORDER, name: None}).reply.body == TAKEN
    assert omnisegment.ledger["findings"] == []
    assert omnisegment.orders[0].get(name, "SUCCESS") == "SUCCESS"


@pytest.mark.rule("omnisegment.purchase.status")
@pytest.mark.parametrize("status", ["SUCCESS", "CANCEL", "REFUND", "FAIL", "SHIPPED", "PAID"])
def test_each_status_of_the_page_is_kept(status: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(transaction_status=status).reply.body == TAKEN
    assert omnisegment.orders[0]["transaction_status"] == status


@pytest.mark.rule("omnisegment.purchase.status")
def test_an_order_without_status_is_a_success() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order()
    assert omnisegment.orders[0]["transaction_status"] == "SUCCESS"


@pytest.mark.rule("omnisegment.purchase.status")
@pytest.mark.parametrize("status", ["success", "Paid", "REFUNDED", "完成", ""])
def test_another_status_loses_the_order_unless_the_reading_keeps_it(status: str) -> None:
    default = OmniSegmentTenant()
    assert default.order(mode=0, transaction_status=status).reply.body == TAKEN
    assert default.silent_rules == ["omnisegment.purchase.status"]
    lenient = OmniSegmentTenant(readings={"omnisegment.purchase.status": "store"})
    lenient.order(transaction_status=status or "OTHER")
    assert lenient.orders[0]["transaction_status"] == (status or "OTHER")


@pytest.mark.rule("omnisegment.purchase.device")
@pytest.mark.parametrize("device", ["PC", "ANDROID", "IPHONE", "IPAD", "MOBILEWEB"])
def test_each_device_of_the_page_is_kept(device: str) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(device=device)
    assert omnisegment.orders[0]["device"] == device
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.purchase.device")
@pytest.mark.parametrize("device", ["TABLET", "iPhone 15", "ıphone", "ıpad", "mobılewe\u1e03", "Смартфон", ""])
def test_another_device_loses_the_order_or_under_a_reading_only_itself(device: str) -> None:
    default = OmniSegmentTenant()
    text = "Input Error: device should be one of ['PC', 'ANDROID', 'IPHONE', 'IPAD', 'MOBILEWEB']"
    assert message(default.order(device=device)) == text
    lenient = OmniSegmentTenant(readings={"omnisegment.purchase.device": "drop-field"})
    assert lenient.order(mode=0, device=device).reply.body == TAKEN
    assert "device" not in lenient.orders[0]
    assert lenient.silent_rules == ["omnisegment.purchase.device"]


@pytest.mark.rule("omnisegment.purchase.device-case")
@pytest.mark.parametrize("device", ["pc", "iPhone", "MobileWeb"])
def test_a_device_in_another_letter_case_is_kept_and_at_risk(device: str) -> None:
    default = OmniSegmentTenant()
    assert default.order(device=device).reply.body == TAKEN
    assert default.rules() == {"omnisegment.purchase.device-case"}
    strict = OmniSegmentTenant(readings={"omnisegment.purchase.device-case": "refuse"})
    assert strict.order(device=device).reply.status == 400


UNUSUAL = [
    "20240715T095123+0800",
    "2024-W29-1T09:51:23+0800",
    "2024W291T0951Z",
    "2024-197T24:00+08:00",
    "2024-07-15T09Z",
]


@pytest.mark.rule("omnisegment.purchase.datetime-form")
@pytest.mark.parametrize("moment", UNUSUAL)
def test_an_iso_8601_format_that_the_page_does_not_show_is_kept_and_at_risk(moment: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(datetime=moment).reply.body == TAKEN
    assert omnisegment.orders[0]["datetime"] == moment
    assert omnisegment.rules("at-risk") == {"omnisegment.purchase.datetime-form"}
    narrower = OmniSegmentTenant(readings={"omnisegment.purchase.datetime-form": "usual"})
    assert message(narrower.order(datetime=moment)) == "Input Error: format of datetime is invalid"
    assert narrower.orders == []


@pytest.mark.rule("omnisegment.purchase.types", "omnisegment.purchase.revenue")
def test_a_total_in_quotes_goes_by_its_own_reading_alone() -> None:
    order: dict[str, Any] = {"transaction_revenue": "12.5"}
    types_alone = OmniSegmentTenant(readings={"omnisegment.purchase.types": "coerce"})
    assert types_alone.order(**order).reply.body != TAKEN
    assert (types_alone.orders, types_alone.items) == ([], {"sent": 1, "refused": 1})
    revenue_alone = OmniSegmentTenant(readings={"omnisegment.purchase.revenue": "coerce"})
    assert revenue_alone.order(**order).reply.body == TAKEN
    assert [each["transaction_revenue"] for each in revenue_alone.orders] == [12.5]


@pytest.mark.rule("omnisegment.purchase.datetime-form", "omnisegment.purchase.revenue")
def test_the_format_of_a_time_is_checked_even_if_another_field_is_converted() -> None:
    order: dict[str, Any] = {"datetime": UNUSUAL[0], "transaction_revenue": "12.5"}
    lenient = OmniSegmentTenant(readings={"omnisegment.purchase.revenue": "coerce"})
    assert lenient.order(**order).reply.body == TAKEN
    assert "omnisegment.purchase.datetime-form" in lenient.rules("at-risk")
    usual = {"omnisegment.purchase.revenue": "coerce", "omnisegment.purchase.datetime-form": "usual"}
    narrower = OmniSegmentTenant(readings=usual)
    assert message(narrower.order(**order)) == "Input Error: format of datetime is invalid"
    assert (narrower.orders, narrower.items) == ([], {"sent": 1, "refused": 1})


@pytest.mark.rule("omnisegment.purchase.datetime")
@pytest.mark.parametrize(
    "moment",
    [
        "2024-07-15T09:51:23+0800",
        "2024-07-15T09:51:23+08:00",
        "2024-07-15T01:51:23Z",
        "2024-07-15T09:51:23.140+0800",
        "2024-07-15T09:51+08",
        "2024-07-15T09:51:23,123456789+0800",
        "2024-02-29T00:00:00-1130",
    ],
)
def test_a_time_in_iso_8601_is_kept_as_sent(moment: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(datetime=moment).reply.body == TAKEN
    assert omnisegment.orders[0]["datetime"] == moment
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.purchase.datetime")
@pytest.mark.parametrize(
    "moment",
    [
        "2020-1-1 0:0:0",
        "2024/07/15 09:51:23",
        "2024-07-15 00:30:00",
        "2024-07",
        "2024-07-15T095123+0800",
        "2024-07-15T09:51:23+0860",
        "2024-07-15T09:51:23+08:99",
        "2024-07-15T09:51:23+24:00",
        "2024-02-30T00:00:00+0800",
        "1721008283",
        "昨天",
        "2024-07-15T25:00:00+0800",
        "2024-07-15T09:51:23+0800 ",
        "٢٠٢٤-07-15T00:00:00Z",
    ],
)
def test_a_time_in_another_format_is_an_error(moment: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert message(omnisegment.order(datetime=moment)) == "Input Error: format of datetime is invalid"


@pytest.mark.rule("omnisegment.purchase.datetime-zone")
@pytest.mark.parametrize("moment", ["2024-07-15T00:30:00", "2024-07-15T00:30", "2024-07-15"])
def test_a_time_without_an_offset_is_in_taiwan_time(moment: str) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(datetime=moment)
    assert omnisegment.rules() == {"omnisegment.purchase.datetime-zone"}
    assert b'"datetime":"2024-07-15T00:' in omnisegment.read(datetime_max="2024-07-15 01:00").reply.body


@pytest.mark.rule("omnisegment.purchase.revenue")
@pytest.mark.parametrize("revenue", [0, -5, 0.1, 5000.0, 12345678901234567890123, 1e300])
def test_any_number_is_a_valid_revenue(revenue: float) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(transaction_revenue=revenue).reply.body == TAKEN
    assert omnisegment.orders[0]["transaction_revenue"] == revenue


@pytest.mark.rule("omnisegment.purchase.revenue")
@pytest.mark.parametrize(("text", "number"), [("1990.50", 1990.5), ("1990", 1990), ("-3", -3)])
def test_a_revenue_as_text_is_an_error_unless_the_reading_accepts_it(text: str, number: float) -> None:
    default = OmniSegmentTenant()
    answer = default.order(transaction_revenue=text)
    assert message(answer) == "Input Error: type of transaction_revenue should be float instead of <class 'str'>"
    lenient = OmniSegmentTenant(readings={"omnisegment.purchase.revenue": "coerce"})
    assert lenient.order(transaction_revenue=text).reply.body == TAKEN
    assert lenient.orders[0]["transaction_revenue"] == number
    assert lenient.rules() == {"omnisegment.purchase.revenue"}
    assert lenient.order(transaction_revenue="貳仟").reply.status == 400
    assert lenient.order(transaction_revenue="1" * 5000).reply.status == 400


@pytest.mark.rule("omnisegment.purchase.quantities")
def test_quantities_that_are_not_the_sum_are_kept_and_noted() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(quantities=9, products="P001,P002", products_quantity="1,2")
    assert omnisegment.rules() == {"omnisegment.purchase.quantities"}
    assert omnisegment.ledger["findings"][0]["why"] == "quantities is 9, products_quantity adds up to 3"


@pytest.mark.rule("omnisegment.purchase.address")
@pytest.mark.parametrize("address", [{}, {"city": "台北市"}, {"address1": None, "city": "台北市"}])
def test_an_address_needs_its_first_line(address: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(shipping_address=address)
    assert message(answer) == "Missing Input Error: Missing shipping_address.address1"
    assert omnisegment.rules("refused") == {"omnisegment.purchase.address"}


@pytest.mark.rule("omnisegment.purchase.address-types")
@pytest.mark.parametrize("part", [*PARTS, "zip"])
def test_a_part_of_an_address_is_text_or_null(part: str) -> None:
    omnisegment = OmniSegmentTenant()
    for value in (None, "x"):
        assert omnisegment.order(shipping_address={**ADDRESS, part: value}).reply.body == TAKEN
    assert omnisegment.orders[0]["shipping_address"] == {**ADDRESS, part: "x"}
    answer = omnisegment.order(shipping_address={**ADDRESS, part: 10})
    assert message(answer) == f"Input Error: type of shipping_address.{part} should be str instead of <class 'int'>"


@pytest.mark.rule("omnisegment.purchase.voucher")
def test_a_voucher_needs_its_name() -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(voucher=[{"voucher_name": "生日禮"}, {}])
    assert message(answer) == "Missing Input Error: Missing voucher.1.voucher_name"
    assert omnisegment.rules("refused") == {"omnisegment.purchase.voucher"}


@pytest.mark.rule("omnisegment.purchase.voucher-types")
@pytest.mark.parametrize("voucher", [{"voucher_name": "生日禮"}, "生日禮", ["生日禮"], [None], [{"voucher_name": 7}]])
def test_vouchers_are_a_list_of_objects(voucher: Any) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(voucher=voucher).reply.status == 400
    assert omnisegment.rules("refused") == {"omnisegment.purchase.voucher-types"}


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_an_unknown_key_at_any_depth_is_not_held() -> None:
    omnisegment = OmniSegmentTenant()
    voucher = [{"voucher_name": "生日禮", "amount": 5}]
    omnisegment.order(cupon="x", shipping_address={**ADDRESS, "floor": "3"}, voucher=voucher)
    [order] = omnisegment.orders
    assert (order["shipping_address"], order["voucher"]) == (ADDRESS, [{"voucher_name": "生日禮"}])
    assert "cupon" not in order
    places = {place for found in omnisegment.ledger["findings"] if found["silent"] for place in found["where"]}
    assert places == {"/data/cupon", "/data/shipping_address/floor", "/data/voucher/0/amount"}


@pytest.mark.rule("omnisegment.purchase.types")
@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"transaction_id": 1001}, {"transaction_id": "1001"}),
        ({"quantities": "2"}, {"quantities": 2}),
        ({"coupon": 5}, {"coupon": "5"}),
        ({"transaction_revenue": "1990.50"}, None),
        ({"products": 7, "products_quantity": 3}, {"products": "7", "products_quantity": "3"}),
        ({"shipping_address": {"address1": 5, "zip": 110}}, {"shipping_address": {"address1": "5", "zip": "110"}}),
        ({"voucher": [{"voucher_name": 7}]}, {"voucher": [{"voucher_name": "7"}]}),
        ({"coupon": True}, None),
        ({"coupon": ["a"]}, None),
        ({"quantities": "2.5"}, None),
        ({"quantities": "two"}, None),
        ({"device": 5}, None),
    ],
)
def test_a_value_of_a_wrong_type_is_an_error_or_converted_by_one_reading(
    changes: dict[str, Any], held: dict[str, Any] | None
) -> None:
    strict = OmniSegmentTenant()
    strict.order(mode=0, **changes)
    assert (strict.items, strict.silent) == ({"sent": 1, "dropped": 1}, 1)
    lenient = OmniSegmentTenant(readings={"omnisegment.purchase.types": "coerce"})
    lenient.order(mode=0, **changes)
    if held is None:
        assert (lenient.items, lenient.silent) == ({"sent": 1, "dropped": 1}, 1)
    else:
        assert {name: lenient.orders[0][name] for name in held} == held
        assert (lenient.silent, bool(lenient.rules("coerced"))) == (0, True)
        assert "omnisegment.purchase.types" in lenient.rules("at-risk")


EMPTY_TEXTS = [{"shipping_address": {"address1": "", "city": "台北市"}}, {"voucher": [{"voucher_name": ""}]}]


@pytest.mark.rule("omnisegment.purchase.empty-text")
@pytest.mark.parametrize("changes", EMPTY_TEXTS)
def test_an_empty_required_text_inside_an_order_is_kept_and_at_risk(changes: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=0, **changes).reply.body == TAKEN
    (name,) = changes
    assert omnisegment.orders[0][name] == changes[name]
    assert (omnisegment.silent, omnisegment.ledger["at_risk"]) == (0, 1)
    assert omnisegment.rules("at-risk") == {"omnisegment.purchase.empty-text"}


@pytest.mark.rule("omnisegment.purchase.empty-text")
@pytest.mark.parametrize("changes", EMPTY_TEXTS)
def test_under_the_strict_reading_an_empty_required_text_is_missing(changes: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant(readings={"omnisegment.purchase.empty-text": "refuse"})
    answer = omnisegment.order(**changes)
    assert message(answer).startswith("Missing Input Error: Missing ")
    omnisegment.order(mode=0, **changes)
    assert omnisegment.silent == 1
    assert omnisegment.items["dropped"] == omnisegment.items["refused"] == 1
    assert omnisegment.orders == []
