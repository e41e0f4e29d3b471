"""Orders: their customers, their defaults, and what an update leaves unchanged.

https://developers.zangsho.com/guides/data-import and the reference's pages of orders
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import CHEN, ORDER, WANG, ZangshoTenant, body, counts


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
