"""The contact that an event binds to: names, their order, letter case, and what becomes of an order for nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import OLENA, ORDER, EsputnikTenant, params, without

NAMES = [
    ("ContactId", "1"),
    ("Contact_id", "1"),
    ("externalCustomerId", "AV13760"),
    ("Email", "olena@example.com"),
    ("EmailAddress", "olena@example.com"),
    ("UserEmail", "olena@example.com"),
    ("ContactEmail", "olena@example.com"),
    ("Phone", "380501234567"),
    ("SMS", "380501234567"),
    ("PhoneNumber", "380501234567"),
    ("PushToken", "токен"),
    ("ContactKey", "Ключ"),
    ("Contact_key", "Ключ"),
]
OTHER = {"id": 2, "channels": [{"type": "email", "value": "other@example.com"}], "externalCustomerId": "AV2"}


def account(**more: Any) -> EsputnikTenant:
    olena = {**OLENA, "channels": [*OLENA["channels"], {"type": "webpush", "value": "токен"}]}
    return EsputnikTenant(contacts=[olena, OTHER], **more)


def bound(found: EsputnikTenant) -> Any:
    return found.state["events"][-1]["contactId"]


@pytest.mark.rule("esputnik.identifier.names")
@pytest.mark.parametrize(("name", "value"), NAMES)
@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_each_identifier_name_binds_in_any_case(name: str, value: str, spelt: Any) -> None:
    olena = account()
    values: dict[str, Any] = {spelt(name): value}
    olena.event("viewed", **values)
    assert bound(olena) == 1


@pytest.mark.rule("esputnik.identifier.names")
@pytest.mark.parametrize("name", ["id", "mail", "tel", "customerId", "Contact-id", "e-mail"])
def test_no_other_identifier_name_binds(name: str) -> None:
    olena = account()
    olena.send("registerEvent", {"eventTypeKey": "viewed", "keyValue": "k", "params": params({name: "1"})})
    assert bound(olena) is None


@pytest.mark.rule("esputnik.identifier.case")
@pytest.mark.parametrize(
    ("name", "value", "binds"),
    [
        ("email", "OLENA@EXAMPLE.COM", True),
        ("email", "olena@example.com", True),
        ("contactKey", "ключ", False),
        ("contactKey", "Ключ", True),
        ("externalCustomerId", "av13760", False),
        ("phone", "+380501234567", False),
        ("phone", 380501234567, True),
        ("phone", " 380501234567", False),
    ],
)
def test_values_compare_with_their_case_but_for_email(name: str, value: Any, *, binds: bool) -> None:
    olena = account()
    olena.event("viewed", **{name: value})
    assert (bound(olena) == 1) is binds


@pytest.mark.rule("esputnik.identifier.names", "esputnik.identifier.first-match")
def test_identifier_names_are_tried_in_the_order_of_the_list_and_not_of_the_event() -> None:
    olena = account()
    olena.event("viewed", phone="380501234567", email="other@example.com")
    assert bound(olena) == 2


@pytest.mark.rule("esputnik.identifier.first-match")
def test_an_unknown_identifier_is_ignored_and_at_risk() -> None:
    olena = account()
    olena.create(externalCustomerId="NEW-1")
    assert olena.items == {"sent": 1, "kept": 1}
    assert "esputnik.identifier.first-match" in olena.risks
    strict = account(readings={"esputnik.identifier.first-match": "first-present"})
    strict.create(externalCustomerId="NEW-1")
    assert strict.items == {"sent": 1, "dropped": 1}


@pytest.mark.rule("esputnik.identifier.first-match")
def test_further_identifiers_are_not_at_risk_if_the_first_matches() -> None:
    olena = account()
    olena.create(externalCustomerId="AV13760", email="nobody@example.com")
    assert "esputnik.identifier.first-match" not in olena.risks


@pytest.mark.rule("esputnik.identifier.blank")
@pytest.mark.parametrize("value", ["", "  ", "null", None])
def test_on_version_2_an_empty_external_id_identifies_no_contact(value: str | None) -> None:
    olena = account()
    values = {**without(ORDER, "phone"), "externalCustomerId": value}
    olena.send("registerEventV2", {"eventTypeKey": "orderCreated", "params": params(values)})
    assert olena.rules("dropped") == {"esputnik.order.required"}


@pytest.mark.rule("esputnik.identifier.blank")
def test_on_version_1_the_text_null_is_an_external_id_like_any_other() -> None:
    olena = EsputnikTenant(contacts=[{"externalCustomerId": "null"}])
    olena.create(phone=None, externalCustomerId="null")
    assert olena.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.identifier.key-value")
def test_the_key_of_an_event_does_not_identify_a_contact() -> None:
    olena = account()
    order = without(ORDER, "phone") | {"email": "nobody@example.com"}
    event = {"eventTypeKey": "orderCreated", "keyValue": "380501234567", "params": params(order)}
    olena.send("registerEvent", event)
    assert olena.rules("dropped") == {"esputnik.contact.must-exist"}


@pytest.mark.rule("esputnik.identifier.key-value")
@pytest.mark.parametrize(
    ("kind", "key_value", "values", "key"),
    [
        ("viewed", "given", {"email": "a@example.com"}, "given"),
        ("viewed", None, {"phone": "3805", "email": "a@example.com"}, "a@example.com"),
        ("viewed", None, {"pushToken": "t", "externalCustomerId": "E"}, "E"),
        ("orderDelivered", None, {"externalOrderId": "7", "email": "a@example.com"}, "7"),
        ("orderDelivered", None, {"page": "7"}, None),
    ],
)
def test_a_key_that_is_not_given_is_taken_from_the_params(
    kind: str, key_value: str | None, values: dict[str, Any], key: str | None
) -> None:
    olena = account()
    olena.send("registerEvent", {"eventTypeKey": kind, "keyValue": key_value, "params": params(values)})
    assert olena.state["events"][0]["keyValue"] == key


@pytest.mark.rule("esputnik.contact.must-exist")
@pytest.mark.parametrize("version", [1, 2])
def test_an_order_for_an_unknown_contact_is_ignored_and_its_event_is_kept(version: int) -> None:
    olena = account()
    reply = olena.event("orderCreated", version=version, **{**ORDER, "phone": "380999999999"}).reply
    assert (reply.status, reply.headers, reply.body) == (200, (), b"")
    assert olena.state["orders"] == []
    (event,) = olena.state["events"]
    assert (event["eventTypeKey"], event["contactId"]) == ("orderCreated", None)
    assert olena.items == {"sent": 1, "dropped": 1}
    assert olena.ledger["findings"][0]["why"] == "no contact has phone 380999999999, and the order is ignored: 1 order"


@pytest.mark.rule("esputnik.event.ignored-order")
@pytest.mark.parametrize(("choice", "events"), [("event-ignored", 0), ("event-kept", 1)])
def test_the_event_of_an_incomplete_order_is_dropped_or_kept_by_the_reading(choice: str, events: int) -> None:
    olena = account(readings={"esputnik.event.ignored-order": choice})
    olena.create(totalCost=None)
    olena.event("orderUpdated", **without(ORDER, "date"))
    assert len(olena.state["events"]) == 2 * events
    assert olena.items == {"sent": 2, "dropped": 2}


@pytest.mark.rule("esputnik.contact.must-exist")
def test_under_another_reading_version_2_creates_the_contact() -> None:
    olena = account(readings={"esputnik.contact.must-exist": "v2-creates-contact"})
    olena.event("orderCreated", version=1, **{**ORDER, "phone": "380999999999"})
    olena.event("orderCreated", version=2, **{**ORDER, "phone": "380999999999"})
    assert olena.items == {"sent": 2, "dropped": 1, "kept": 1}
    made = olena.state["contacts"][-1]
    assert made == {"source": "Event", "channels": [{"type": "sms", "value": "380999999999"}], "id": 3}


@pytest.mark.rule("esputnik.contact.must-exist")
def test_a_contact_that_is_imported_first_gets_the_order() -> None:
    new = EsputnikTenant(contacts=[])
    new.send("addContact", {"channels": [{"type": "sms", "value": "380501234567"}]})
    new.create()
    order = new.stored_order()
    assert order is not None
    assert order["contactId"] == 1


@pytest.mark.rule("esputnik.event.unbound")
def test_an_event_for_an_unknown_contact_is_kept_and_at_risk() -> None:
    olena = account()
    olena.event("viewed", email="nobody@example.com")
    assert olena.items == {"sent": 1, "kept": 1}
    assert "esputnik.event.unbound" in olena.risks
    strict = account(readings={"esputnik.event.unbound": "dropped"})
    strict.event("viewed", email="nobody@example.com")
    assert strict.items == {"sent": 1, "dropped": 1}
    assert strict.state["events"] == []


@pytest.mark.rule("esputnik.identifier.names")
def test_an_account_may_identify_contacts_by_other_params() -> None:
    names = [{"param": "clientCode", "field": "externalCustomerId"}]
    olena = EsputnikTenant(settings=[{"name": "identifier_params", "value": names}])
    olena.event("viewed", ClientCode="AV13760")
    olena.send(
        "registerEvent", {"eventTypeKey": "viewed", "keyValue": "k", "params": params({"email": "olena@example.com"})}
    )
    assert [event["contactId"] for event in olena.state["events"]] == [1, None]
    assert olena.state["settings"][0] == {"name": "identifier_params", "value": names}


@pytest.mark.rule("esputnik.identifier.names")
def test_an_event_type_with_an_identifier_of_its_own_uses_no_other() -> None:
    kind = {"eventTypeKey": "viewed", "identifier": {"param": "key", "field": "contactKey"}}
    olena = EsputnikTenant(event_types=[kind])
    olena.event("viewed", key="Ключ")
    olena.send(
        "registerEvent", {"eventTypeKey": "viewed", "keyValue": "k", "params": params({"email": "olena@example.com"})}
    )
    assert [event["contactId"] for event in olena.state["events"]] == [1, None]
