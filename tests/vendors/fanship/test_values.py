"""Each field with a value of each JSON type, with null, and absent: what is refused, and what is held as it was sent.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html, スキーマ and JSONスキーマ
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.fanship.fanship_tenant import FanshipTenant

TEXTS = "transaction_id store_id member_id order_status item_name item_category item_code shipping_address "
TEXTS += "paymethod card_brand"
NUMBERS = "fixed_price discounted_price market_price discount_rate shipping_price packaging_price tax tax_rate"
TYPES = {
    **dict.fromkeys(TEXTS.split(), "text"),
    **dict.fromkeys(NUMBERS.split(), "number"),
    "order_date": "moment",
    "jan_code": "whole",
    "quantity": "whole",
    "subscription": "boolean",
    "property": "list",
    "promotion_id": "any",
}
VALUES: dict[str, tuple[Any, set[str]]] = {
    "null": (None, {"text", "number", "moment", "whole", "boolean", "list", "any"}),
    "an empty text": ("", {"text", "any"}),
    "a text": ("商品-𠮷", {"text", "any"}),
    "a number as text": ("1", {"text", "any"}),
    "a moment": ("2026-01-15T10:00:00+09:00", {"text", "moment", "any"}),
    "a moment in the year 0000": ("0000-02-29T10:00:00Z", {"text", "moment", "any"}),
    "a leap second": ("2016-12-31T23:59:60Z", {"text", "moment", "any"}),
    "a day": ("2026-01-15", {"text", "any"}),
    "zero": (0, {"number", "whole", "any"}),
    "a whole number": (-2, {"number", "whole", "any"}),
    "a whole number with a point": (3.0, {"number", "whole", "any"}),
    "a number beyond 64 bits": (10**20 + 1, {"number", "whole", "any"}),
    "a fraction": (1.5, {"number", "any"}),
    "true": (True, {"boolean", "any"}),
    "false": (False, {"boolean", "any"}),
    "an empty list": ([], {"list", "any"}),
    "a list of texts": (["a"], {"any"}),
    "a list of objects": ([{"key": "k", "value": "v"}], {"list", "any"}),
    "an empty object": ({}, {"any"}),
    "an object": ({"key": "k"}, {"any"}),
}


def test_the_page_has_25_fields() -> None:
    assert len(TYPES) + len(["id"]) == 25


@pytest.mark.rule("fanship.record.schema", "fanship.record.date-time", "fanship.record.promotion-id")
@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("value", VALUES)
def test_a_field_is_held_as_it_was_sent_or_refuses_its_file(name: str, value: str) -> None:
    sent, types = VALUES[value]
    fanship = FanshipTenant()
    status = fanship.upload("20260115", {"id": "1", name: sent}, {"id": "2"}).reply.status
    fanship.next_morning()
    assert fanship.silent == 0
    if TYPES[name] in types:
        assert status == 200
        assert fanship.state["purchases"] == [{"id": "1", name: sent}, {"id": "2"}]
        assert fanship.items == {"sent": 2, "kept": 2}
    else:
        assert status == 400
        assert fanship.items == {"sent": 2, "refused": 2}
        places = {place for finding in fanship.ledger["findings"] for place in finding["where"]}
        assert {place.removesuffix("/0") for place in places} == {f"line 1 /{name}"}


@pytest.mark.rule("fanship.members.schema")
@pytest.mark.parametrize("value", VALUES)
def test_a_member_is_held_with_whatever_it_has_and_needs_an_id(value: str) -> None:
    sent, types = VALUES[value]
    fanship = FanshipTenant()
    assert fanship.members({"id": "m", "氏名": sent, "more": {"nested": [sent]}}).reply.status == 200
    fanship.next_morning()
    assert fanship.state["members"] == [{"id": "m", "氏名": sent, "more": {"nested": [sent]}}]
    assert fanship.silent == 0
    is_right = "text" in types and bool(sent)
    other = FanshipTenant()
    assert other.members({"id": sent}, {"id": "n"}).reply.status == (200 if is_right else 400)
    assert other.items == ({"sent": 2, "pending": 2} if is_right else {"sent": 2, "refused": 2})
    assert other.rules() == (set() if is_right else {"fanship.members.schema", "fanship.upload.all-or-nothing"})


@pytest.mark.rule("fanship.members.schema", "fanship.record.json-lines")
@pytest.mark.parametrize("line", ["{}", "null", "[]", "1", '"m"', "{", '{"ID":"m"}'])
def test_a_line_that_is_not_a_member_refuses_the_list(line: str) -> None:
    fanship = FanshipTenant()
    assert fanship.members({"id": "m"}, line).reply.status == 400
    assert fanship.items == {"sent": 2, "refused": 2}


@pytest.mark.rule("fanship.record.fractional-packaging-price")
def test_a_fraction_of_a_yen_for_packaging_is_kept_and_at_risk() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1", "packaging_price": 1.5}, {"id": "2", "packaging_price": 1.0})
    assert fanship.rules("at-risk") == {"fanship.record.fractional-packaging-price"}
    assert fanship.ledger["at_risk"] == 2
    fanship.next_morning()
    assert fanship.silent == 0
    strict = FanshipTenant(readings={"fanship.record.fractional-packaging-price": "refused"})
    assert strict.upload("20260115", {"id": "1", "packaging_price": 1.5}, {"id": "2"}).reply.status == 400
    assert strict.items == {"sent": 2, "refused": 2}


@pytest.mark.rule("fanship.record.half-character")
@pytest.mark.parametrize(
    "half",
    [
        r'{"id":"2","item_name":"x\ud83d"}',
        r'{"id":"2","property":[{"key":"note","value":"\udc00"}]}',
        r'{"id":"2","promotion_id":"\udbff"}',
        r'{"id":"2","nobodys":["\ud800"]}',
    ],
)
def test_a_lone_surrogate_is_kept_and_at_risk(half: str) -> None:
    rule, whole = "fanship.record.half-character", r'{"id":"1","item_name":"x\ud83d\ude00"}'
    for send in ("upload", "members"):
        fanship, strict = FanshipTenant(), FanshipTenant(readings={rule: "refuse"})
        day = ["20260115"] if send == "upload" else []
        assert getattr(fanship, send)(*day, whole, half).reply.status == 200
        found = [each for each in fanship.ledger["findings"] if each["rule"] == rule]
        assert {(each["outcome"], *each["where"]) for each in found} == {("noted", "line 2"), ("at-risk", "line 2")}
        assert getattr(strict, send)(*day, whole, half).reply.status == 400
        assert strict.items == {"sent": 2, "refused": 2}
        assert getattr(FanshipTenant(readings={rule: "refuse"}), send)(*day, whole).reply.status == 200


@pytest.mark.rule("fanship.record.date-time")
def test_the_finding_of_a_wrong_date_states_the_consequence() -> None:
    whys = {}
    for reading in ("asserted", "null-on-mismatch"):
        fanship = FanshipTenant(readings={"fanship.record.date-time": reading})
        fanship.upload("20260115", {"id": "1", "order_date": "2026-01-15"})
        whys[reading] = [
            f["why"] for f in fanship.ledger["findings"] if f["outcome"] != "at-risk" and "date" in f["rule"]
        ]
    assert whys["asserted"] == ["order_date is not RFC 3339 with an offset, and is refused with its file: 1 line"]
    assert whys["null-on-mismatch"] == ["order_date is not RFC 3339 with an offset, and is stored as null: 1 line"]


@pytest.mark.rule("fanship.record.fractional-packaging-price")
@pytest.mark.parametrize(
    "price", ["2.2618593012043586e+238", "-9.68964944581365e-153", "1e22", "123456789012345678901.5"]
)
def test_a_packaging_price_of_any_size_is_accepted(price: str) -> None:
    fanship = FanshipTenant()
    assert fanship.upload("20260114", f'{{"id":"1","packaging_price":{price}}}').reply.status == 200
    fanship.advance(days=2)
    assert len(fanship.state["purchases"]) == 1
