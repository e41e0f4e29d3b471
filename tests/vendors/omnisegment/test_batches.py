"""A batch of orders: fifty at most, processed after the answer, and no word about any single one.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Batch-Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.vendors.omnisegment.omnisegment_tenant import SEVEN_KEYS, TAKEN, OmniSegmentTenant, body, message

PARTIAL = "omnisegment.batch.partial-failure"


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"transaction_id": f"單-{number}"} for number in range(count)]


@pytest.mark.rule("omnisegment.batch.background")
def test_orders_of_a_batch_are_kept() -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.batch(*numbered(50))
    assert (answer.reply.status, answer.reply.body) == (200, TAKEN)
    assert omnisegment.items == {"sent": 50, "kept": 50}


@pytest.mark.rule("omnisegment.batch.background")
def test_a_batch_has_no_debug_mode() -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.batch({"transaction_status": "DONE"}, debug_mode=1)
    assert (answer.reply.status, answer.reply.body) == (200, TAKEN)
    assert set(omnisegment.silent_rules) == {"omnisegment.purchase.status", "omnisegment.request.unknown-key"}


@pytest.mark.rule("omnisegment.batch.background")
@pytest.mark.parametrize("mode", [0, "0", None])
def test_a_debug_mode_that_requests_the_default_loses_nothing(mode: Any) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.batch({}, debug_mode=mode)
    assert [(found["key"], found["loses"]) for found in omnisegment.ledger["findings"]] == [("debug_mode", False)]


@pytest.mark.rule("omnisegment.batch.size")
def test_a_batch_of_more_than_fifty_orders_is_refused_whole() -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.batch(*numbered(51))
    assert (answer.reply.status, message(answer)) == (400, "Input Error: size of batch import exceeds 50")
    assert (list(body(answer)), body(answer)["ERR_TYPE_KEY"]) == (SEVEN_KEYS, "Input Error")
    assert omnisegment.items == {"sent": 51, "refused": 51}
    assert (omnisegment.silent, omnisegment.orders) == (0, [])


@pytest.mark.rule("omnisegment.batch.data-list")
@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"member_sn": "1"}, "Input Error: type of data should be list instead of <class 'dict'>"),
        ("orders", "Input Error: type of data should be list instead of <class 'str'>"),
        ([], "Input Error: data is empty"),
    ],
)
def test_data_that_is_not_a_list_or_is_empty_is_refused(data: Any, text: str) -> None:
    answer = OmniSegmentTenant().post("batchImportPurchaseData", data)
    assert (answer.reply.status, message(answer)) == (400, text)


@pytest.mark.rule(PARTIAL)
def test_one_invalid_order_of_a_batch_is_dropped_silently() -> None:
    omnisegment = OmniSegmentTenant()
    orders = numbered(5)
    orders[3]["transaction_revenue"] = "貳仟"
    assert omnisegment.batch(*orders).reply.body == TAKEN
    assert omnisegment.items == {"sent": 5, "kept": 4, "dropped": 1}
    [found] = [found for found in omnisegment.ledger["findings"] if found["silent"]]
    assert (found["rule"], found["where"]) == ("omnisegment.purchase.revenue", ["/data/3/transaction_revenue"])
    risks = [found for found in omnisegment.ledger["findings"] if found["outcome"] == "at-risk"]
    assert [(risk["rule"], risk["count"]) for risk in risks] == [(PARTIAL, 4)]


@pytest.mark.rule(PARTIAL)
def test_one_invalid_order_loses_the_batch_under_the_other_reading() -> None:
    omnisegment = OmniSegmentTenant(readings={PARTIAL: "none-kept"})
    orders = numbered(5)
    orders[3]["transaction_revenue"] = "貳仟"
    assert omnisegment.batch(*orders).reply.body == TAKEN
    assert omnisegment.items == {"sent": 5, "dropped": 5}
    assert (omnisegment.silent, omnisegment.orders, omnisegment.state["products"]) == (5, [], [])
    assert omnisegment.batch(*numbered(5)).reply.body == TAKEN
    assert len(omnisegment.orders) == 5


@pytest.mark.rule("omnisegment.purchase.types")
@pytest.mark.parametrize("record", [None, "order", 7, [], True])
def test_a_record_that_is_not_an_object_is_dropped_alone(record: Any) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.batch(record, {})
    assert omnisegment.items == {"sent": 2, "kept": 1, "dropped": 1}


@pytest.mark.rule("omnisegment.resend.updates")
def test_an_order_of_a_batch_updates_an_earlier_one_of_the_same_batch() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.batch({"products": "P001"}, {"transaction_status": "REFUND", "products": "P001"})
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}
    assert omnisegment.orders[0]["transaction_status"] == "REFUND"
    assert omnisegment.state["members"][0]["history"]["orders"] == 1


@pytest.mark.rule("omnisegment.member.by-identifier")
def test_one_identifier_field_serves_the_whole_batch() -> None:
    omnisegment = OmniSegmentTenant(
        members=[{"member_sn": "1", "email": "a@b.tw"}, {"member_sn": "2", "email": "c@d.ua"}]
    )
    omnisegment.batch(
        {"transaction_id": "A", "email": "a@b.tw"},
        {"transaction_id": "B", "email": "c@d.ua", "member_sn": None},
        {"transaction_id": "C"},
        identifier_field="email",
    )
    assert [order["audience_id"] for order in omnisegment.orders] == [1, 2]
    assert omnisegment.silent_rules == ["omnisegment.member.by-identifier"]


TWICE = "omnisegment.batch.twice"


@pytest.mark.rule(TWICE)
@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ({}, {}, False),
        ({"coupon": "A"}, {"coupon": "A"}, False),
        ({"coupon": "A"}, {}, False),
        ({"coupon": "A"}, {"source": "B"}, False),
        ({"coupon": "A"}, {"coupon": "B"}, True),
        ({"transaction_revenue": 1}, {"transaction_revenue": 1.0}, False),
        ({"transaction_revenue": 1}, {"transaction_revenue": 2}, True),
        ({"datetime": "2025-11-01T09:51:23+0800"}, {"datetime": "2025-11-01T01:51:23Z"}, False),
        ({"transaction_status": "REFUND"}, {}, True),
        ({"products": "P1,P2", "products_quantity": "3,4"}, {"products": "P2, P1"}, False),
        ({"products": "P1,P2", "products_quantity": "3,4"}, {"products": "P1"}, True),
        ({"shipping_address": {"address1": "x", "city": "y"}}, {"shipping_address": {"address1": "x"}}, False),
        ({"shipping_address": {"address1": "x"}}, {"shipping_address": {"address1": "z"}}, True),
        ({"voucher": [{"voucher_name": "生日"}, {"voucher_name": "B"}]}, {"voucher": [{"voucher_name": "B"}]}, True),
        (
            {"voucher": [{"voucher_name": "生日"}, {"voucher_name": "B"}]},
            {"voucher": [{"voucher_name": "B"}, {"voucher_name": "生日"}]},
            False,
        ),
        ({"voucher": [{"voucher_name": "B"}] * 2}, {"voucher": [{"voucher_name": "B"}]}, True),
        ({"products": {"default": "P1,P2", "CRM": "C1,C2"}}, {"products": "P1,P2"}, False),
        ({"products": "P1,P2", "products_name": "甲,乙"}, {"products": {"default": "P2,P1"}}, False),
    ],
)
def test_two_orders_of_one_number_in_a_batch_lose_what_only_the_first_one_has(
    first: dict[str, Any], second: dict[str, Any], lost: bool
) -> None:
    omnisegment = OmniSegmentTenant()
    audit = omnisegment.tenant.audit = Audit(omnisegment.mock.contract)
    omnisegment.batch(first, second)
    assert omnisegment.items == {"sent": 2, "overwritten" if lost else "kept": 1, "updated": 1}
    assert (omnisegment.silent, omnisegment.silent_rules) == ((1, [TWICE]) if lost else (0, []))
    assert (len(omnisegment.orders), audit.to_list()) == (1, [])


@pytest.mark.rule(TWICE)
@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ({"name": "小明"}, {"email": "a@b.tw"}, False),
        ({"name": "小明"}, {"name": "小華"}, True),
        ({"name": "小明"}, {"name": ""}, True),
        ({"tags": "a,b"}, {"tags": "b,c"}, False),
    ],
)
def test_two_members_of_one_number_in_a_batch_lose_what_only_the_first_one_has(
    first: dict[str, Any], second: dict[str, Any], lost: bool
) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.post("batchImportAudience", [{"member_sn": "9", **first}, {"member_sn": "9", **second}])
    assert omnisegment.items == {"sent": 2, "overwritten" if lost else "kept": 1, "updated": 1}
    assert (omnisegment.silent, omnisegment.silent_rules) == ((1, [TWICE]) if lost else (0, []))
