"""The mock against a naive model of the vendor, over any sequence of contacts: one by one, subscribed, and in bulk.

https://docs.yespo.io/reference/addcontact-1, https://docs.yespo.io/reference/contactsbulkupdate-1
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of
from tests.vendors.esputnik.naive_channels import CHANNELS
from tests.vendors.esputnik.naive_contacts import LISTED, NaiveContacts
from tests.vendors.under_readings import UnderReadings, stateful_test

VALUES: dict[str, list[str]] = {
    "email": ["a@example.com", "A@example.com", "олена@example.com"],
    "sms": ["380501234567", "380671112233"],
    "viber": ["380501234567", "380671112233"],
    "webpush": ["токен", "t"],
    "mobilepush": ["t"],
    "fax": ["1"],
}
CHANNEL = st.sampled_from([(kind, value) for kind in CHANNELS for value in VALUES[kind]])
WRONG = st.sampled_from([("fax", "1"), ("email", "")])
TWICE = [{"id": 1, "value": "a"}, {"id": 1, "value": None}, {"id": 2, "value": "c"}, {"id": 2, "value": "b"}]
DEVICES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"device": {"os": "Android"}}, {"device": {"os": "iOS"}}, {"device": None}]
)
FIELDS: dict[str, list[Any]] = {
    "externalCustomerId": ["AV1", "客-2", 7, "", None],
    "contactKey": ["Ключ", "", None],
    "firstName": ["Олена", "Марія", 7, None],
    "lastName": ["Шевченко", "王", None],
    "languageCode": ["uk", None],
    "address": [{"town": "Київ"}, {"region": "Галичина", "town": "Львів"}, {"town": None}, None],
    "fields": [[{"id": 1, "value": "a"}], [{"id": 2, "value": "b"}, {"id": 1, "value": "в"}], TWICE, [], None],
    "id": [1, 7, "1", None],
    "vip": [True],
}
NAMES = st.sampled_from([["Зима"], ["Літо", "Зима"], [], None])
OPTIONS = st.fixed_dictionaries(
    {"dedupeOn": st.sampled_from(["email", "sms", "push", "email_or_sms", "id", "externalCustomerId", "fieldId"])},
    optional={
        "fieldId": st.sampled_from([1, 2, None]),
        "contactFields": st.none() | st.lists(st.sampled_from(LISTED), max_size=4, unique=True),
        "customFieldsIDs": st.sampled_from([[1], [1, 2], None]),
        "groupNames": NAMES,
        "groupNamesExclude": NAMES,
        "restoreDeleted": st.booleans(),
        "eventKeyForNewContacts": st.sampled_from(["newContact", None]),
    },
)


@st.composite
def contacts(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly right contacts, with few values, so that they meet again."""
    channels = draw(st.lists(CHANNEL, min_size=1, max_size=3))
    channels += [draw(WRONG)] if draw(st.integers(0, 19)) == 19 else []
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=3, unique=True))
    sent = {name: draw(st.sampled_from(FIELDS[name])) for name in sorted(names)}
    devices = [draw(DEVICES) if kind == "mobilepush" else {} for kind, _ in channels]
    listed = [{"type": kind, "value": value} for kind, value in channels]
    return {**sent, "channels": [{**channel, **device} for channel, device in zip(listed, devices, strict=True)]}


NUMBER = st.integers(1, 3)
CHOICES = {
    "request.scalars": ["accept", "refuse"],
    "contacts.dedupe-field": ["stays", "updated"],
    "contacts.new": ["all", "listed"],
    "contacts.too-many-rows": ["refuse", "cap"],
}


