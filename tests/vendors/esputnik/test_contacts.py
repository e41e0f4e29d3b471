"""Contacts one by one: added, read, updated, deleted, restored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, MARIA, OLENA, SMS, EsputnikTenant, body_of

REPEATED = "esputnik.contact.repeated"


def added(account: EsputnikTenant, contact: Any) -> Any:
    answer = account.send("addContact", contact)
    assert answer.reply.status == 200
    return body_of(answer)


def shown(account: EsputnikTenant, number: int) -> Any:
    return body_of(account.send("getContact", path={"id": str(number)}))


@pytest.mark.rule("esputnik.contact.match")
def test_a_new_contact_gets_an_id_and_is_answered_as_it_was_sent() -> None:
    account = EsputnikTenant()
    assert added(account, MARIA) == {"id": 2}
    assert shown(account, 2) == {**MARIA, "id": 2}
    assert list(shown(account, 2)) == ["firstName", "channels", "id", "externalCustomerId"]
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.contact.match")
@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ({"channels": [EMAIL], "externalCustomerId": "AV13760"}, 1),
        ({"channels": [{"type": "email", "value": "OLENA@example.com"}]}, 1),
        ({"channels": [{"type": "sms", "value": "380501234567"}], "externalCustomerId": "new"}, 1),
        ({"channels": [{"type": "viber", "value": "380501234567"}]}, 1),
        ({"channels": [EMAIL]}, 2),
    ],
)
def test_a_contact_is_known_by_external_id_then_by_email_or_phone(sent: dict[str, Any], number: int) -> None:
    account = EsputnikTenant()
    assert added(account, sent) == {"id": number}
    assert account.items == {"sent": 1, "kept" if number == 2 else "updated": 1}


@pytest.mark.rule("esputnik.contact.match")
def test_the_oldest_of_contacts_that_share_an_address_is_found() -> None:
    account = EsputnikTenant()
    added(account, {**MARIA, "channels": [EMAIL]})
    account.send("updateContact", {"channels": [EMAIL]}, path={"id": "1"})
    assert added(account, {"channels": [EMAIL], "lastName": "Шевченко"}) == {"id": 1}
    found = body_of(account.send("searchContacts", query={"email": EMAIL["value"]}))
    assert [contact["id"] for contact in found] == [1, 2]


@pytest.mark.rule("esputnik.contact.merge")
def test_an_update_replaces_channels_by_type_and_fields_by_id() -> None:
    account = EsputnikTenant()
    added(
        account, {**MARIA, "fields": [{"id": 1, "value": "a"}, {"id": 2, "value": "b"}], "address": {"town": "Львів"}}
    )
    update = {
        "channels": [{"type": "email", "value": "m@example.com"}],
        "externalCustomerId": "客-8",
        "firstName": None,
    }
    added(account, {**update, "fields": [{"id": 2, "value": "в"}], "address": {"region": "Галичина"}})
    contact = shown(account, 2)
    assert contact["channels"] == [SMS, {"type": "email", "value": "m@example.com"}]
    assert contact["fields"] == [{"id": 1, "value": "a"}, {"id": 2, "value": "в"}]
    assert contact["address"] == {"town": "Львів", "region": "Галичина"}
    assert contact["firstName"] == "Марія"


@pytest.mark.rule("esputnik.contact.merge", "esputnik.contact.own-id", "esputnik.request.unknown-key")
def test_keys_that_a_contact_ignores_are_not_reported() -> None:
    account = EsputnikTenant()
    added(account, {**MARIA, "id": 77, "groups": [{"name": "Зима"}], "loyalty": 7})
    lost = {one["where"][0]: one["rule"] for one in account.ledger["findings"] if one["silent"]}
    assert lost == {
        "/id": "esputnik.contact.own-id",
        "/groups": "esputnik.contact.merge",
        "/loyalty": "esputnik.request.unknown-key",
    }


@pytest.mark.rule("esputnik.contact.own-id")
@pytest.mark.parametrize("number", [2, "2"])
def test_an_id_sent_with_a_new_contact_is_no_loss_if_it_is_the_assigned_one(number: Any) -> None:
    account = EsputnikTenant()
    assert added(account, {**MARIA, "id": number}) == {"id": 2}
    assert account.silent == 0


@pytest.mark.rule("esputnik.contact.twice")
def test_equal_channels_are_held_once() -> None:
    account = EsputnikTenant()
    upper = {**EMAIL, "value": EMAIL["value"].upper()}
    added(account, {"channels": [EMAIL, SMS, upper, SMS]})
    assert account.state["contacts"][1]["channels"] == [upper, SMS]
    assert account.silent == 0


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"channels": []},
        {"channels": [{"type": "fax", "value": "1"}]},
        {"channels": [{"type": "email"}]},
        {"channels": [{"type": "email", "value": ""}]},
        {**MARIA, "firstName": "я" * 41},
        {**MARIA, "firstName": "Марія 1234"},
        {**MARIA, "firstName": 1234},
        {**MARIA, "fields": [{"value": "a"}]},
        [],
        None,
    ],
)
def test_a_contact_that_breaks_the_schema_is_refused(sent: Any) -> None:
    account = EsputnikTenant()
    assert account.send("addContact", sent).reply.status == 400
    assert account.items == {"sent": 1, "refused": 1}
    assert len(account.state["contacts"]) == 1


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize("name", [{"firstName": "1-2-3 М"}, {"firstName": ""}, {"lastName": "1234"}])
def test_a_first_name_has_at_most_three_digits(name: dict[str, str]) -> None:
    account = EsputnikTenant()
    assert added(account, {**MARIA, **name}) == {"id": 2}
    assert account.silent == 0


@pytest.mark.rule("esputnik.contact.two-channels")
def test_a_contact_has_at_most_two_channels_of_one_type() -> None:
    channels = [{"type": "email", "value": f"{name}@example.com"} for name in "abc"]
    account = EsputnikTenant()
    reply = account.send("addContact", {"channels": channels}).reply
    assert (reply.status, reply.body) == (400, b"No more than 2 channels of the type email are allowed")
    assert added(account, {"channels": [*channels[:2], SMS]}) == {"id": 2}


@pytest.mark.rule(REPEATED)
def test_the_same_request_within_a_minute_is_refused() -> None:
    account = EsputnikTenant()
    added(account, MARIA)
    reply = account.send("addContact", MARIA).reply
    assert (reply.status, reply.body) == (409, b"Duplicated request")
    assert account.items == {"sent": 2, "kept": 1, "refused": 1}
    added(account, {**MARIA, "lastName": "Коваленко"})
    account.advance(seconds=59)
    assert account.send("addContact", MARIA).reply.status == 409
    account.advance(seconds=2)
    added(account, MARIA)
    assert account.send("addContact", MARIA).reply.status == 409


@pytest.mark.rule(REPEATED)
def test_old_requests_are_forgotten() -> None:
    account = EsputnikTenant()
    for number in range(20):
        added(account, {"channels": [{"type": "email", "value": f"{number}@example.com"}]})
        account.advance(seconds=30)
    assert account.tenant.store.count("recent_requests") <= 3


@pytest.mark.rule("esputnik.contact.not-found")
@pytest.mark.parametrize("number", ["7", "x", "subscribe", "01"])
@pytest.mark.parametrize(("operation", "body"), [("getContact", b""), ("updateContact", MARIA), ("deleteContact", b"")])
def test_an_unknown_contact_is_not_found(operation: str, body: Any, number: str) -> None:
    reply = EsputnikTenant().send(operation, body, path={"id": number}).reply
    assert (reply.status, reply.body) == (404, f"Contact with id='{number}' not found".encode())


@pytest.mark.rule("esputnik.contact.merge")
def test_an_update_is_answered_with_plain_text_of_type_json() -> None:
    account = EsputnikTenant()
    reply = account.send("updateContact", {"lastName": "Шевченко"}, path={"id": "1"}).reply
    assert (reply.status, reply.body) == (200, b"Contact with id='1' has been updated")
    assert reply.headers == (("Content-Type", "application/json; charset=UTF-8"),)
    assert shown(account, 1) == {**OLENA, "lastName": "Шевченко"}
    assert account.send("updateContact", {"lastName": "Шевченко"}, path={"id": "1"}).reply.status == 409


@pytest.mark.rule("esputnik.request.unknown-key")
def test_an_update_within_a_wrapper_changes_nothing_but_is_answered_as_success() -> None:
    account = EsputnikTenant()
    reply = account.send("updateContact", {"contact": {"lastName": "Шевченко"}}, path={"id": "1"}).reply
    assert reply.status == 200
    assert shown(account, 1) == OLENA
    assert account.silent == 1


@pytest.mark.rule("esputnik.contact.external-id-taken")
def test_an_update_cannot_take_another_contacts_external_id() -> None:
    account = EsputnikTenant()
    added(account, MARIA)
    reply = account.send("updateContact", {"externalCustomerId": "AV13760"}, path={"id": "2"}).reply
    assert reply.status == 400
    assert [contact["externalCustomerId"] for contact in account.state["contacts"]] == ["AV13760", "客-8"]
    assert account.send("updateContact", {"externalCustomerId": "客-8"}, path={"id": "2"}).reply.status == 200
    assert account.items == {"sent": 3, "kept": 1, "refused": 1, "updated": 1}


@pytest.mark.rule("esputnik.contact.delete", "esputnik.contact.restore")
@pytest.mark.parametrize("by_external_id", [False, True])
@pytest.mark.parametrize("erase", ["", "false", "true"])
def test_a_deleted_contact_can_be_restored_unless_it_was_erased(erase: str, *, by_external_id: bool) -> None:
    account = EsputnikTenant()
    if by_external_id:
        reply = account.send("deleteContactByExternalId", query={"externalCustomerId": "AV13760", "erase": erase}).reply
        assert reply.body == b"Contact with externalCustomerId='AV13760' has been deleted"
    else:
        reply = account.send("deleteContact", path={"id": "1"}, query={"erase": erase}).reply
        assert reply.body == b"Contact with id='1' has been deleted"
    assert reply.status == 200
    assert account.send("getContact", path={"id": "1"}).reply.status == 404
    assert account.send("deleteContact", path={"id": "1"}).reply.status == 404
    restored = account.send("updateContact", {"lastName": "Шевченко"}, path={"id": "1"}).reply.status
    assert restored == (404 if erase == "true" else 200)
    last_names = [contact["lastName"] for contact in account.state["contacts"]]
    assert last_names == ([] if erase == "true" else ["Шевченко"])


@pytest.mark.rule("esputnik.contact.restore")
def test_a_deleted_contact_that_is_added_again_is_the_same_one() -> None:
    account = EsputnikTenant()
    account.send("deleteContact", path={"id": "1"})
    assert added(account, {"channels": [EMAIL], "externalCustomerId": "AV13760"}) == {"id": 1}
    assert shown(account, 1)["firstName"] == "Олена"


@pytest.mark.rule("esputnik.contact.delete")
@pytest.mark.parametrize(("query", "status"), [({}, 400), ({"externalCustomerId": "nobody"}, 404)])
def test_a_delete_needs_an_identifier(query: dict[str, str], status: int) -> None:
    assert EsputnikTenant().send("deleteContactByExternalId", query=query).reply.status == status


def test_a_seeded_contact_may_use_short_forms_of_channels() -> None:
    account = EsputnikTenant(contacts=[{"email": "a@example.com", "phone": "3805"}])
    assert account.state["contacts"] == [
        {"id": 1, "channels": [{"type": "email", "value": "a@example.com"}, {"type": "sms", "value": "3805"}]}
    ]
