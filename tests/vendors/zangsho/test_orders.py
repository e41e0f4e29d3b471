"""Orders: whose they are, what is filled in, what an update leaves, and idempotent creation.

https://developers.zangsho.com/guides/data-import and the reference's pages of orders
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import CHEN, ORDER, WANG, ZangshoTenant, body, counts

KEY = {"X-Idempotency-Key": "k-1"}


@pytest.mark.rule("zangsho.order.customer-known")
def test_an_order_of_an_unknown_customer_fails_with_the_message_of_the_page() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch("orders", {**ORDER, "customer_email": "nobody@example.com"}, ORDER)
    assert data["results"]["failed"] == [
        {"index": 0, "reason": "validation_error", "message": "customer_id 不存在", "identifier": "ORD-2025-001"}
    ]
    assert counts(data) == (1, 0, 0, 1)
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.order.customer-known", "zangsho.order.creates-customer")
def test_under_the_other_reading_a_batch_creates_the_customer() -> None:
    zangsho = ZangshoTenant(readings={"zangsho.order.customer-known": "create-customer"})
    new = {**ORDER, "customer_email": "新@example.com", "customer_name": "新客戶"}
    assert counts(zangsho.batch("orders", new, {**new, "order_no": "2"})) == (2, 0, 0, 0)
    (made,) = zangsho.documents("customers", email="新@example.com")
    assert (made["name"], made["order_count"]) == ("新客戶", 2)
    assert [entry["action"] for entry in zangsho.state["activity"]].count("customer.created") == 1
    assert counts(zangsho.batch("orders", {"order_no": "3", "amount": "1.00", "customer_id": 999})) == (0, 0, 0, 1)


@pytest.mark.rule("zangsho.order.customer-named", "zangsho.order.email-before-id")
@pytest.mark.parametrize(
    ("names", "email", "lost"),
    [
        ({"customer_id": 102}, CHEN["email"], 0),
        ({"customer_email": CHEN["email"], "customer_id": 102}, CHEN["email"], 0),
        ({"customer_email": CHEN["email"], "customer_id": 101}, CHEN["email"], 1),
        ({"customer_email": "nobody@example.com", "customer_id": 101}, WANG["email"], 1),
    ],
)
def test_an_order_in_a_batch_names_its_customer_by_email_or_by_id(names: dict[str, Any], email: str, lost: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {"order_no": "1", "amount": "1.00", **names})
    assert zangsho.state["orders"][0]["customer_email"] == email
    assert zangsho.silent == lost


@pytest.mark.rule("zangsho.order.required", "zangsho.order.customer-named")
@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("order_no", "order_no 欄位為必填"),
        ("amount", "amount 欄位為必填"),
        ("customer_email", "customer_email 欄位為必填"),
    ],
)
def test_an_order_needs_its_required_fields(gone: str, message: str) -> None:
    order = {name: value for name, value in ORDER.items() if name != gone}
    assert ZangshoTenant().batch("orders", order)["results"]["failed"][0]["message"] == message
    assert body(ZangshoTenant().send("createOrder", order))["message"] == message


@pytest.mark.rule("zangsho.order.customer-named", "zangsho.item.fields")
@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"customer_email": True}, "customer_email 格式不正確"),
        ({"customer_id": "101"}, "customer_id 格式不正確"),
        ({"customer_email": None}, "customer_email 欄位為必填"),
        ({"customer_email": ""}, "customer_email 欄位為必填"),
    ],
)
def test_an_order_with_an_invalid_customer_field_fails_for_that_field(names: dict[str, Any], message: str) -> None:
    answer = ZangshoTenant().batch("orders", {"order_no": "1", "amount": "1.00", **names})
    assert answer["results"]["failed"][0]["message"] == message


@pytest.mark.rule("zangsho.order.customer-named")
def test_an_order_that_names_its_customer_by_id_alone_is_at_risk() -> None:
    order = {"order_no": "1", "amount": "1.00", "customer_id": 101}
    zangsho, strict = ZangshoTenant(), ZangshoTenant(readings={"zangsho.order.customer-named": "email"})
    assert counts(zangsho.batch("orders", order)) == (1, 0, 0, 0)
    assert zangsho.rules("at-risk") == {"zangsho.order.customer-named"}
    assert strict.batch("orders", order)["results"]["failed"] == [
        {"index": 0, "reason": "validation_error", "message": "customer_email 欄位為必填", "identifier": "1"}
    ]
    both = ZangshoTenant()
    both.batch("orders", {**ORDER, "customer_id": 101})
    assert both.rules("at-risk") == set()


@pytest.mark.rule("zangsho.order.customer-named", "zangsho.order.currency", "zangsho.amount.number")
@pytest.mark.parametrize(
    ("readings", "changed", "message"),
    [
        ({"order.currency": "seen-only"}, {"currency": "NTD"}, "currency 格式不正確"),
        ({"order.payment-method": "seen-only"}, {"payment_method": "月結"}, "payment_method 格式不正確"),
        ({"order.billing-cycle": "seen-only"}, {"billing_cycle": "每週"}, "billing_cycle 格式不正確"),
        ({"amount.number": "refuse"}, {"amount": 7}, "amount 格式不正確"),
        ({"order.customer-named": "email"}, {"customer_email": None, "customer_id": 101}, "customer_email 欄位為必填"),
        (
            {"order.customer-named": "email", "order.currency": "seen-only", "amount.number": "refuse"},
            {"customer_email": None, "customer_id": 101, "currency": "NTD", "amount": 7, "status": "?"},
            "customer_email 欄位為必填",  # a missing field is named before a wrong one
        ),
    ],
)
@pytest.mark.parametrize("on_conflict", ["skip", "update"])
def test_an_invalid_order_fails_even_if_its_number_is_known(
    readings: dict[str, str], changed: dict[str, Any], message: str, on_conflict: str
) -> None:
    zangsho = ZangshoTenant(readings={f"zangsho.{rule}": choice for rule, choice in readings.items()})
    zangsho.batch("orders", ORDER)
    failed = zangsho.batch("orders", {**ORDER, **changed}, on_conflict=on_conflict)["results"]["failed"]
    assert [entry["message"] for entry in failed] == [message]
    assert zangsho.items == {"sent": 2, "kept": 1, "refused": 1}
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.item.empty-is-absent", "zangsho.order.required")
@pytest.mark.parametrize("blank", [" ", "\t\n", "\u3000", "\u00a0"])
@pytest.mark.parametrize("field", ["order_no", "amount", "customer_email"])
def test_a_blank_text_is_missing_where_a_field_is_required(field: str, blank: str) -> None:
    zangsho = ZangshoTenant()
    (failed,) = zangsho.batch("orders", {**ORDER, field: blank})["results"]["failed"]
    assert failed["message"] == f"{field} 欄位為必填"
    assert failed["identifier"] == (None if field == "order_no" else ORDER["order_no"])
    assert (zangsho.state["orders"], zangsho.items, zangsho.silent) == ([], {"sent": 1, "refused": 1}, 0)


@pytest.mark.rule("zangsho.item.empty-is-absent", "zangsho.batch.update-non-empty")
def test_a_blank_text_in_an_optional_field_changes_nothing() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", {"email": "new@example.com", "name": " "})
    (new,) = zangsho.documents("customers", email="new@example.com")
    assert (new["name"], zangsho.silent) == (None, 0)
    assert "zangsho.item.empty-is-absent" in zangsho.rules("noted")
    zangsho.batch("customers", {"email": WANG["email"], "name": "\u3000"}, on_conflict="update")
    (wang,) = zangsho.documents("customers", email=WANG["email"])
    assert (wang["name"], zangsho.silent) == (WANG["name"], 1)


@pytest.mark.rule("zangsho.order.required")
def test_a_single_created_order_names_its_customer_by_email() -> None:
    order = {"order_no": "1", "amount": "1.00", "customer_id": 101}
    assert body(ZangshoTenant().send("createOrder", order))["errors"] == {
        "customer_email": ["customer_email 欄位為必填"]
    }


@pytest.mark.rule("zangsho.item.fields")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "shipped"),
        ("status", "PAID"),
        ("currency", "twd"),
        ("currency", "NT$"),
        ("amount", "1,990.00"),
        ("amount", "free"),
        ("amount", True),
        ("amount", "1e3"),
        ("paid_at", "2025/12/01"),
        ("paid_at", "2025-02-30T08:00:00Z"),
        ("paid_at", "2025-12-01 08:00:00Z"),
        ("paid_at", "0000-01-01T00:00:00+14:00"),
        ("paid_at", "9999-12-31T23:00:00-02:00"),
        ("paid_at", 1764576000),
        ("order_no", 7),
        ("customer_email", "wang"),
    ],
)
def test_a_value_that_is_not_in_the_reference_fails_the_order(field: str, value: Any) -> None:
    failed = ZangshoTenant().batch("orders", {**ORDER, field: value})["results"]["failed"]
    assert failed[0]["message"] == f"{field} 格式不正確"


@pytest.mark.rule("zangsho.order.defaults")
def test_status_and_currency_have_defaults_that_are_noted() -> None:
    zangsho = ZangshoTenant()
    order = {name: value for name, value in ORDER.items() if name not in ("status", "currency")}
    zangsho.batch("orders", order)
    (held,) = zangsho.state["orders"]
    assert (held["status"], held["currency"]) == ("pending", "TWD")
    assert [finding["why"] for finding in zangsho.findings("zangsho.order.defaults")] == [
        "status was not sent and defaults to pending: 1 order",
        "currency was not sent and defaults to TWD: 1 order",
    ]
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.order.payment-method")
def test_a_payment_method_that_no_page_shows_is_at_risk() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {**ORDER, "payment_method": "街口支付"}, {**ORDER, "order_no": "2"})
    (finding,) = zangsho.findings("zangsho.order.payment-method")
    assert (finding["outcome"], finding["count"], finding["where"]) == ("at-risk", 1, ["/orders/0/payment_method"])


@pytest.mark.rule("zangsho.order.customer-name")
@pytest.mark.parametrize(("name", "silent"), [("王小明", 0), (None, 0), ("王大明", 1)])
def test_customer_name_does_not_change_a_known_customer(name: str | None, silent: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {**ORDER, "customer_name": name})
    assert zangsho.documents("customers", id=101)[0]["name"] == "王小明"
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.order.update-non-empty")
@pytest.mark.parametrize(("empty", "silent"), [(None, 0), ("", 1)])
def test_an_update_of_an_order_clears_nothing(empty: str | None, silent: int) -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7}])
    refunded = {**ORDER, "status": "refunded", "refunded_at": "2025-12-20T00:00:00Z", "payment_method": empty}
    zangsho.batch("orders", refunded, on_conflict="update")
    (held,) = zangsho.state["orders"]
    assert (held["id"], held["status"], held["payment_method"]) == (7, "refunded", "credit_card")
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.order.customer-known")
def test_an_update_can_move_an_order_to_another_customer_but_not_to_an_unknown_one() -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7}])
    zangsho.batch("orders", {**ORDER, "customer_email": CHEN["email"], "customer_name": None}, on_conflict="update")
    (held,) = zangsho.state["orders"]
    assert (held["customer_email"], held["customer_name"]) == (CHEN["email"], CHEN["name"])
    data = zangsho.batch("orders", {**ORDER, "customer_email": "nobody@example.com"}, on_conflict="update")
    assert counts(data) == (0, 0, 0, 1)


def test_an_order_that_moves_to_a_customer_without_a_name_loses_nothing() -> None:
    zangsho = ZangshoTenant(customers=[{**WANG, "id": 1}, {"id": 2, "email": "o@example.com"}])
    zangsho.batch("orders", ORDER)
    assert zangsho.state["orders"][0]["customer_name"] == WANG["name"]
    update = {name: value for name, value in ORDER.items() if name != "customer_name"}
    zangsho.batch("orders", {**update, "customer_email": "o@example.com"}, on_conflict="update")
    assert zangsho.state["orders"][0]["customer_name"] is None
    assert zangsho.silent == 0
    assert "overwritten" not in zangsho.items


@pytest.mark.rule("zangsho.order.creates-customer", "zangsho.single.webhook", "zangsho.single.created")
def test_a_single_created_order_creates_its_customer() -> None:
    zangsho = ZangshoTenant()
    order = {**ORDER, "customer_email": "typo@example.com", "customer_name": "王小明"}
    assert zangsho.webhooks("createOrder", order) == ["mock.order.created"]
    answer = zangsho.send("createOrder", order)
    assert (answer.reply.status, body(answer)["data"]["customer_name"]) == (201, "王小明")
    assert zangsho.documents("customers", email="typo@example.com")
    assert zangsho.rules("noted") == {"zangsho.order.creates-customer"}


@pytest.mark.rule("zangsho.order.number-taken")
def test_a_taken_number_is_refused_in_the_words_of_the_page() -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7}])
    answer = zangsho.send("createOrder", ORDER)
    assert (answer.reply.status, body(answer)["message"]) == (422, "order_no 已存在")


def test_an_order_cannot_set_the_fields_that_the_vendor_assigns() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {**ORDER, "id": 999, "source": "shop", "created_at": "2020-01-01T00:00:00Z"})
    (held,) = zangsho.state["orders"]
    assert (held["id"], held["source"], held["created_at"]) == (1, "api", "2026-01-15T03:00:00Z")


# -- X-Idempotency-Key --------------------------------------------------------------------------------------------


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
