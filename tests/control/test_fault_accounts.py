"""Ledger and journal of calls with a fault: every item is accounted for, and reported if the delivered answer does."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.tenancy.tenant import Answer
from tests.asking import Asking
from tests.control.shop import GOOD, ONE_WRONG
from tests.sending import Sending

INJECTED = "mockservers.fault.injected"


class Batching:
    """A tenant of Zangsho in process, with a fault planned for its next batch."""

    def __init__(self, **fault: Any) -> None:
        self.asking = Asking("zangsho")
        self.asking.tenant.faults.plan({"faults": [{**fault, "count": 1}]})

    def send(self, body: Any = GOOD) -> Answer:
        headers = {"Authorization": f"Bearer {self.asking.credentials['token']}", "Content-Type": "application/json"}
        return self.asking.ask("importCustomers", body, headers=headers)

    @property
    def findings(self) -> list[tuple[str, str, bool, bool, int]]:
        """(rule, outcome, reported, silent, count)."""
        keys = ("rule", "outcome", "reported", "silent", "count")
        return [tuple(found[key] for key in keys) for found in self.asking.ledger["findings"]]

    @property
    def response(self) -> dict[str, Any]:
        response: dict[str, Any] = next(iter(self.asking.tenant.journal)).to_dict()["response"]
        return response


@pytest.mark.rule(INJECTED)
@pytest.mark.parametrize("effect", ["unavailable", "unauthorized", "reset", "hang-up", "time-out"])
def test_a_fault_before_processing_refuses_and_reports_every_item(effect: str) -> None:
    batching = Batching(effect=effect)
    batching.send()
    assert batching.asking.items == {"sent": 2, "refused": 2}
    assert batching.asking.state["customers"] == []
    assert batching.findings == [(INJECTED, "refused", True, False, 2)]
    assert batching.asking.silent == 0
    (finding,) = batching.asking.ledger["findings"]
    assert finding["why"] == f"the test planned the fault {effect}: nothing was done"


@pytest.mark.rule(INJECTED)
def test_a_success_reply_without_processing_makes_the_loss_silent() -> None:
    """If this fails, a gateway that answers 200 by itself could lose everything silently."""
    batching = Batching(effect="reply", status=200, body="<html>Welcome to the captive portal</html>")
    batching.send()
    assert batching.asking.silent == 2
    assert batching.findings == [(INJECTED, "refused", False, True, 2)]
    (finding,) = batching.asking.ledger["findings"]
    assert finding["where"] == ["/customers/0", "/customers/1"]


@pytest.mark.rule(INJECTED)
@pytest.mark.parametrize(
    ("vendor", "operation", "body", "places"),
    [
        ("zangsho", "createCustomer", {"email": "wang@example.com"}, [""]),
        ("zangsho", "importCustomers", {"customers": [{"email": "a@b.co"}, {}]}, ["/customers/0", "/customers/1"]),
        ("zangsho", "importCustomers", {"customers": []}, ["/customers"]),
        ("esputnik", "registerEvent", {"eventTypeKey": "viewed", "keyValue": "k"}, [""]),
        ("esputnik", "ordersBulkInsert", {"orders": [{}, {}]}, ["/orders/0", "/orders/1"]),
    ],
)
def test_a_call_that_a_fault_keeps_from_the_vendor_is_lost_at_the_places_of_its_items(
    vendor: str, operation: str, body: Any, places: list[str]
) -> None:
    asking = Asking(vendor)
    asking.tenant.faults.plan({"faults": [{"effect": "reply", "status": 200, "body": "well"}]})
    call = Sending(vendor, operation, json=body)
    asking.mock.handle(call.about, call.path, call.by(asking.credentials))
    (finding,) = asking.ledger["findings"]
    assert (finding["rule"], finding["silent"], finding["where"]) == (INJECTED, True, places)


@pytest.mark.parametrize("effect", ["lost-response", "truncated", "reset-mid-body", "garbage"])
def test_a_broken_answer_reports_every_item_and_the_call_is_processed(effect: str) -> None:
    batching = Batching(effect=effect)
    batching.send(ONE_WRONG)
    assert batching.asking.items == {"sent": 2, "kept": 1, "refused": 1}
    assert batching.asking.silent == 0
    assert [found for found in batching.findings if not found[2]] == []
    assert (INJECTED, "noted", True, False, 1) in batching.findings


def test_a_garbled_body_of_the_right_length_reports_nothing() -> None:
    """If this fails, a loss counts as reported by an unreadable answer."""
    batching = Batching(effect="garbage-body")
    batching.send(ONE_WRONG)
    assert batching.asking.items == {"sent": 2, "kept": 1, "refused": 1}
    assert batching.asking.silent == 1
    assert [found for found in batching.findings if found[1] == "refused"] == [
        ("zangsho.customer.email-required", "refused", False, True, 1)
    ]


def test_a_garbled_body_with_an_error_status_reports_by_its_status() -> None:
    batching = Batching(effect="garbage-body")
    batching.send({"customers": []})
    assert batching.response["status"] == 422
    assert batching.asking.silent == 0


@pytest.mark.parametrize(("effect", "about"), [("delay", {"delay": "PT0.01S"}), ("drip", {})])
def test_a_late_answer_reports_as_usual(effect: str, about: dict[str, Any]) -> None:
    late, plain = Batching(effect=effect, **about), Batching(effect="reset", operation="listOrders")
    assert late.send(ONE_WRONG).reply == plain.send(ONE_WRONG).reply
    assert [found for found in late.findings if found[0] != INJECTED] == plain.findings
    assert late.asking.items == plain.asking.items


def test_a_reply_that_replaces_the_vendors_reports_only_what_it_says() -> None:
    """The vendor's own answer would have named the failed item; this one names none."""
    batching = Batching(effect="reply", status=200, body={"data": {}}, work=True)
    batching.send(ONE_WRONG)
    assert batching.asking.items == {"sent": 2, "kept": 1, "refused": 1}
    assert batching.asking.silent == 1


