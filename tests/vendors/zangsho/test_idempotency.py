"""X-Idempotency-Key: the first answer is given again, and another body under a known key is skipped.

https://developers.zangsho.com/guides/data-import and the reference's pages of orders
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import ORDER, ZangshoTenant, body

KEY = {"X-Idempotency-Key": "k-1"}


@pytest.mark.rule("zangsho.order.idempotency-replay")
def test_a_second_call_with_the_same_idempotency_key_gets_the_first_answer() -> None:
    zangsho = ZangshoTenant()
    first, second = (zangsho.send("createOrder", ORDER, headers=KEY) for _ in range(2))
    assert (second.reply.status, second.reply.body) == (first.reply.status, first.reply.body)
    assert len(zangsho.state["orders"]) == 1
    assert (zangsho.items, zangsho.silent) == ({"sent": 2, "kept": 1, "skipped": 1}, 0)
    assert "idempotency_keys" not in zangsho.state


@pytest.mark.rule("zangsho.order.idempotency-replay")
@pytest.mark.parametrize("cut", [b"", b'{"order_no": "ORD-2", "amo', b"[]", b"null"])
def test_an_unreadable_body_under_a_known_idempotency_key_is_skipped_and_lost(cut: bytes) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", ORDER, headers=KEY)
    assert zangsho.send("createOrder", cut, headers=KEY).reply.status == 201
    assert (zangsho.items, zangsho.silent) == ({"sent": 2, "kept": 1, "skipped": 1}, 1)


@pytest.mark.rule("zangsho.order.idempotency-replay")
@pytest.mark.parametrize(("hours", "status"), [(23.99, 201), (24, 422)])
def test_an_idempotency_key_is_valid_for_a_day(hours: float, status: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", ORDER, headers=KEY)
    zangsho.advance(hours=hours)
    assert zangsho.send("createOrder", ORDER, headers=KEY).reply.status == status
    assert zangsho.items == {"sent": 2, "kept": 1, "skipped" if status == 201 else "refused": 1}
    assert [order["order_no"] for order in zangsho.state["orders"]] == [ORDER["order_no"]]


@pytest.mark.rule("zangsho.order.idempotency-other-body")
def test_an_idempotency_key_of_another_order_loses_the_order_silently() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", ORDER, headers=KEY)
    answer = zangsho.send("createOrder", {**ORDER, "order_no": "ORD-2"}, headers=KEY)
    assert body(answer)["data"]["order_no"] == "ORD-2025-001"
    (finding,) = zangsho.findings("zangsho.order.idempotency-other-body")
    assert (finding["outcome"], finding["silent"]) == ("skipped", True)
    refusing = ZangshoTenant(readings={"zangsho.order.idempotency-other-body": "refuse"})
    refusing.send("createOrder", ORDER, headers=KEY)
    assert refusing.send("createOrder", {**ORDER, "amount": "1.00"}, headers=KEY).reply.status == 409
    assert refusing.silent == 0


@pytest.mark.rule("zangsho.order.idempotency-replay")
@pytest.mark.parametrize(
    "changes", [{"amount": "1990"}, {"paid_at": "20251201T16+08"}, {"metadata": None}, {"customer_name": "王大明"}]
)
def test_the_same_order_in_another_notation_is_the_same(changes: dict[str, Any]) -> None:
    first = {**ORDER, **({"customer_name": "王大明"} if "customer_name" in changes else {})}
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", first, headers=KEY)
    silent = zangsho.silent
    zangsho.send("createOrder", {**first, **changes}, headers=KEY)
    assert not zangsho.findings("zangsho.order.idempotency-other-body")
    assert zangsho.silent == silent, "what the first call lost is not lost again"


@pytest.mark.rule("zangsho.order.idempotency-replay", "zangsho.request.content-type", "zangsho.request.charset")
@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=Big5"])
@pytest.mark.parametrize(
    ("second", "silent"), [(ORDER, 0), ({**ORDER, "amount": "1.00"}, 1), ({**ORDER, "metadata": {}}, 0), ([ORDER], 1)]
)
def test_a_body_of_another_type_under_a_known_key_is_lost_if_it_differs(
    content_type: str, second: Any, silent: int
) -> None:
    zangsho = ZangshoTenant(readings={"zangsho.request.content-type": "refuse", "zangsho.request.charset": "refuse"})
    zangsho.send("createOrder", ORDER, headers=KEY)
    headers = {**KEY, "Content-Type": content_type}
    assert zangsho.send("createOrder", json.dumps(second).encode(), headers=headers).reply.status == 201
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.order.idempotency-other-body")
@pytest.mark.parametrize(("metadata", "silent"), [({}, 0), ({"a": None}, 0), ({"a": 1}, 1)])
def test_empty_metadata_differs_from_absent_metadata(metadata: dict[str, Any], silent: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", {name: value for name, value in ORDER.items() if name != "metadata"}, headers=KEY)
    before = zangsho.silent
    zangsho.send("createOrder", {**ORDER, "metadata": metadata}, headers=KEY)
    assert zangsho.silent - before == silent


@pytest.mark.rule("zangsho.order.idempotency-replay", "zangsho.request.unknown-key")
@pytest.mark.parametrize(("first", "second", "silent"), [({}, {"note": "x"}, 1), ({"note": "x"}, {"note": "x"}, 1)])
def test_an_unknown_key_is_lost_once(first: dict[str, Any], second: dict[str, Any], silent: int) -> None:
    zangsho = ZangshoTenant()
    for added in (first, second):
        zangsho.send("createOrder", {**ORDER, **added}, headers=KEY)
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.order.idempotency-replay", "zangsho.request.repeated-key")
def test_a_repeated_key_is_lost_in_a_replay_too() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", ORDER, headers=KEY)
    raw = json.dumps({"order_no": "ORD-2", **ORDER}).replace('{"', '{"order_no": "ORD-1", "', 1).encode()
    zangsho.send("createOrder", raw, headers=KEY)
    assert [finding["where"] for finding in zangsho.findings("zangsho.request.repeated-key")] == [["/order_no"]]


@pytest.mark.rule("zangsho.order.idempotency-other-body")
def test_a_replay_that_equals_the_current_order_loses_nothing() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createOrder", ORDER, headers=KEY)
    zangsho.batch("orders", {**ORDER, "status": "refunded"}, on_conflict="update")
    zangsho.send("createOrder", {**ORDER, "status": "refunded"}, headers=KEY)
    findings = zangsho.findings("zangsho.order.idempotency-other-body")
    assert [(finding["outcome"], finding["loses"]) for finding in findings] == [("skipped", False), ("at-risk", False)]


@pytest.mark.rule("zangsho.order.idempotency-replay")
def test_a_refusal_does_not_use_up_its_idempotency_key() -> None:
    zangsho = ZangshoTenant()
    assert zangsho.send("createOrder", {**ORDER, "amount": "x"}, headers=KEY).reply.status == 422
    assert zangsho.send("createOrder", ORDER, headers=KEY).reply.status == 201
    assert zangsho.items == {"sent": 2, "refused": 1, "kept": 1}
    assert [order["amount"] for order in zangsho.state["orders"]] == [ORDER["amount"]]
