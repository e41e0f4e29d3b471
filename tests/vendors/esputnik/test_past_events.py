"""Events of the past: a status for each, and orders that say nothing of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, body_of, params

VIEWED = {"eventTypeKey": "viewed", "keyValue": "k", "params": params({"email": "olena@example.com"})}
OCCURRED = "esputnik.past-events.occurred"


def sent(account: EsputnikTenant, *events: Any, version: int = 1) -> list[str]:
    operation = "sendHistoryEvents" if version == 1 else "sendHistoryEventsV2"
    answer = account.send(operation, {"events": list(events)})
    assert answer.reply.status == 200
    value = body_of(answer)
    statuses = [result["status"] for result in value["results"]]
    assert value["successCount"] == statuses.count("ACCEPTED")
    assert value["errorCount"] == len(statuses) - statuses.count("ACCEPTED")
    return statuses


@pytest.mark.rule(OCCURRED, "esputnik.time.account-zone")
@pytest.mark.parametrize(
    ("occurred", "status"),
    [
        ("2025-12-24", "ACCEPTED"),
        ("2025-12-24T18:30", "ACCEPTED"),
        ("1970-01-01", "ACCEPTED"),
        ("2026-01-15T05:00", "ACCEPTED"),
        ("2026-01-15T05:01", "OCCURRED_TIME_IN_FUTURE"),
        ("2026-01-16", "OCCURRED_TIME_IN_FUTURE"),
        (None, "OCCURRED_DATE_IS_REQUIRED"),
        ("", "INCORRECT_OCCURRED_DATE_FORMAT"),
        ("2025-12-24T18:30:00", "INCORRECT_OCCURRED_DATE_FORMAT"),
        ("2025-12-24T18:30Z", "INCORRECT_OCCURRED_DATE_FORMAT"),
        ("24.12.2025", "INCORRECT_OCCURRED_DATE_FORMAT"),
        ("2025-02-30", "INCORRECT_OCCURRED_DATE_FORMAT"),
        (1735054200, "INCORRECT_OCCURRED_DATE_FORMAT"),
    ],
)
def test_each_event_gets_the_status_of_its_time(occurred: Any, status: str) -> None:
    account = EsputnikTenant()
    assert sent(account, {**VIEWED, "occurred": occurred}, {**VIEWED, "occurred": "2025-01-01"}) == [status, "ACCEPTED"]
    assert len(account.state["events"]) == (2 if status == "ACCEPTED" else 1)
    assert account.silent == 0


@pytest.mark.rule(OCCURRED)
def test_a_rejected_event_is_reported() -> None:
    account = EsputnikTenant()
    sent(account, {**VIEWED, "occurred": "2025-01-01"}, VIEWED)
    assert account.items == {"sent": 2, "kept": 1, "refused": 1}
    (found,) = [one for one in account.ledger["findings"] if one["outcome"] == "refused"]
    assert (found["where"], found["reported"]) == (["/events/1/occurred"], True)


@pytest.mark.rule("esputnik.event-type.segmentation", OCCURRED)
def test_a_type_without_segmentation_accepts_no_past_events() -> None:
    account = EsputnikTenant(event_types=[{"eventTypeKey": "viewed", "segmentation": False}])
    assert sent(account, {**VIEWED, "occurred": "2025-01-01"}) == ["EVENT_SEGMENTATION_DISABLED"]
    assert account.state["events"] == []


@pytest.mark.rule("esputnik.past-events.limit")
def test_a_batch_of_more_than_five_hundred_events_is_refused_whole() -> None:
    account = EsputnikTenant()
    events = [{**VIEWED, "occurred": "2025-01-01"}] * 501
    reply = account.send("sendHistoryEvents", {"events": events}).reply
    assert (reply.status, reply.body) == (400, b"No more than 500 events are allowed in a request")
    assert account.items == {"sent": 501, "refused": 501}
    assert set(sent(account, *events[:500])) == {"ACCEPTED"}


@pytest.mark.rule("esputnik.past-events.orders")
@pytest.mark.parametrize("version", [1, 2])
def test_an_order_from_a_past_event_is_created_and_at_risk(version: int) -> None:
    account = EsputnikTenant()
    event = {"eventTypeKey": "orderCreated", "keyValue": "k", "params": params({**ORDER, "items": [ITEM]})}
    sent(account, {**event, "occurred": "2020-05-14T10:11"}, version=version)
    assert account.stored_order() is not None
    assert "esputnik.past-events.orders" in account.risks
    strict = EsputnikTenant(readings={"esputnik.past-events.orders": "events-only"})
    sent(strict, {**event, "occurred": "2020-05-14T10:11"})
    assert strict.stored_order() is None
    assert strict.silent == 1


@pytest.mark.rule("esputnik.past-events.orders", "esputnik.order.required")
def test_the_answer_to_an_accepted_event_does_not_report_its_ignored_order() -> None:
    account = EsputnikTenant()
    event = {"eventTypeKey": "orderCreated", "keyValue": "k", "params": params({"email": "olena@example.com"})}
    assert sent(account, {**VIEWED, "occurred": "2025-01-01"}, {**event, "occurred": "2025-01-01"}) == ["ACCEPTED"] * 2
    assert account.items == {"sent": 2, "kept": 1, "dropped": 1}
    assert account.silent == 1


@pytest.mark.rule("esputnik.request.schema", "esputnik.event.key-value", "esputnik.event.unique-names")
@pytest.mark.parametrize(
    "event",
    [
        {},
        7,
        {"eventTypeKey": "viewed"},
        {**VIEWED, "keyValue": None},
        {**VIEWED, "params": [{"name": "a"}]},
        {**VIEWED, "params": [{"name": "a", "value": 1}, {"name": "a", "value": 1}]},
    ],
)
def test_a_malformed_event_refuses_the_whole_batch(event: Any) -> None:
    account = EsputnikTenant()
    reply = account.send("sendHistoryEvents", {"events": [{**VIEWED, "occurred": "2025-01-01"}, event]}).reply
    assert reply.status == 400
    assert account.items == {"sent": 2, "refused": 2}
    assert account.state["events"] == []


@pytest.mark.rule("esputnik.request.unknown-key", "esputnik.request.repeated-key")
def test_unknown_and_repeated_keys_belong_to_the_event_that_has_them() -> None:
    account = EsputnikTenant()
    body = (
        b'{"events":[{"eventTypeKey":"viewed","keyValue":"k","occurred":"2025-01-01"},'
        b'{"eventTypeKey":"viewed","keyValue":"1","keyValue":"k","occured":"2025-01-01"}]}'
    )
    account.send("sendHistoryEvents", body)
    lost = {one["where"][0]: one["reported"] for one in account.ledger["findings"] if one["outcome"] == "ignored"}
    assert lost == {"/events/1/keyValue": True, "/events/1/occured": True}