@pytest.mark.parametrize("effect", ["unavailable", "reset"])
@pytest.mark.parametrize("body", [{"customers": "none"}, [], "none"])
def test_a_body_that_cannot_be_read_is_one_refused_item(effect: str, body: Any) -> None:
    batching = Batching(effect=effect)
    batching.send(body)
    assert batching.findings == [(INJECTED, "refused", True, False, 1)]
    assert batching.asking.items == {"sent": 1, "refused": 1}


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"effect": "reset"}, 0, ""),
        ({"effect": "lost-response"}, 0, ""),
        ({"effect": "truncated", "bytes": 7}, 200, '{"data"'),
        ({"effect": "unavailable"}, 503, '{"message":"Service Unavailable"}'),
        ({"effect": "reply", "status": 200, "body": "x", "work": True}, 200, "x"),
    ],
)
def test_the_journal_has_the_part_of_the_answer_that_was_sent(fault: dict[str, Any], status: int, body: str) -> None:
    batching = Batching(**fault)
    batching.send()
    batching.send()
    first, second = (exchange.to_dict() for exchange in batching.asking.tenant.journal)
    assert (first["response"]["status"], first["response"]["body"]) == (status, body)
    assert (first["fault"], second["fault"]) == (fault["effect"], None)


def test_a_call_that_is_not_processed_leaves_earlier_items_as_they_are() -> None:
    asking = Asking("fanship")
    asking.tenant.faults.plan({"faults": [{"effect": "unavailable", "nth": 2}]})
    for line in (b'{"id":"1"}\n', b'{"id":"2"}\n'):
        asking.ask(
            "uploadPurchases",
            path={"yyyymmdd": "20260115"},
            file=line,
            headers={"Authorization": f"Bearer {asking.credentials['token']}"},
        )
    assert asking.items == {"sent": 2, "pending": 1, "refused": 1}
    asking.advance(days=1)
    assert asking.state["purchases"] == [{"id": "1"}]


def test_a_call_that_is_not_processed_schedules_no_job() -> None:
    asking = Asking("fanship")
    asking.tenant.faults.plan({"faults": [{"effect": "unavailable", "nth": 1}, {"effect": "lost-response", "nth": 2}]})
    for _ in range(2):
        asking.ask(
            "uploadPurchases",
            path={"yyyymmdd": "20260115"},
            file=b'{"id":"1"}\n{"id":"2"}\n',
            headers={"Authorization": f"Bearer {asking.credentials['token']}"},
        )
    assert asking.items == {"sent": 4, "refused": 2, "pending": 2}
    asking.advance(days=1)
    assert asking.items == {"sent": 4, "refused": 2, "kept": 2}
    assert asking.silent == 0
