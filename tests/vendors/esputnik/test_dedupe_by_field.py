"""Contacts in bulk that a custom field identifies: which values are equal, which are none, how answers name them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of

CARD = 9
KNOWN = {"id": 1, "channels": [{"type": "email", "value": "olena@example.com"}]}
SENT = {"channels": [{"type": "email", "value": "olena@example.com"}]}


def card(*values: Any) -> dict[str, Any]:
    """The custom field, once for each value."""
    return {"fields": [{"id": CARD, "value": value} for value in values]}


def imported(account: EsputnikTenant, contact: dict[str, Any]) -> Any:
    options = {"dedupeOn": "fieldId", "fieldId": CARD, "customFieldsIDs": [CARD], "eventKeyForNewContacts": "joined"}
    return body_of(account.send("contactsBulkUpdate", {"contacts": [contact], **options}))


@pytest.mark.rule("esputnik.contacts.dedupe")
@pytest.mark.parametrize(
    ("held", "sent", "contacts"),
    [
        ("卡-7", "卡-7", 1),
        ("Ж", "ж", 2),
        (7, 7, 1),
        (7, "7", 1),
        (7, 7.0, 1),
        (True, "true", 1),
        ("7", "07", 2),
        ("7", "7 ", 2),
    ],
)
def test_a_custom_field_identifies_a_contact_by_its_text(held: Any, sent: Any, contacts: int) -> None:
    account = EsputnikTenant(contacts=[KNOWN | card(held)])
    imported(account, SENT | card(sent))
    assert len(account.state["contacts"]) == contacts
    assert account.silent == 0


@pytest.mark.rule("esputnik.contacts.dedupe", "esputnik.contacts.failed")
@pytest.mark.parametrize("values", [(), (None,), ("",), (" ",), ([],), ({"a": 1},), ("卡-7", None), ("卡-7", "")])
def test_a_contact_without_a_value_for_the_field_fails(values: tuple[Any, ...]) -> None:
    account = EsputnikTenant(contacts=[KNOWN | card("")])
    assert imported(account, SENT | card(*values))["failedContacts"]["error"] == "fieldId is required"
    assert account.items == {"sent": 1, "refused": 1}
    assert len(account.state["contacts"]) == 1


@pytest.mark.rule("esputnik.contacts.session", "esputnik.contacts.segments")
@pytest.mark.parametrize(("value", "text"), [("卡-7", "卡-7"), (7, "7"), ("a=b", "a=b")])
def test_a_session_and_an_event_name_the_value_that_identifies(value: Any, text: str) -> None:
    account = EsputnikTenant(contacts=[])
    imported(account, SENT | card(value))
    status = body_of(account.send("getImportSessionStatus", path={"sessionId": "1"}))
    assert status["mapping"] == [{"dedupeValue": text, "contactId": 1}]
    assert [(event["eventTypeKey"], event["keyValue"]) for event in account.state["events"]] == [("joined", text)]


PHONE = {"type": "sms", "value": "380501234567"}
OLENA = {"type": "email", "value": "olena@example.com"}
OTHER = {"type": "email", "value": "other@example.com"}
NEW_PHONE = {"type": "sms", "value": "380671112233"}
STAYS = "esputnik.contacts.dedupe-field"


@pytest.mark.rule(STAYS)
@pytest.mark.parametrize(
    ("on", "sent", "held", "lost"),
    [
        ("email", [OLENA], [OLENA, PHONE], 0),
        ("email", [{**OLENA, "value": "OLENA@example.com"}], [OLENA, PHONE], 0),
        ("email", [OTHER, OLENA], [OLENA, PHONE], 1),
        ("email", [OLENA, NEW_PHONE], [OLENA, NEW_PHONE], 0),
        ("email_or_sms", [OLENA, NEW_PHONE], [OLENA, NEW_PHONE], 0),
        ("email_or_sms", [OTHER, PHONE], [OTHER, PHONE], 0),
        ("sms", [PHONE, NEW_PHONE, OTHER], [PHONE, OTHER], 1),
    ],
)
def test_an_import_does_not_change_the_channels_by_which_it_finds_a_contact(
    on: str, sent: list[dict[str, Any]], held: list[dict[str, Any]], lost: int
) -> None:
    account, other = (EsputnikTenant(contacts=[{"id": 1, "channels": [OLENA, PHONE]}], readings=each) for each in READ)
    body = {"contacts": [{"channels": sent}], "dedupeOn": on, "contactFields": sorted({each["type"] for each in sent})}
    account.send("contactsBulkUpdate", body)
    other.send("contactsBulkUpdate", body)
    assert sorted(account.state["contacts"][0]["channels"], key=str) == sorted(held, key=str)
    assert all(each in other.state["contacts"][0]["channels"] for each in sent)
    assert [each["rule"] for each in account.ledger["findings"] if each["silent"]] == [STAYS] * lost
    assert other.silent == 0


READ: tuple[dict[str, str], ...] = ({}, {STAYS: "updated"})


@pytest.mark.rule(STAYS)
def test_a_contact_that_is_found_by_its_external_id_gets_all_channels() -> None:
    known = {"id": 1, "channels": [OLENA], "externalCustomerId": "AV1"}
    account = EsputnikTenant(contacts=[known])
    sent = {"channels": [OTHER], "externalCustomerId": "AV1"}
    account.send("contactsBulkUpdate", {"contacts": [sent], "dedupeOn": "email"})
    assert account.state["contacts"][0]["channels"] == [OTHER]
    assert account.silent == 0


@pytest.mark.rule(STAYS)
@pytest.mark.parametrize(("choice", "held"), [("stays", ["mobilepush", "webpush"]), ("updated", ["webpush"])])
def test_the_other_kind_of_push_is_emptied_if_an_import_updates_channels(choice: str, held: list[str]) -> None:
    pushes = [{"type": kind, "value": "t"} for kind in ("mobilepush", "webpush")]
    account = EsputnikTenant(contacts=[{"id": 1, "channels": pushes}], readings={STAYS: choice})
    account.send("contactsBulkUpdate", {"contacts": [{"channels": pushes[1:]}], "dedupeOn": "push"})
    assert sorted(each["type"] for each in account.state["contacts"][0]["channels"]) == held
