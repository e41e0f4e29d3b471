"""Where an order comes from: online or offline, and whatever else was sent counts as online."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ORDER, EsputnikTenant

ADDED: dict[str, Any] = {**ORDER, "currency": "UAH", "totalCost": 258}
SOURCE = "esputnik.order.source"
SOURCES: list[tuple[Any, Any, int]] = [
    ("online", "online", 0),
    ("offline", "offline", 0),
    ("", "", 0),
    (" ", " ", 0),
    ("shop", "online", 1),
    ("Offline", "online", 1),
    ("offline ", "online", 1),
    ("офлайн", "online", 1),
    (True, "online", 1),
]


def silent_places(account: EsputnikTenant, rule: str) -> list[str]:
    """Where the rule filed a silent loss."""
    findings = [finding for finding in account.ledger["findings"] if finding["rule"] == rule and finding["silent"]]
    return [place for finding in findings for place in finding["where"]]


@pytest.mark.rule(SOURCE)
@pytest.mark.parametrize(("sent", "stored", "silent"), SOURCES)
def test_a_source_that_add_orders_does_not_know_counts_as_online(sent: Any, stored: Any, silent: int) -> None:
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [ADDED, {**ADDED, "externalOrderId": "2", "source": sent}]})
    assert [order.get("source") for order in account.state["orders"]] == [None, stored]
    assert silent_places(account, SOURCE) == ["/orders/1/source"] * silent
    assert account.silent == silent


@pytest.mark.rule(SOURCE)
@pytest.mark.parametrize("kind", ["orderCreated", "orderUpdated"])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("sent", "stored", "silent"), SOURCES)
def test_a_source_that_an_event_does_not_know_counts_as_online(
    kind: str, version: int, sent: Any, stored: Any, silent: int
) -> None:
    account = EsputnikTenant()
    account.event(kind, version=version, **ORDER, source=sent)
    assert [order["source"] for order in account.state["orders"]] == [stored]
    assert silent_places(account, SOURCE) == ["/params/5/value"] * silent
    assert account.silent == silent


@pytest.mark.rule(SOURCE)
def test_a_source_in_a_lost_order_is_not_a_second_loss() -> None:
    account = EsputnikTenant()
    account.create(phone="380000000000", source="shop")
    assert account.silent == 1
    assert account.items == {"sent": 1, "dropped": 1}


@pytest.mark.rule(SOURCE)
def test_the_source_of_an_order_that_failed_is_reported_with_it() -> None:
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [{**ADDED, "status": "shipped", "source": "shop"}]})
    assert account.silent == 0
    assert account.items == {"sent": 1, "refused": 1}
