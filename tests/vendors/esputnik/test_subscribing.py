"""Contacts that subscribe through a form: confirmation, events, and channels that stay as they are."""

from __future__ import annotations

import pytest

from tests.vendors.esputnik.esputnik_tenant import MARIA, OLENA, EsputnikTenant, body_of


@pytest.mark.rule("esputnik.subscribe.email-status", "esputnik.subscribe.event")
def test_a_new_subscriber_needs_confirmation_and_raises_an_event() -> None:
    account = EsputnikTenant()
    answer = account.send("subscribeContact", {"contact": MARIA, "groups": ["Зима"], "formType": "footer"})
    assert body_of(answer) == {"id": 2, "emailStatus": "NEED_CONFIRMATION", "new": True}
    assert [event["eventTypeKey"] for event in account.state["events"]] == ["subscribeFromAPI"]
    assert account.state["contacts"][1]["groups"] == [{"name": "Зима", "type": "Static"}]
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.subscribe.channels-stay", "esputnik.subscribe.event", "esputnik.subscribe.email-status")
def test_a_known_subscriber_keeps_the_channels_of_each_type() -> None:
    account = EsputnikTenant()
    push = {"type": "webpush", "value": "t"}
    sent = {"channels": [MARIA["channels"][0], push], "externalCustomerId": "AV13760", "lastName": "Шевченко"}
    answer = account.send("subscribeContact", {"contact": sent, "groups": None, "formType": None})
    assert body_of(answer) == {"id": 1, "emailStatus": "ALREADY_SUBSCRIBED", "new": False}
    assert account.state["contacts"][0]["channels"] == [*OLENA["channels"], push]
    assert account.state["events"][0]["eventTypeKey"] == "subscribeUpdateFromAPI"
    (lost,) = [one for one in account.ledger["findings"] if one["silent"]]
    assert (lost["rule"], lost["where"]) == ("esputnik.subscribe.channels-stay", ["/contact/channels/0"])


@pytest.mark.rule("esputnik.contact.repeated")
def test_the_same_subscription_within_a_minute_is_refused() -> None:
    account = EsputnikTenant()
    assert account.send("subscribeContact", {"contact": MARIA}).reply.status == 200
    assert account.send("subscribeContact", {"contact": MARIA}).reply.status == 409
    assert account.send("addContact", MARIA).reply.status == 200
    assert account.items == {"sent": 3, "kept": 1, "refused": 1, "updated": 1}
    assert [contact["firstName"] for contact in account.state["contacts"]] == ["Олена", "Марія"]
