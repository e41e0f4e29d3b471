"""A contact that stands several times in one import: each value that is gone in the end is one loss, no other is."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, SMS, EsputnikTenant

M: dict[str, Any] = {"channels": [EMAIL]}
UPPER = {"channels": [{**EMAIL, "value": EMAIL["value"].upper()}]}
HELD = {"id": 8, **M, "firstName": "x"}
A, B, X = ({**M, "firstName": name} for name in "abx")
FIELDS = [{"id": 1, "value": "a"}, {"id": 2, "value": 5}]

NEW: list[tuple[list[dict[str, Any]], int]] = [
    ([A, A], 0),
    ([A, M], 1),
    ([A, B], 1),
    ([M, A], 0),
    ([A, M, A], 0),
    ([A, M, M], 1),
    ([A, B, A], 1),
    ([A, B, M], 2),
    ([M, UPPER], 0),
    ([A, {**UPPER, "firstName": "a"}], 0),
    ([M, {"channels": [EMAIL, SMS]}], 0),
    ([{"channels": [EMAIL, SMS]}, M], 1),
    ([{**M, "languageCode": "uk"}, {**M, "languageCode": None}], 1),
    ([{**M, "address": {"town": "Київ"}}, M], 1),
    ([{**M, "address": {"town": "Київ"}}, {**M, "address": {"town": "Київ"}}], 0),
    ([{**M, "fields": FIELDS}, {**M, "fields": FIELDS[::-1]}], 0),
    ([{**M, "fields": FIELDS}, M, {**M, "fields": FIELDS[::-1]}], 0),
    ([{**M, "fields": FIELDS[::-1]}, {**M, "fields": [{"id": 1, "value": "b"}]}], 1),
]
KNOWN: list[tuple[list[dict[str, Any]], int]] = [
    ([M], 1),
    ([X, M], 1),
    ([M, X], 0),
    ([M, M], 1),
    ([M, A], 0),
    ([A, M], 1),
    ([A, B], 1),
    ([X, X], 0),
    ([M, A, M], 1),
    ([{"channels": [EMAIL, SMS]}, M], 2),
]


def imported(contacts: list[dict[str, Any]], *known: dict[str, Any], deleted: bool = False) -> EsputnikTenant:
    """An account after an import that brings back who was deleted."""
    account = EsputnikTenant(contacts=list(known))
    for contact in known if deleted else ():
        account.send("deleteContact", path={"id": str(contact["id"])})
    options = {"dedupeOn": "email", "customFieldsIDs": [1, 2], "restoreDeleted": True}
    account.send("contactsBulkUpdate", {"contacts": contacts, **options})
    account.advance(hours=1)
    return account


@pytest.mark.rule("esputnik.contacts.twice", "esputnik.contacts.contact-fields")
@pytest.mark.parametrize(("contacts", "silent"), NEW)
def test_each_replaced_value_of_a_new_contact_is_one_loss(contacts: list[dict[str, Any]], silent: int) -> None:
    account = imported(contacts)
    assert account.silent == silent
    assert account.items["sent"] == len(contacts)
    assert len(account.state["contacts"]) == 1


@pytest.mark.rule("esputnik.contacts.twice", "esputnik.contacts.contact-fields")
@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize(("contacts", "silent"), KNOWN)
def test_each_replaced_value_of_a_known_contact_is_one_loss(
    contacts: list[dict[str, Any]], silent: int, *, deleted: bool
) -> None:
    account = imported(contacts, HELD, deleted=deleted)
    assert account.silent == silent
    assert account.state["contacts"][0].get("firstName") == contacts[-1].get("firstName")


@pytest.mark.rule("esputnik.contacts.twice")
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("order", list(permutations([EMAIL, SMS, {"type": "viber", "value": "380501112233"}])))
def test_the_order_of_channels_does_not_matter(order: tuple[dict[str, Any], ...], *, known: bool) -> None:
    channels = [EMAIL, SMS, {"type": "viber", "value": "380501112233"}]
    account = imported([{"channels": channels}, {"channels": list(order)}], *([HELD] if known else []))
    assert account.silent == (1 if known else 0)  # the name that a known one had
    (contact,) = account.state["contacts"]
    assert sorted(map(str, contact["channels"])) == sorted(map(str, channels))


@pytest.mark.rule("esputnik.contacts.twice", "esputnik.contacts.dedupe-field")
def test_a_channel_that_was_never_stored_is_not_replaced_by_a_later_contact() -> None:
    first, other = {"type": "webpush", "value": "t"}, {"type": "webpush", "value": "токен"}
    account = EsputnikTenant(contacts=[])
    contacts = [{"channels": [first]}, {"channels": [other, first]}, {"channels": [{**first, "type": "mobilepush"}]}]
    account.send("contactsBulkUpdate", {"contacts": contacts, "dedupeOn": "push"})
    account.advance(hours=1)
    silent = [(one["rule"], one["where"]) for one in account.ledger["findings"] if one["silent"]]
    assert ("esputnik.contacts.dedupe-field", ["/contacts/1/channels/0"]) in silent
    assert "esputnik.contacts.twice" not in dict(silent)
    assert {name: count for name, count in account.items.items() if count} == {"sent": 3, "kept": 1, "updated": 2}


@pytest.mark.rule("esputnik.contacts.dedupe-field")
@pytest.mark.parametrize(
    ("reading", "kept", "silent"), [("updated", {}, 1), ("stays", {"device": {"os": "Android"}}, 0)]
)
def test_a_channel_sent_again_with_less_follows_the_reading(reading: str, kept: dict[str, Any], silent: int) -> None:
    push = {"type": "mobilepush", "value": "t"}
    account = EsputnikTenant(contacts=[], readings={"esputnik.contacts.dedupe-field": reading})
    contacts = [{"channels": [{**push, "device": {"os": "Android"}}]}, {"channels": [push]}]
    account.send("contactsBulkUpdate", {"contacts": contacts, "dedupeOn": "push"})
    account.advance(hours=1)
    assert account.state["contacts"][0]["channels"] == [{**push, **kept}]
    assert account.silent == silent


@pytest.mark.rule("esputnik.contacts.twice")
def test_the_place_of_a_loss_counts_the_ignored_elements_before_it() -> None:
    fields = [{"id": 1, "value": None}, {"id": 2, "value": "a"}]
    account = imported([{**M, "fields": fields}, {**M, "fields": [{"id": 2, "value": "b"}]}])
    assert [one["where"] for one in account.ledger["findings"] if one["silent"]] == [["/contacts/0/fields/1/value"]]


@pytest.mark.rule("esputnik.contact.twice")
@pytest.mark.parametrize("operation", ["subscribeContact", "contactsBulkUpdate"])
def test_channels_that_differ_only_in_unknown_keys_are_one(operation: str) -> None:
    channels = [EMAIL, {**SMS, "note": "x"}, SMS]
    account = EsputnikTenant(contacts=[HELD])
    single = operation == "subscribeContact"
    contact = {"channels": channels}
    account.send(operation, {"contact": contact} if single else {"contacts": [contact], "dedupeOn": "email"})
    account.advance(hours=1)
    lost = {place for one in account.ledger["findings"] if one["silent"] for place in one["where"]}
    assert f"{'/contact' if single else '/contacts/0'}/channels/1/note" in lost
    assert SMS in account.state["contacts"][0]["channels"]
