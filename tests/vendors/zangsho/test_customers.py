"""Customers: required email, one customer for an email, what an update leaves as it is.

https://developers.zangsho.com/guides/data-import and the reference's pages of customers
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import CHEN, ORDER, WANG, ZangshoTenant, body, counts

REFERENCE_KEYS = [
    "id",
    "email",
    "name",
    "phone",
    "external_id",
    "metadata",
    "ltv",
    "order_count",
    "first_payment_at",
    "last_payment_at",
    "created_at",
    "updated_at",
]


@pytest.mark.rule("zangsho.customer.email-required", "zangsho.item.empty-is-absent")
@pytest.mark.parametrize("item", [{}, {"name": "王小明"}, {"email": None}, {"email": ""}, {"email": "  "}])
def test_a_customer_without_an_email_fails_in_the_words_of_the_page(item: dict[str, Any]) -> None:
    zangsho = ZangshoTenant()
    failed = zangsho.batch("customers", item)["results"]["failed"]
    assert failed == [{"index": 0, "reason": "validation_error", "message": "email 欄位為必填", "identifier": None}]
    assert zangsho.rules("refused") == {"zangsho.customer.email-required"}


@pytest.mark.rule("zangsho.item.fields")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no-address"),
        ("email", 7),
        ("email", ["a@example.com"]),
        ("name", 7),
        ("phone", 912345678),
        ("external_id", {}),
        ("metadata", "source=website"),
        ("metadata", [1]),
    ],
)
def test_a_field_of_another_type_fails_the_item(field: str, value: Any) -> None:
    zangsho = ZangshoTenant()
    failed = zangsho.batch("customers", {"email": "a@example.com", field: value})["results"]["failed"]
    assert failed[0]["message"] == f"{field} 格式不正確"
    (finding,) = zangsho.findings("zangsho.item.fields")
    assert finding["why"].startswith(f"{field} is not ")
    assert finding["why"].endswith(f": 1 item, the first with {json.dumps(value)}")


@pytest.mark.rule("zangsho.item.email-match")
@pytest.mark.parametrize(("email", "skipped"), [("WANG.Xiaoming@Example.com", 1), (" wang.xiaoming@example.com ", 1)])
def test_emails_that_differ_in_case_or_in_white_space_are_one(email: str, skipped: int) -> None:
    assert ZangshoTenant().batch("customers", {"email": email})["skipped"] == skipped


@pytest.mark.rule("zangsho.item.email-match")
def test_an_order_that_writes_the_email_differently_is_at_risk() -> None:
    otherwise = {**ORDER, "customer_email": "WANG.xiaoming@example.com"}
    zangsho, exact = ZangshoTenant(), ZangshoTenant(readings={"zangsho.item.email-match": "exact"})
    assert counts(zangsho.batch("orders", otherwise)) == (1, 0, 0, 0)
    assert zangsho.rules("at-risk") == {"zangsho.item.email-match"}
    assert counts(exact.batch("orders", otherwise)) == (0, 0, 0, 1)


@pytest.mark.rule("zangsho.single.created", "zangsho.single.webhook", "zangsho.activity.every-write")
def test_a_created_customer_is_answered_logged_and_sent_as_a_webhook() -> None:
    zangsho = ZangshoTenant(customers=[])
    assert zangsho.webhooks("createCustomer", CHEN) == ["mock.customer.created"]
    answer = zangsho.send("createCustomer", {**CHEN, "external_id": "cus_abc123"})
    record = body(answer)["data"]
    assert (answer.reply.status, list(record)) == (201, REFERENCE_KEYS)
    assert (record["id"], record["metadata"], record["ltv"], record["order_count"]) == (1, CHEN["metadata"], "0.00", 0)
    assert [entry["action"] for entry in zangsho.state["activity"]] == ["customer.created"]
    assert zangsho.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("zangsho.customer.email-taken")
def test_a_taken_email_is_refused_and_no_webhook_is_sent() -> None:
    zangsho = ZangshoTenant()
    assert zangsho.webhooks("createCustomer", WANG) == []
    answer = zangsho.send("createCustomer", WANG)
    assert (answer.reply.status, body(answer)) == (
        422,
        {"message": "email 已存在", "errors": {"email": ["email 已存在"]}},
    )
    assert (zangsho.items, zangsho.silent) == ({"sent": 1, "refused": 1}, 0)


@pytest.mark.rule("zangsho.request.validation-error")
def test_all_problems_of_a_single_record_are_reported_by_field() -> None:
    answer = ZangshoTenant().send("createCustomer", {"name": 7, "metadata": "x"})
    assert body(answer) == {
        "message": "email 欄位為必填",
        "errors": {
            "email": ["email 欄位為必填"],
            "name": ["name 格式不正確"],
            "metadata": ["metadata 格式不正確"],
        },
    }


@pytest.mark.rule("zangsho.batch.update-non-empty", "zangsho.item.empty-is-absent")
@pytest.mark.parametrize(("sent", "silent"), [({}, 0), ({"name": None, "phone": None}, 0), ({"name": ""}, 1)])
def test_an_update_clears_nothing(sent: dict[str, Any], silent: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", {"email": WANG["email"], **sent}, on_conflict="update")
    (wang,) = zangsho.documents("customers", id=101)
    assert (wang["name"], wang["phone"]) == (WANG["name"], WANG["phone"])
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.batch.update-non-empty")
def test_an_update_of_some_fields_is_at_risk_if_the_others_would_be_emptied() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", {"email": WANG["email"], "name": "王大明"}, on_conflict="update")
    (finding,) = [finding for finding in zangsho.ledger["findings"] if finding["outcome"] == "at-risk"]
    assert (finding["rule"], finding["count"]) == ("zangsho.batch.update-non-empty", 1)
    overwriting = ZangshoTenant(readings={"zangsho.batch.update-non-empty": "overwrite"})
    overwriting.batch("customers", {"email": WANG["email"], "name": "王大明"}, on_conflict="update")
    (wang,) = overwriting.documents("customers", id=101)
    assert (wang["name"], wang["phone"], overwriting.silent) == ("王大明", None, 1)


@pytest.mark.rule("zangsho.batch.metadata")
@pytest.mark.parametrize(
    ("choice", "metadata"), [("replace", {"campaign": "春"}), ("merge", {"source": "website", "campaign": "春"})]
)
def test_the_metadata_of_an_update_is_replaced_or_merged_by_the_reading(choice: str, metadata: dict[str, str]) -> None:
    zangsho = ZangshoTenant(readings={"zangsho.batch.metadata": choice})
    zangsho.batch(
        "customers", {"email": CHEN["email"], "metadata": {"campaign": "春"}, "name": "陳"}, on_conflict="update"
    )
    assert zangsho.documents("customers", id=102)[0]["metadata"] == metadata


@pytest.mark.rule("zangsho.customer.statistics")
def test_the_total_of_a_customer_follows_the_paid_orders() -> None:
    zangsho = ZangshoTenant()
    second = {**ORDER, "order_no": "2", "amount": "10.005", "paid_at": "2025-11-01T08:00:00Z"}
    zangsho.batch("orders", ORDER, second, {**ORDER, "order_no": "3", "status": "pending"})
    assert _paid(zangsho) == ("2000.005", 2, "2025-11-01T08:00:00Z", "2025-12-01T08:00:00Z")
    zangsho.batch("orders", {**second, "status": "refunded"}, on_conflict="update")
    assert _paid(zangsho)[1:] == (1, "2025-12-01T08:00:00Z", "2025-12-01T08:00:00Z")
    zangsho.batch("orders", {**ORDER, "customer_email": CHEN["email"]}, on_conflict="update")
    assert _paid(zangsho)[1:] == (0, None, None)
    assert _paid(zangsho, 102) == ("1990.00", 1, "2025-12-01T08:00:00Z", "2025-12-01T08:00:00Z")


@pytest.mark.rule("zangsho.customer.statistics")
@pytest.mark.parametrize("email", [WANG["email"], WANG["email"].upper()])
def test_seeded_paid_orders_count_until_they_are_refunded(email: str) -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7, "customer_email": email}])
    assert _paid(zangsho) == ("1990.00", 1, "2025-12-01T08:00:00Z", "2025-12-01T08:00:00Z")
    zangsho.batch("orders", {**ORDER, "status": "refunded"}, on_conflict="update")
    assert _paid(zangsho) == ("0.00", 0, None, None)


@pytest.mark.rule("zangsho.customer.statistics")
def test_a_customer_without_orders_shows_its_seeded_statistics() -> None:
    given = {"ltv": "500.00", "order_count": 2, "first_payment_at": "2025-01-01T00:00:00Z", "last_payment_at": None}
    zangsho = ZangshoTenant(customers=[{"id": 101, **WANG, **given}])
    assert _paid(zangsho) == tuple(given.values())
    assert (
        body(zangsho.send("getCustomer", path={"customerIdOrExternalId": "101"}))["data"]
        == zangsho.documents("customers")[0]
    )


@pytest.mark.rule("zangsho.customer.statistics", "zangsho.request.unknown-key")
def test_a_customer_sent_as_it_was_answered_loses_nothing() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", ORDER)
    answered = body(zangsho.send("getCustomer", path={"customerIdOrExternalId": "101"}))["data"]
    assert answered["ltv"] == "1990.00"
    for on_conflict in ("skip", "update"):
        zangsho.batch("customers", answered, on_conflict=on_conflict)
    assert not [finding for finding in zangsho.ledger["findings"] if finding["loses"]]


def _paid(zangsho: ZangshoTenant, customer: int = 101) -> tuple[Any, ...]:
    (held,) = zangsho.documents("customers", id=customer)
    return held["ltv"], held["order_count"], held["first_payment_at"], held["last_payment_at"]
