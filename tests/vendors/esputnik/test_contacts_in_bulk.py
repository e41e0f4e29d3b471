"""Contacts in bulk: named at once where they fail, taken later, and what becomes of the fields that are not sent."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.errors import UsageError
from tests.vendors.esputnik.esputnik_tenant import OLENA, EsputnikTenant, body_of

EMAIL = {"type": "email", "value": "olena@example.com"}
NEW = {"channels": [{"type": "email", "value": "wang@example.com"}], "firstName": "王小明"}
FIELDS = "esputnik.contacts.contact-fields"


def imported(account: EsputnikTenant, *contacts: Any, **options: Any) -> Any:
    answer = account.send("contactsBulkUpdate", {"contacts": list(contacts), "dedupeOn": "email", **options})
    assert answer.reply.status == 200
    return body_of(answer)


def contact(account: EsputnikTenant, number: int = 1) -> dict[str, Any]:
    return next(each for each in account.state["contacts"] if each["id"] == number)


@pytest.mark.rule("esputnik.contacts.asynchronous")
def test_an_import_is_answered_with_a_session_that_reports_its_result() -> None:
    account = EsputnikTenant()
    assert imported(account, {**OLENA, "id": None}, NEW) == {"asyncSessionId": "1", "id": 0}
    assert body_of(account.send("getImportSessionStatus", path={"sessionId": "1"})) == {
        "status": "FINISHED",
        "timestamp": "2026-01-15T03:00:00Z",
        "mapping": [{"dedupeValue": "AV13760", "contactId": 1}, {"dedupeValue": "wang@example.com", "contactId": 2}],
    }
    assert {name: count for name, count in account.items.items() if count} == {"sent": 2, "updated": 1, "kept": 1}


@pytest.mark.rule("esputnik.contacts.session")
def test_an_unknown_session_is_not_found() -> None:
    assert EsputnikTenant().send("getImportSessionStatus", path={"sessionId": "x"}).reply.status == 404


@pytest.mark.rule("esputnik.contacts.failed")
@pytest.mark.parametrize(
    ("wrong", "key", "why"),
    [
        ({"channels": [{"type": "fax", "value": "1"}]}, "channels.[].type", "channels.[].type is not one of"),
        ({"channels": [EMAIL] * 3}, "channels", "channels has more than"),
        ({"channels": [{"type": "sms", "value": "1"}]}, "email", "email is missing, by which dedupeOn finds contacts"),
    ],
)
def test_a_finding_has_the_field_as_its_key_and_the_problem_in_its_sentence(wrong: Any, key: str, why: str) -> None:
    account = EsputnikTenant()
    imported(account, wrong)
    (found,) = account.ledger["findings"]
    assert found["key"] == key
    assert found["why"].startswith(f"a contact is not accepted because {why}")


@pytest.mark.rule("esputnik.contacts.failed", "esputnik.contacts.dedupe")
@pytest.mark.parametrize("wrong", [1, 2])
def test_failed_contacts_are_named_immediately_one_as_an_object_and_several_as_a_list(wrong: int) -> None:
    account = EsputnikTenant()
    failing = [{"channels": [{"type": "sms", "value": str(each)}]} for each in range(wrong)]
    failed = [{**each, "error": "email is required"} for each in failing]
    assert imported(account, *failing, NEW)["failedContacts"] == (failed[0] if wrong == 1 else failed)
    assert account.items["refused"] == wrong
    assert account.silent == 0


@pytest.mark.rule("esputnik.contacts.failed")
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"channels": []},
        {"channels": [{"type": "fax", "value": "1"}]},
        {"channels": [EMAIL] * 3},
        {**NEW, "error": 1, "channels": 5},
    ],
)
def test_an_invalid_contact_fails_alone_and_is_reported(wrong: Any) -> None:
    account = EsputnikTenant()
    assert "failedContacts" in imported(account, wrong, NEW)
    assert len(account.state["contacts"]) == 2
    assert account.items["refused"] == 1
    assert account.silent == 0


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize("wrong", [7, None, ["x"], "olena@example.com"])
def test_a_contact_that_is_not_an_object_refuses_all_contacts(wrong: Any) -> None:
    account = EsputnikTenant()
    assert account.send("contactsBulkUpdate", {"contacts": [NEW, wrong], "dedupeOn": "email"}).reply.status == 400
    assert account.items == {"sent": 2, "refused": 2}


@pytest.mark.rule("esputnik.contacts.failed", "esputnik.request.unknown-key")
@pytest.mark.parametrize("alike", [{"firstName": "Anna"}, {"lastName": "Б"}, {"externalCustomerId": None}])
def test_a_loss_is_not_reported_by_the_failure_of_a_similar_contact(alike: dict[str, Any]) -> None:
    account = EsputnikTenant()
    imported(account, {**NEW, **alike, "vip": True}, {**alike}, {"email": "flat@example.com"})
    assert account.silent == 1
    (silent,) = [one for one in account.ledger["findings"] if one["silent"]]
    assert silent["where"] == ["/contacts/0/vip"]


@pytest.mark.rule(FIELDS)
def test_without_contact_fields_omitted_fields_become_null() -> None:
    account = EsputnikTenant(contacts=[{**OLENA, "lastName": "Шевченко", "address": {"town": "Київ"}}])
    imported(account, {"channels": [EMAIL], "firstName": "Оля"})
    held = contact(account)
    assert (held["firstName"], held["lastName"], held["externalCustomerId"]) == ("Оля", None, None)
    assert (held["channels"], held["address"]) == ([OLENA["channels"][1]], {"town": None})
    gone = {one["why"].split()[0] for one in account.ledger["findings"] if one["rule"] == FIELDS}
    assert gone == {"lastName", "externalCustomerId", "sms", "town", "contactKey"}
    assert account.silent == 5


@pytest.mark.rule("esputnik.contacts.not-listed", FIELDS)
def test_with_contact_fields_the_other_fields_keep_their_values() -> None:
    account = EsputnikTenant()
    imported(account, {"channels": [EMAIL], "firstName": "Оля", "lastName": "Шевченко"}, contactFields=["lastName"])
    held = contact(account)
    assert (held["firstName"], held["lastName"], held["channels"]) == ("Олена", "Шевченко", OLENA["channels"])
    (lost,) = [one for one in account.ledger["findings"] if one["silent"] and "firstName" in one["why"]]
    assert lost["rule"] == "esputnik.contacts.not-listed"


@pytest.mark.rule("esputnik.contacts.custom-fields")
def test_custom_fields_change_only_where_they_are_listed() -> None:
    account = EsputnikTenant(contacts=[{**OLENA, "fields": [{"id": 1, "value": "a"}, {"id": 2, "value": "b"}]}])
    sent = {"channels": [EMAIL], "fields": [{"id": 1, "value": "а"}, {"id": 2, "value": "б"}, {"id": 3, "value": None}]}
    imported(account, sent, contactFields=[], customFieldsIDs=[2])
    assert contact(account)["fields"] == [{"id": 1, "value": "a"}, {"id": 2, "value": "б"}]
    lost = [one["where"] for one in account.ledger["findings"] if one["rule"] == "esputnik.contacts.custom-fields"]
    assert lost == [["/contacts/0/fields/0"]]


@pytest.mark.rule("esputnik.contacts.custom-fields")
def test_a_new_contact_gets_every_field_that_is_sent() -> None:
    account = EsputnikTenant()
    imported(account, {**NEW, "fields": [{"id": 1, "value": "金"}]}, contactFields=["lastName"])
    assert contact(account, 2) == {"id": 2, **NEW, "fields": [{"id": 1, "value": "金"}]}


@pytest.mark.rule("esputnik.contacts.dedupe")
@pytest.mark.parametrize(
    ("sent", "options"),
    [
        ({"channels": [EMAIL]}, {"dedupeOn": "email"}),
        ({"channels": [{"type": "sms", "value": "380501234567"}]}, {"dedupeOn": "sms"}),
        ({"channels": [{"type": "sms", "value": "380501234567"}]}, {"dedupeOn": "email_or_sms"}),
        ({"channels": [{"type": "webpush", "value": "токен"}]}, {"dedupeOn": "push"}),
        ({"channels": [EMAIL], "id": 1}, {"dedupeOn": "id"}),
        ({"channels": [EMAIL], "externalCustomerId": "AV13760"}, {"dedupeOn": "sms"}),
        ({"channels": [EMAIL], "fields": [{"id": 9, "value": "золото"}]}, {"dedupeOn": "fieldId", "fieldId": 9}),
    ],
)
def test_a_contact_is_identified_by_dedupe_on(sent: dict[str, Any], options: dict[str, Any]) -> None:
    channels = [*OLENA["channels"], {"type": "webpush", "value": "токен"}]
    account = EsputnikTenant(contacts=[{**OLENA, "channels": channels, "fields": [{"id": 9, "value": "золото"}]}])
    imported(account, sent, contactFields=[], **options)
    assert len(account.state["contacts"]) == 1
    assert account.items["updated"] == 1


@pytest.mark.rule("esputnik.contacts.deleted")
def test_a_deleted_contact_is_omitted_silently_unless_it_is_to_be_restored() -> None:
    account = EsputnikTenant()
    account.send("deleteContact", path={"id": "1"})
    imported(account, {"channels": [EMAIL]})
    assert account.state["contacts"] == []
    assert account.rules("dropped") == {"esputnik.contacts.deleted"}
    assert account.silent == 1
    imported(account, {"channels": [EMAIL]}, restoreDeleted=True, contactFields=[])
    assert contact(account)["firstName"] == "Олена"


@pytest.mark.rule("esputnik.contacts.segments")
def test_contacts_go_into_segments_and_new_ones_raise_an_event() -> None:
    account = EsputnikTenant(contacts=[{**OLENA, "groups": [{"name": "Літо", "type": "Static"}]}])
    names = {"groupNames": ["Зима"], "groupNamesExclude": ["Літо"], "eventKeyForNewContacts": "newContact"}
    imported(account, {"channels": [EMAIL]}, NEW, contactFields=[], **names)
    assert [each["groups"] for each in account.state["contacts"]] == [[{"name": "Зима", "type": "Static"}]] * 2
    assert [(event["eventTypeKey"], event["contactId"]) for event in account.state["events"]] == [("newContact", 2)]


@pytest.mark.rule("esputnik.contacts.nobody-new")
@pytest.mark.parametrize("known", [True, False])
def test_an_import_without_a_new_contact_raises_no_event_and_says_so(known: bool) -> None:
    account = EsputnikTenant(contacts=[OLENA] if known else [])
    imported(account, {"channels": [EMAIL]}, contactFields=[], eventKeyForNewContacts="newContact")
    assert [each["eventTypeKey"] for each in account.state["events"]] == ([] if known else ["newContact"])
    assert account.rules("noted") == ({"esputnik.contacts.nobody-new"} if known else set())
    assert account.silent == 0


@pytest.mark.rule("esputnik.contacts.limit")
def test_an_import_of_more_than_three_thousand_contacts_is_refused_whole() -> None:
    account = EsputnikTenant()
    contacts = [{"channels": [{"type": "email", "value": f"{number}@example.com"}]} for number in range(3001)]
    reply = account.send("contactsBulkUpdate", {"contacts": contacts, "dedupeOn": "email"}).reply
    assert (reply.status, reply.body) == (400, b"No more than 3000 contacts are allowed in a request")
    assert account.items == {"sent": 3001, "refused": 3001}


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize(
    "options", [{"dedupeOn": "name"}, {"dedupeOn": None}, {"contactFields": ["middleName"]}, {"contacts": None}]
)
def test_invalid_options_refuse_the_import(options: dict[str, Any]) -> None:
    account = EsputnikTenant()
    body = {"contacts": [NEW], "dedupeOn": "email", **options}
    assert account.send("contactsBulkUpdate", body).reply.status == 400
    assert account.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("esputnik.contact.own-id", "esputnik.contact.merge")
def test_ids_and_segments_sent_in_a_contact_are_lost() -> None:
    account = EsputnikTenant()
    imported(account, {**NEW, "id": 77, "groups": [{"name": "Зима"}]})
    lost = {one["where"][0]: one["rule"] for one in account.ledger["findings"] if one["silent"]}
    assert lost == {"/contacts/0/id": "esputnik.contact.own-id", "/contacts/0/groups": "esputnik.contact.merge"}


@pytest.mark.rule("esputnik.contacts.asynchronous")
@pytest.mark.parametrize("broken", [{"channels": "a"}, {"fields": [1]}, {"address": "Київ"}, {"groups": {"name": "a"}}])
def test_an_invalid_seeded_contact_is_named(broken: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"/contacts/0/|Document 0 of 'contacts'"):
        EsputnikTenant(contacts=[broken])
