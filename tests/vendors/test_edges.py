"""Inputs at the edges of what the vendors take: what is held of them, what is at risk and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import OLENA, EsputnikTenant
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant
from tests.vendors.zangsho.zangsho_tenant import ORDER, ZangshoTenant

ADDED = {
    "externalOrderId": "1",
    "totalCost": 258.5,
    "status": "INITIALIZED",
    "date": "2020-05-14T10:11:00+03:00",
    "email": "olena@example.com",
    "currency": "UAH",
}


def at_risk(ledger: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in ledger["findings"] if finding["outcome"] == "at-risk"}


def test_a_lost_line_does_not_hide_the_risk_of_its_order() -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P1", "foreign_ids": {"CRM": "C1"}}])
    omnisegment.order(products={"CRM": "C1,C2"}, products_name="n,m", member_sn="nobody")
    assert omnisegment.ledger["silent"] == 2
    assert at_risk(omnisegment.ledger) == {"omnisegment.member.unknown", "omnisegment.products.unknown-foreign-id"}


def test_an_amount_beyond_the_precision_of_doubles_is_held_as_it_was_sent_to_add_orders() -> None:
    account = EsputnikTenant(contacts=[OLENA])
    raw = b'{"orders": [{"externalOrderId": "1", "totalCost": 1234567890123456.78, "status": "INITIALIZED",'
    raw += b' "date": "2020-05-14T10:11:00+03:00", "email": "olena@example.com", "currency": "UAH"}]}'
    account.send("ordersBulkInsert", raw)
    assert str(account.state["orders"][0]["totalCost"]) == "1234567890123456.78"
    assert (account.ledger["silent"], account.ledger["findings"]) == (0, [])


@pytest.mark.parametrize("currency", ["грн", "UAN", "uah", "гривна", "US$"])
def test_a_non_standard_currency_is_kept_and_at_risk_at_esputnik(currency: str) -> None:
    account = EsputnikTenant(contacts=[OLENA])
    account.send("ordersBulkInsert", {"orders": [{**ADDED, "currency": currency}]})
    assert account.state["orders"][0]["currency"] == currency
    assert at_risk(account.ledger) == {"esputnik.order.currency"}


@pytest.mark.parametrize("currency", ["NTD", "RMB", "ABC"])
def test_an_unlisted_currency_is_kept_and_at_risk_at_zangsho(currency: str) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", {**ORDER, "currency": currency})
    assert zangsho.state["orders"][0]["currency"] == currency
    assert zangsho.rules("at-risk") == {"zangsho.order.currency"}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("viber", {}),
        ("mobilepush", {"device": {"appId": "shop", "os": "ios"}}),
        ("webpush", {"webPushSubscription": {"endpoint": "https://push.example/1"}}),
    ],
)
def test_a_channel_that_an_import_adds_to_a_known_contact_is_complete(kind: str, more: dict[str, Any]) -> None:
    known = {"type": "email", "value": "olena@example.com"}
    account = EsputnikTenant(contacts=[{"id": 1, "channels": [known]}])
    channel = {"type": kind, "value": "v-1", **more}
    body = {"dedupeOn": "email", "contacts": [{"channels": [known, channel]}]}
    account.send("contactsBulkUpdate", body)
    account.advance(minutes=10)
    assert channel in account.state["contacts"][0]["channels"]
    assert account.ledger["silent"] == 0


def test_categories_of_a_subscriber_are_held() -> None:
    account = EsputnikTenant(contacts=[OLENA])
    contact = {"channels": [{"type": "email", "value": "olena@example.com"}]}
    account.send("subscribeContact", {"contact": contact, "subscriptions": ["weekly-news"]})
    assert account.state["contacts"][0]["subscriptions"] == ["weekly-news"]
    assert account.ledger["silent"] == 0


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("ordersBulkInsert", {"orders": []}),
        ("contactsBulkUpdate", {"dedupeOn": "email", "contacts": []}),
        ("sendHistoryEvents", {"events": []}),
    ],
)
def test_an_empty_list_is_accepted_by_esputnik_and_counts_no_item(operation: str, body: dict[str, Any]) -> None:
    account = EsputnikTenant()
    answer = account.send(operation, body)
    assert (answer.reply.status, account.items, account.ledger["findings"]) == (200, {"sent": 0}, [])
