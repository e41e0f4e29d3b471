"""Subscriptions and their events: one of each customer, what changes make, what is imported.

https://developers.zangsho.com/guides/data-import and the reference's pages of subscriptions and their events
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import EVENT, SUBSCRIPTION, ZangshoTenant, body, counts

ONE = "zangsho.subscription.one-per-customer"
HELD = {"id": 5, **SUBSCRIPTION}
CANCELLED = {**HELD, "status": "cancelled", "cancelled_at": "2026-01-05T00:00:00Z"}
AT = {"id": "5"}


@pytest.mark.rule("zangsho.subscription.customer-known")
def test_a_subscription_of_an_unknown_customer_fails_with_the_message_of_the_page() -> None:
    zangsho = ZangshoTenant()
    failed = zangsho.batch("subscriptions", {**SUBSCRIPTION, "customer_id": 999})["results"]["failed"]
    assert (failed[0]["message"], failed[0]["identifier"]) == ("customer_id 不存在", "999")
    answer = zangsho.send("createSubscription", {**SUBSCRIPTION, "customer_id": 999})
    assert (answer.reply.status, body(answer)["message"]) == (422, "customer_id 不存在")


@pytest.mark.rule("zangsho.subscription.customer-known")
@pytest.mark.parametrize("number", [SUBSCRIPTION["customer_id"], float(SUBSCRIPTION["customer_id"])])
def test_a_subscription_names_its_customer_by_id_in_any_notation(number: float) -> None:
    (created,) = ZangshoTenant().batch("subscriptions", {**SUBSCRIPTION, "customer_id": number})["results"]["created"]
    assert created["identifier"] == str(SUBSCRIPTION["customer_id"])


@pytest.mark.rule("zangsho.subscription.required")
@pytest.mark.parametrize("gone", ["customer_id", "mrr", "billing_cycle", "started_at", "current_period_start"])
def test_a_subscription_needs_its_required_fields(gone: str) -> None:
    zangsho = ZangshoTenant()
    sent = {name: value for name, value in SUBSCRIPTION.items() if name != gone}
    assert zangsho.batch("subscriptions", sent)["results"]["failed"][0]["message"] == f"{gone} 欄位為必填"
    assert zangsho.rules("refused") == {"zangsho.subscription.required"}


@pytest.mark.rule("zangsho.item.fields")
@pytest.mark.parametrize("cycle", ["month", "one-time", "semi_annual", "MONTHLY", 1])
def test_a_billing_cycle_outside_the_list_fails_the_subscription(cycle: Any) -> None:
    failed = ZangshoTenant().batch("subscriptions", {**SUBSCRIPTION, "billing_cycle": cycle})["results"]["failed"]
    assert failed[0]["message"] == "billing_cycle 格式不正確"


@pytest.mark.rule(ONE)
@pytest.mark.parametrize(
    ("held", "choice", "expected"),
    [
        (HELD, "one", (0, 0, 1, 0)),
        (CANCELLED, "one", (0, 0, 1, 0)),
        (HELD, "one-active", (0, 0, 1, 0)),
        ({**HELD, "status": "paused"}, "one-active", (0, 0, 1, 0)),
        (CANCELLED, "one-active", (1, 0, 0, 0)),
    ],
)
def test_a_customer_has_one_subscription(held: dict[str, Any], choice: str, expected: tuple[int, ...]) -> None:
    zangsho = ZangshoTenant(subscriptions=[held], readings={ONE: choice})
    second = {**SUBSCRIPTION, "plan_name": "Team Plan"}
    assert counts(zangsho.batch("subscriptions", second)) == expected
    single = ZangshoTenant(subscriptions=[held], readings={ONE: choice}).send("createSubscription", second)
    assert single.reply.status == (201 if expected[0] else 422)
    if not expected[0]:
        assert body(single)["message"] == "customer_id 已存在"


@pytest.mark.rule("zangsho.batch.update", "zangsho.subscription.created-event")
def test_an_import_creates_no_events() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("subscriptions", SUBSCRIPTION)
    zangsho.batch("subscriptions", {**SUBSCRIPTION, "mrr": "1990.00"}, on_conflict="update")
    assert zangsho.state["subscriptions"][0]["mrr"] == "1990.00"
    assert zangsho.state["subscription_events"] == []


@pytest.mark.rule("zangsho.subscription.created-event", "zangsho.single.webhook")
def test_a_created_subscription_creates_a_created_event() -> None:
    zangsho = ZangshoTenant()
    assert zangsho.webhooks("createSubscription", SUBSCRIPTION) == ["mock.subscription.created"]
    answer = zangsho.send("createSubscription", SUBSCRIPTION)
    assert (answer.reply.status, body(answer)["data"]["status"]) == (201, "active")
    (event,) = zangsho.state["subscription_events"]
    assert (event["event_type"], event["amount_change"], event["new_plan"]) == ("created", "990.00", "Pro Plan")


@pytest.mark.rule("zangsho.subscription.created-event", "zangsho.amount.places")
def test_an_event_of_a_zero_amount_has_the_decimal_places_of_amounts() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createSubscription", {**SUBSCRIPTION, "mrr": "0"})
    assert [event["amount_change"] for event in zangsho.state["subscription_events"]] == ["0.00"]


@pytest.mark.rule("zangsho.subscription.mrr-change")
@pytest.mark.parametrize(
    ("mrr", "event", "change"),
    [("1480.00", "upgrade", "490.00"), ("490", "downgrade", "-500.00"), ("990", None, None), (None, None, None)],
)
def test_a_change_of_the_mrr_creates_an_event(mrr: str | None, event: str | None, change: str | None) -> None:
    zangsho = ZangshoTenant(subscriptions=[HELD])
    answer = zangsho.send("updateSubscription", {"mrr": mrr, "plan_name": "Team Plan"}, path=AT)
    assert (answer.reply.status, body(answer)["data"]["plan_name"]) == (200, "Team Plan")
    records = zangsho.state["subscription_events"]
    events = [(record["event_type"], record["amount_change"]) for record in records]
    assert events == ([(event, change)] if event else [])
    assert (zangsho.items, zangsho.silent) == ({"sent": 1, "updated": 1}, 0)


@pytest.mark.rule("zangsho.item.empty-is-absent")
def test_a_change_to_an_empty_text_changes_nothing() -> None:
    zangsho = ZangshoTenant(subscriptions=[HELD])
    zangsho.send("updateSubscription", {"plan_name": ""}, path=AT)
    assert zangsho.state["subscriptions"][0]["plan_name"] == "Pro Plan"
    assert zangsho.silent == 1


@pytest.mark.rule("zangsho.item.fields", "zangsho.request.unreadable")
@pytest.mark.parametrize(
    "sent", [{"mrr": "x"}, {"billing_cycle": "one-time"}, {"current_period_start": 1}, b"{", [], "x"]
)
@pytest.mark.parametrize("operation", ["updateSubscription"])
def test_a_wrong_change_is_refused(operation: str, sent: Any) -> None:
    zangsho = ZangshoTenant(subscriptions=[HELD])
    before = zangsho.state
    assert zangsho.send(operation, sent, path=AT).reply.status == 422
    assert (zangsho.state, zangsho.items, zangsho.silent) == (before, {"sent": 1, "refused": 1}, 0)


@pytest.mark.rule("zangsho.subscription.cancel")
@pytest.mark.parametrize(
    ("sent", "at"),
    [
        (b"", "2026-01-15T03:00:00Z"),
        ({}, "2026-01-15T03:00:00Z"),
        ({"cancelled_at": "2026-01-09T08:00:00+08:00", "reason": "不再需要"}, "2026-01-09T00:00:00Z"),
    ],
)
def test_a_cancellation_takes_effect_at_its_time_or_now_and_creates_an_event(sent: Any, at: str) -> None:
    zangsho = ZangshoTenant(subscriptions=[HELD])
    answer = zangsho.send("cancelSubscription", sent, path=AT)
    record = body(answer)["data"]
    assert (answer.reply.status, record["status"], record["cancelled_at"]) == (200, "cancelled", at)
    assert "reason" not in record
    (event,) = zangsho.state["subscription_events"]
    assert (event["event_type"], event["amount_change"], event["occurred_at"]) == ("cancel", "-990.00", at)
    assert [entry["action"] for entry in zangsho.state["activity"]] == [
        "subscription.cancelled",
        "subscription_event.created",
    ]


@pytest.mark.rule("zangsho.subscription.cancelled-once")
@pytest.mark.parametrize(("sent", "silent"), [(b"", 0), ({"cancelled_at": "2026-01-05"}, 0), ({"reason": "again"}, 1)])
def test_a_second_cancellation_changes_nothing(sent: Any, silent: int) -> None:
    zangsho = ZangshoTenant(subscriptions=[CANCELLED])
    answer = zangsho.send("cancelSubscription", sent, path=AT)
    assert (answer.reply.status, body(answer)["data"]["cancelled_at"]) == (200, "2026-01-05T00:00:00Z")
    assert zangsho.state["subscription_events"] == []
    assert (zangsho.items, zangsho.silent) == ({"sent": 1, "skipped": 1}, silent)


@pytest.mark.rule("zangsho.list.one-record")
@pytest.mark.parametrize("operation", ["getSubscription", "updateSubscription", "cancelSubscription"])
@pytest.mark.parametrize("name", ["6", "batch", "", "５"])
def test_an_unknown_subscription_is_not_found(operation: str, name: str) -> None:
    assert ZangshoTenant(subscriptions=[HELD]).send(operation, {}, path={"id": name}).reply.status == 404


@pytest.mark.rule("zangsho.event.required")
@pytest.mark.parametrize("gone", ["customer_email", "event_type", "amount_change", "occurred_at"])
def test_an_event_needs_its_required_fields(gone: str) -> None:
    sent = {name: value for name, value in EVENT.items() if name != gone}
    zangsho = ZangshoTenant()
    assert body(zangsho.send("createSubscriptionEvent", sent))["message"] == f"{gone} 欄位為必填"
    assert zangsho.batch("events", sent)["results"]["failed"][0]["message"] == f"{gone} 欄位為必填"


@pytest.mark.rule("zangsho.event.path", "zangsho.event.customer-known", "zangsho.single.webhook")
def test_an_event_of_a_known_customer_is_recorded() -> None:
    zangsho = ZangshoTenant()
    assert zangsho.webhooks("createSubscriptionEvent", EVENT) == ["mock.subscription_event.created"]
    answer = zangsho.send("createSubscriptionEvent", {**EVENT, "old_amount": 500, "amount_change": "-490"})
    record = body(answer)["data"]
    assert (answer.reply.status, record["customer_id"], record["amount_change"]) == (201, 101, "-490.00")
    assert record["old_amount"] == "500.00"
    nobody = zangsho.send("createSubscriptionEvent", {**EVENT, "customer_email": "nobody@example.com"})
    assert body(nobody)["message"] == "customer_email 不存在"
    assert not zangsho.documents("customers", email="nobody@example.com")


@pytest.mark.rule("zangsho.event.batch-path", "zangsho.batch.conflict-key")
def test_the_batch_of_events_is_marked_as_assumed_and_never_conflicts() -> None:
    zangsho = ZangshoTenant()
    assert counts(zangsho.batch("events", EVENT, EVENT, on_conflict="update")) == (2, 0, 0, 0)
    (finding,) = zangsho.findings("zangsho.event.batch-path")
    assert (finding["outcome"], finding["provenance"]) == ("noted", "assumed")


@pytest.mark.rule("zangsho.event.batch-envelope", "zangsho.event.batch-path", "zangsho.request.unreadable")
@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ({}, "zangsho.event.batch-envelope"),
        ({"events": []}, "zangsho.event.batch-envelope"),
        (b"{", "zangsho.request.unreadable"),
        ([], "zangsho.request.unreadable"),
    ],
)
def test_an_invalid_batch_of_events_is_refused_for_its_body_and_not_for_its_path(sent: Any, rule: str) -> None:
    zangsho = ZangshoTenant()
    assert zangsho.send("importSubscriptionEvents", sent).reply.status == 422
    assert zangsho.rules("refused") == {rule}
    assert "zangsho.event.batch-path" in zangsho.rules("noted")


@pytest.mark.rule("zangsho.batch.envelope", "zangsho.request.content-type")
def test_an_empty_batch_of_another_type_is_refused_for_its_envelope() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("importCustomers", {}, headers={"Content-Type": "text/plain"})
    assert zangsho.rules("refused") == {"zangsho.batch.envelope"}
