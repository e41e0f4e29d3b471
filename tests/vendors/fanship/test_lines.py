"""What a line may be: スキーマ and 不正なリクエスト.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.fanship.fanship_tenant import FanshipTenant

ACCEPTED: list[tuple[str, Any]] = [
    ("fanship.record.schema", {"id": "1"}),
    ("fanship.record.schema", {"id": " "}),
    ("fanship.record.schema", {"id": "1", "order_status": ""}),
    ("fanship.record.schema", {"id": "1", "quantity": None, "subscription": None, "property": None}),
    ("fanship.record.schema", {"id": "1", "jan_code": 1.0}),
    ("fanship.record.schema", {"id": "1", "quantity": -1}),
    ("fanship.record.schema", {"id": "商品-𠮷-Кава-👨‍👩‍👧"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03T10:03:31Z"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03T10:03:31.123+09:00"}),
    ("fanship.record.property-limit", {"id": "1", "property": [{"key": str(n), "value": "v"} for n in range(100)]}),
    ("fanship.record.half-property", {"id": "1", "property": [{}]}),
    ("fanship.record.fractional-packaging-price", {"id": "1", "packaging_price": 1.5}),
    ("fanship.record.promotion-id", {"id": "1", "promotion_id": {"any": "thing"}}),
    ("fanship.upload.blank-lines", '{"id":"1"}\r'),
    ("fanship.upload.blank-lines", '\n  \n{"id":"1"}\n'),
]

REFUSED: list[tuple[str, Any]] = [
    ("fanship.record.schema", {}),
    ("fanship.record.schema", {"ID": "1"}),
    ("fanship.record.schema", {"id": None}),
    ("fanship.record.schema", {"id": ""}),
    ("fanship.record.schema", {"id": 1}),
    ("fanship.record.schema", {"id": "1", "jan_code": "4901234567894"}),
    ("fanship.record.schema", {"id": "1", "jan_code": True}),
    ("fanship.record.schema", {"id": "1", "quantity": 1.5}),
    ("fanship.record.schema", {"id": "1", "fixed_price": "100"}),
    ("fanship.record.schema", {"id": "1", "subscription": "false"}),
    ("fanship.record.schema", {"id": "1", "property": {"key": "k", "value": "v"}}),
    ("fanship.record.schema", {"id": "1", "property": [{"key": None}]}),
    ("fanship.record.property-limit", {"id": "1", "property": [{"key": str(n), "value": "v"} for n in range(101)]}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03T10:03:31+0900"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03T10:03:31"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03 10:03:31+09:00"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-03"}),
    ("fanship.record.date-time", {"id": "1", "order_date": "2020-02-30T10:03:31+09:00"}),
    ("fanship.record.date-time", {"id": "1", "order_date": ""}),
    ("fanship.record.json-lines", "not json"),
    ("fanship.record.json-lines", '{"id":"1","jan_code":0123}'),
    ("fanship.record.json-lines", '{"id":"1","tax":NaN}'),
    ("fanship.record.json-lines", '\ufeff{"id":"1"}'),
    ("fanship.record.schema", '[{"id":"1"}]'),
    ("fanship.record.schema", '"id"'),
    ("fanship.record.json-lines", '{\n"id": "1"\n}'),
]


@pytest.mark.parametrize(("rule", "line"), ACCEPTED)
def test_an_accepted_line_is_kept_without_a_loss(rule: str, line: Any) -> None:
    fanship = FanshipTenant()
    reply = fanship.upload("20251101", line).reply
    assert (reply.status, reply.body) == (200, b'{"status":"OK"}')
    fanship.next_morning()
    assert fanship.items == {"sent": 1, "kept": 1}
    assert fanship.silent == 0


@pytest.mark.parametrize(("rule", "line"), REFUSED)
def test_a_line_that_refuses_the_whole_file(rule: str, line: Any) -> None:
    """fanship.upload.all-or-nothing: 400, and nothing of the file is kept."""
    fanship = FanshipTenant()
    reply = fanship.upload("20251101", {"id": "good"}, line, {"id": "good too"}).reply
    assert (reply.status, reply.body) == (400, b'{"status":"NG"}')
    assert rule in fanship.rules()
    fanship.next_morning()
    assert fanship.purchase_ids == []
    assert fanship.items["refused"] == fanship.items["sent"] >= 3
    assert fanship.silent == 0


def test_every_refused_line_is_counted_and_the_first_five_are_shown() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", *[{"id": n} for n in range(9)])
    (finding,) = [finding for finding in fanship.ledger["findings"] if finding["rule"] == "fanship.record.schema"]
    assert finding["count"] == 9
    assert finding["where"] == [f"line {n} /id" for n in range(1, 6)]


@pytest.mark.rule("fanship.record.unknown-key")
def test_a_key_that_the_schema_does_not_know_is_ignored_and_lost() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "orderDate": "2020-02-03"}, {"id": "2", "orderDate": "2020-02-03", "qty": 3})
    assert fanship.silent == 3
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "1"}, {"id": "2"}]
    findings = {finding["where"][0]: finding for finding in fanship.ledger["findings"]}
    assert findings["line 1 /orderDate"]["count"] == 2
    assert findings["line 1 /orderDate"]["where"] == ["line 1 /orderDate", "line 2 /orderDate"]
    assert findings["line 2 /qty"]["why"] == "qty is not in the upload schema: lost in 1 line"


@pytest.mark.rule("fanship.record.unknown-key")
def test_an_unknown_key_without_a_value_is_not_a_loss() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "orderDate": None})
    assert fanship.silent == 0


@pytest.mark.rule("fanship.record.unknown-key")
def test_an_unknown_key_inside_a_property_is_ignored_too() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "property": [{"key": "色", "value": "赤", "lang": "ja"}]})
    assert fanship.silent == 1
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "1", "property": [{"key": "色", "value": "赤"}]}]


@pytest.mark.rule("fanship.record.promotion-id")
@pytest.mark.parametrize(
    ("promotion_id", "says_something"),
    [(["autumn"], True), ([""], True), ("", True), (0, True), ([], False), ({}, False), ([None], False), (None, False)],
)
def test_promotion_id_is_kept_and_at_risk_if_it_has_a_value(promotion_id: Any, says_something: bool) -> None:
    line = {"id": "1", "promotion_id": promotion_id}
    fanship, strict = FanshipTenant(), FanshipTenant(readings={"fanship.record.promotion-id": "ignored"})
    for each in (fanship, strict):
        each.upload("20251101", line)
        each.next_morning()
    assert fanship.rules("at-risk") == ({"fanship.record.promotion-id"} if says_something else set())
    assert fanship.state["purchases"] == [line]
    assert fanship.silent == 0
    assert strict.state["purchases"] == [{"id": "1"}]
    assert strict.silent == says_something


def test_a_wrong_order_date_is_stored_as_null_under_the_lenient_reading() -> None:
    """fanship.record.date-time."""
    fanship = FanshipTenant(readings={"fanship.record.date-time": "null-on-mismatch"})
    assert fanship.upload("20251101", {"id": "1", "order_date": "2020-02-03"}).reply.status == 200
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "1", "order_date": None}]
    assert fanship.silent == 1


def test_the_last_line_of_a_repeated_id_is_kept() -> None:
    """fanship.upload.repeated-id."""
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "quantity": 1}, {"id": "1", "quantity": 2}, {"id": "1", "quantity": 2})
    assert fanship.items == {"sent": 3, "pending": 1, "overwritten": 2}
    assert fanship.silent == 1
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "1", "quantity": 2}]


def test_the_last_value_of_a_repeated_key_is_kept() -> None:
    """fanship.record.repeated-key."""
    fanship = FanshipTenant()
    fanship.upload("20251101", '{"id":"1","quantity":1,"quantity":2}')
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "1", "quantity": 2}]
    assert fanship.silent == 1


@pytest.mark.parametrize(
    "twice",
    ['"quantity":2,"quantity":2', '"quantity":2,"quantity":2.0', '"quantity":null,"quantity":2', '"a~b/c":1,"a~b/c":1'],
)
def test_a_repeated_key_with_the_same_value_or_null_loses_nothing(twice: str) -> None:
    """fanship.record.repeated-key."""
    fanship = FanshipTenant()
    fanship.upload("20251101", f'{{"id":"1",{twice}}}')
    assert [finding["loses"] for finding in fanship.ledger["findings"] if finding["rule"].endswith("repeated-key")] == [
        False
    ]


def test_true_is_not_1_at_any_depth_of_a_repeated_key() -> None:
    """fanship.record.repeated-key."""
    fanship = FanshipTenant()
    fanship.upload("20251101", '{"id":"1","promotion_id":[1],"promotion_id":[true]}')
    assert [finding["loses"] for finding in fanship.ledger["findings"] if finding["rule"].endswith("repeated-key")] == [
        True
    ]


def test_a_number_beyond_64_bits_keeps_its_digits() -> None:
    """fanship.record.schema: a jan_code is an integer of any size."""
    fanship = FanshipTenant()
    fanship.upload("20251101", '{"id":"1","jan_code":123456789012345678901234567890}')
    fanship.next_morning()
    assert fanship.state["purchases"][0]["jan_code"] == 123456789012345678901234567890


@pytest.mark.rule("fanship.record.orphan", "fanship.record.far-order-date")
def test_orphans_and_far_dates_are_accepted_and_noted() -> None:
    fanship = FanshipTenant(members=[{"id": "a"}])
    fanship.upload("20251101", {"id": "1", "member_id": "b", "order_date": "2025-12-24T00:00:00+09:00"}, {"id": "2"})
    assert fanship.rules("noted") == {"fanship.record.orphan", "fanship.record.far-order-date"}
    assert fanship.silent == 0
