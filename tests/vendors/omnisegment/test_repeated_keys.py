"""Keys that stand twice in an object: the last value counts, and an item that is lost takes its keys with it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, OmniSegmentTenant

RULE = "omnisegment.request.duplicate-key"
GOOD = json.dumps(ORDER)


def order(text: str, **changes: object) -> str:
    """The least order, changed, with more keys as they are written."""
    return json.dumps({**ORDER, **changes})[:-1] + f",{text}}}"


def sent(operation: str, data: str, readings: Mapping[str, str] | None = None, **top: object) -> OmniSegmentTenant:
    """An organisation to which data was sent as it is written."""
    omnisegment = OmniSegmentTenant(readings=readings)
    raw = json.dumps({**omnisegment.credentials, **top})[:-1] + f',"data":{data}}}'
    omnisegment.ask(operation, raw.encode(), headers=JSON)
    return omnisegment


TWICE = '"coupon":"a","coupon":"b","source":"x","source":"y"'


@pytest.mark.rule(RULE)
@pytest.mark.parametrize(
    ("data", "lost"),
    [
        (order(TWICE), 2),
        (order(TWICE, datetime="yesterday"), 1),
        (order('"shipping_address":{"address1":"a","address1":"b"}'), 1),
        (order('"shipping_address":{"address1":"a","address1":"b"}', datetime="yesterday"), 1),
        (order('"products":{"CRM":"1","CRM":"2"},"products":"P1"', datetime="yesterday"), 1),
    ],
)
def test_the_repeated_keys_of_a_lost_single_order_are_no_further_loss(data: str, lost: int) -> None:
    omnisegment = sent("importPurchaseData", data, debug_mode=0)
    assert omnisegment.silent == lost
    assert len(omnisegment.orders) == (0 if "yesterday" in data else 1)


@pytest.mark.rule(RULE)
@pytest.mark.parametrize(
    ("orders", "lost", "held"),
    [
        ([order(TWICE)], 2, 1),
        ([order(TWICE, datetime="yesterday")], 1, 0),
        ([GOOD, order(TWICE, transaction_id="B", datetime="yesterday")], 1, 1),
        ([order(TWICE, transaction_id="B"), order('"coupon":"c"', datetime="yesterday")], 3, 1),
        ([order('"coupon":"a","coupon":"b"'), order('"coupon":"c"')], 1, 1),
        ([order('"coupon":"a","coupon":"b"'), order('"coupon":"c"', transaction_id="B")], 1, 2),
        ([order('"coupon":"c"'), order('"coupon":"a","coupon":"b"')], 2, 1),
    ],
)
def test_the_repeated_keys_of_a_lost_order_of_a_batch_are_no_further_loss(
    orders: list[str], lost: int, held: int
) -> None:
    omnisegment = sent("batchImportPurchaseData", f"[{','.join(orders)}]")
    assert omnisegment.silent == lost
    assert len(omnisegment.orders) == held


@pytest.mark.rule(RULE, "omnisegment.batch.partial-failure")
def test_the_repeated_keys_of_a_batch_lost_for_one_order_are_no_further_loss() -> None:
    data = f"[{order(TWICE)},{order(TWICE, transaction_id='B', datetime='yesterday')}]"
    omnisegment = sent("batchImportPurchaseData", data, {"omnisegment.batch.partial-failure": "none-kept"})
    assert (omnisegment.silent, omnisegment.orders) == (2, [])


@pytest.mark.rule(RULE)
def test_the_repeated_keys_of_a_lost_member_or_product_are_no_further_loss() -> None:
    assert sent("batchImportAudience", '[{"name":"a","name":"b"}]').silent == 1
    assert sent("batchImportAudience", '[{"member_sn":"9","name":"a","name":"b"}]').silent == 1
    assert sent("importProduct", '{"id":"P","title":"a","title":"b"}').silent == 1


@pytest.mark.rule(RULE)
def test_a_refusal_reports_the_repeated_keys_of_its_item() -> None:
    refused = sent("importPurchaseData", order(TWICE, datetime="yesterday"), debug_mode=1)
    assert (refused.silent, refused.items["refused"]) == (0, 1)
    mapping = OmniSegmentTenant()
    raw = b'{"source_id":"1","source_system":"CRM","mapping_key":"fax","member_sn":"1","member_sn":"2"}'
    headers = {"X-OmniSegment-Api-Key": mapping.credentials["api_key"]}
    mapping.ask("createAudienceMapping", raw, headers=headers, query={"tid": mapping.credentials["tid"]})
    assert (mapping.silent, mapping.items["refused"]) == (0, 1)


@pytest.mark.rule(RULE)
def test_a_mapping_that_is_held_loses_the_earlier_of_two_values() -> None:
    mapping = OmniSegmentTenant()
    raw = b'{"source_id":"1","source_system":"CRM","mapping_key":"member_sn","member_sn":"1","member_sn":"2"}'
    headers = {"X-OmniSegment-Api-Key": mapping.credentials["api_key"]}
    mapping.ask("createAudienceMapping", raw, headers=headers, query={"tid": mapping.credentials["tid"]})
    assert mapping.state["source_ids"][0]["member_sn"] == "2"
    assert mapping.silent == 1


@pytest.mark.rule(RULE)
@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('"datetime":"2025-11-01T01:51:23Z"', False),
        ('"datetime":"2025-11-01T01:51:24Z"', True),
        ('"transaction_revenue":1980.0', False),
        ('"quantities":true,"quantities":1', True),
        ('"shipping_address":{"address1":"x"},"shipping_address":{"address1":"x","city":"y"}', False),
        ('"shipping_address":{"address1":"x","city":"y"},"shipping_address":{"address1":"x"}', True),
        ('"shipping_address":{"address1":"x","city":null},"shipping_address":{"address1":"x"}', False),
        ('"voucher":[{"voucher_name":"B"}],"voucher":[{"voucher_name":"A"},{"voucher_name":"B"}]', False),
        ('"coupon":"2025-11-01T01:51:23Z","coupon":"2025-11-01T09:51:23+0800"', True),
    ],
)
@pytest.mark.parametrize("operation", ["importPurchaseData", "batchImportPurchaseData"])
def test_a_value_that_the_last_one_contains_is_not_lost(operation: str, text: str, lost: bool) -> None:
    data = order(text)
    omnisegment = sent(operation, data if operation == "importPurchaseData" else f"[{data}]")
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 1, "kept": 1}, int(lost))
    assert omnisegment.silent_rules == ([RULE] if lost else [])