class AgainstNaiveContacts(UnderReadings):
    vendor = "esputnik"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = EsputnikTenant(contacts=[], readings=self.ids(readings))
        self.naive = NaiveContacts(readings)

    @rule(sent=contacts())
    def add(self, sent: dict[str, Any]) -> None:
        answer = self.mock.send("addContact", sent)
        number = self.naive.add(sent)
        assert answer.reply.status == (200 if number > 0 else -number)
        assert number < 0 or body_of(answer) == {"id": number}

    @rule(number=NUMBER, sent=contacts(), with_channels=st.booleans())
    def change(self, number: int, sent: dict[str, Any], *, with_channels: bool) -> None:
        sent = sent if with_channels else {name: value for name, value in sent.items() if name != "channels"}
        answer = self.mock.send("updateContact", sent, path={"id": str(number)})
        assert answer.reply.status == self.naive.change(number, sent)

    @rule(number=NUMBER, erase=st.booleans())
    def delete(self, number: int, *, erase: bool) -> None:
        answer = self.mock.send("deleteContact", path={"id": str(number)}, query={"erase": str(erase).lower()})
        assert answer.reply.status == self.naive.delete(number, erase=erase)

    @rule(external_id=st.sampled_from(["AV1", "客-2"]), erase=st.booleans())
    def delete_by_external_id(self, external_id: str, *, erase: bool) -> None:
        query = {"externalCustomerId": external_id, "erase": str(erase).lower()}
        answer = self.mock.send("deleteContactByExternalId", query=query)
        assert answer.reply.status == self.naive.delete_by_external_id(external_id, erase=erase)

    @rule(rows=st.sampled_from([1, 500, 501]))
    def search(self, rows: int) -> None:
        answer = self.mock.send("searchContacts", query={"maxrows": str(rows)})
        found = self.naive.search(rows)
        assert answer.reply.status == (400 if found is None else 200)
        assert found is None or [contact["id"] for contact in body_of(answer)] == found

    @rule(
        sent=contacts(),
        groups=st.sampled_from([[], ["Зима"]]),
        subscriptions=st.sampled_from([[], ["news"], ["акції", "news", "акції"]]),
        form=st.sampled_from([None, "footer"]),
    )
    def subscribe(self, sent: dict[str, Any], groups: list[str], subscriptions: list[str], form: str | None) -> None:
        body = {"contact": sent, "groups": groups, "subscriptions": subscriptions, "formType": form}
        answer = self.mock.send("subscribeContact", body)
        number, status, new = self.naive.subscribe(sent, groups, subscriptions, form)
        assert answer.reply.status == (200 if number > 0 else -number)
        if number > 0:
            assert body_of(answer) == {"id": number, "emailStatus": status, "new": new}

    @rule(sent=st.lists(contacts(), min_size=1, max_size=4), options=OPTIONS)
    def bulk(self, sent: list[dict[str, Any]], options: dict[str, Any]) -> None:
        value = body_of(self.mock.send("contactsBulkUpdate", {"contacts": sent, **options}))
        failed = value.get("failedContacts", [])
        failed = [failed] if isinstance(failed, dict) else failed
        status = body_of(self.mock.send("getImportSessionStatus", path={"sessionId": value["asyncSessionId"]}))
        expected, mapping = self.naive.bulk(sent, options)
        assert [{name: each[name] for name in each if name != "error"} for each in failed] == expected
        assert status["status"] == "FINISHED"
        assert [(each["dedupeValue"], each["contactId"]) for each in status["mapping"]] == mapping

    @rule(seconds=st.sampled_from([1, 59, 60]))
    def wait(self, seconds: int) -> None:
        self.mock.advance(seconds=seconds)
        self.naive.wait(seconds)

    @invariant()
    def both_hold_the_same(self) -> None:
        held = {contact["id"]: flat(contact) for contact in self.mock.state["contacts"]}
        assert held == {number: without_nothing(contact) for number, contact in self.naive.contacts.items()}
        events = [(event["eventTypeKey"], event["contactId"]) for event in self.mock.state["events"]]
        assert events == self.naive.events


def flat(contact: dict[str, Any]) -> dict[str, Any]:
    """A contact of the mock's state in the words of the naive model."""
    parts = ("id", "channels", "address", "fields", "groups")
    made = {name: value for name, value in contact.items() if name not in parts}
    made |= contact.get("address") or {}
    for channel in contact["channels"]:
        device = (str(channel.get("device") or ""),) if channel["type"] == "mobilepush" else ()
        made.setdefault(channel["type"], []).append((channel["value"], *device) if device else channel["value"])
    made["fields"] = {each["id"]: each["value"] for each in contact.get("fields") or []}
    made["groups"] = {each["name"] for each in contact.get("groups") or []}
    return without_nothing(made)


def without_nothing(contact: dict[str, Any]) -> dict[str, Any]:
    """A contact without what is null or empty; channels of a type in any order."""
    sorted_lists = {name: sorted(value) if isinstance(value, list) else value for name, value in contact.items()}
    return {name: value for name, value in sorted_lists.items() if value not in (None, [], {}, set())}


TestAgainstNaiveContacts = pytest.mark.rule(
    "esputnik.contact.match",
    "esputnik.contact.merge",
    "esputnik.contact.restore",
    "esputnik.contact.repeated",
    "esputnik.subscribe.channels-stay",
    "esputnik.contacts.contact-fields",
    "esputnik.contacts.custom-fields",
    "esputnik.contacts.twice",
    "esputnik.contacts.too-many-rows",
)(stateful_test(AgainstNaiveContacts, steps=12))
