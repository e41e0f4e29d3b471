"""What an audit must not call unaccounted: scalars that are held as another type, and calls that repeat another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.converted import converted
from mockservers.core.exchange.decision import Decision, Put
from mockservers.core.value import replace
from tests.asking import Asking
from tests.sending import Sending


class Audited:
    """A tenant under an audit from its first call on."""

    def __init__(self, vendor: str, **readings: str) -> None:
        self.asking = Asking(vendor, readings={f"{vendor}.{name}": choice for name, choice in readings.items()})
        self.audit = self.asking.tenant.audit = Audit(self.asking.mock.contract)
        self._vendor = vendor

    def send(self, operation: str, body: Any, path: dict[str, str] | None = None, **headers: str) -> Any:
        """Send a body; what is unaccounted of all that was sent so far, as (place, value)."""
        dashed = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Sending(self._vendor, operation, json=body, path=path or {}, headers=dashed)
        self.answer = self.asking.mock.handle(call.about, call.path, call.by(self.asking.credentials)).reply
        assert self.answer.status < 300
        self.asking.advance(minutes=5)
        return [(each.place, each.value) for each in self.audit.found]

    def deciding(self, operation: str, tamper: Callable[[Decision], Decision]) -> None:
        """Have what is decided of an operation made wrong."""
        tenant = self.asking.tenant
        decide = tenant.vendor.operations[operation]
        wrong = {operation: lambda call, view: tamper(decide(call, view))}
        tenant.vendor = replace(tenant.vendor, operations={**tenant.vendor.operations, **wrong})


@pytest.mark.parametrize(
    ("sent", "forms"),
    [
        (5, ["5"]),
        (1.0, ["1.0", "1"]),
        (True, ["true"]),
        ("5", [5]),
        ("5.50", [5.5]),
        ("TRUE", [True]),
        ("five", []),
        (None, []),
        ([5], []),
    ],
)
def test_a_scalar_has_the_equivalent_forms_of_other_types(sent: Any, forms: list[Any]) -> None:
    made = list(converted(sent))
    assert [(type(each) is bool, each) for each in made] == [(type(each) is bool, each) for each in forms]


CONTACT = {
    "firstName": 123,
    "lastName": True,
    "externalCustomerId": 77,
    "addressBookId": "3",
    "channels": [{"type": "email", "value": "olena@example.com"}, {"type": "sms", "value": 380501234567}],
    "address": {"town": 55},
    "fields": [{"id": "9", "value": 12}],
}
CONVERTED = [
    ("addContact", CONTACT, {}),
    ("updateContact", CONTACT, {"id": "1"}),
    ("subscribeContact", {"contact": CONTACT, "formType": 12, "groups": [5]}, {}),
    (
        "contactsBulkUpdate",
        {"contacts": [CONTACT], "dedupeOn": "email", "groupNames": [7], "restoreDeleted": "true"},
        {},
    ),
    ("registerEvent", {"eventTypeKey": 55, "keyValue": 66, "params": [{"name": 6, "value": 7.5}]}, {}),
]


@pytest.mark.rule("esputnik.request.scalars")
@pytest.mark.parametrize(("operation", "body", "path"), CONVERTED, ids=[each[0] for each in CONVERTED])
def test_scalars_that_esputnik_converts_are_accounted_for(operation: str, body: Any, path: dict[str, str]) -> None:
    account = Audited("esputnik")
    if path:
        account.send("addContact", {"channels": [{"type": "email", "value": "olena@example.com"}]})
    assert account.send(operation, body, path) == []
    assert "esputnik.request.scalars" in account.asking.rules("coerced")


BLANK = {
    "channels": [{"type": "email", "value": "olena@example.com"}],
    "externalCustomerId": " ",
    "contactKey": "\u3000",
}
BLANK_ORDER = {
    "externalOrderId": "12345679",
    "totalCost": 258,
    "status": "INITIALIZED",
    "date": "2022-05-14T10:11:10+03:00",
    "currency": "UAH",
}
BLANKS = [
    ("addContact", BLANK, {}),
    ("updateContact", BLANK, {"id": "1"}),
    ("subscribeContact", {"contact": BLANK}, {}),
    ("contactsBulkUpdate", {"contacts": [BLANK], "dedupeOn": "email"}, {}),
    ("ordersBulkInsert", {"orders": [{**BLANK_ORDER, "externalCustomerId": " ", "email": " ", "phone": "380"}]}, {}),
    ("ordersBulkInsert", {"orders": [{**BLANK_ORDER, "externalCustomerId": "AV13760", "phone": "\n"}]}, {}),
]
VIEWED = {"eventTypeKey": "viewed", "params": [{"name": "email", "value": "olena@example.com"}]}
BLANK_KEYS = [
    ("registerEvent", {**VIEWED, "keyValue": "\u00a0"}),
    ("sendHistoryEvents", {"events": [{**VIEWED, "keyValue": " ", "occurred": "2025-12-24"}]}),
]


@pytest.mark.rule("esputnik.contact.blank")
@pytest.mark.parametrize(("operation", "body", "path"), BLANKS, ids=[each[0] for each in BLANKS])
def test_a_blank_identifier_is_accounted_for_and_no_loss(operation: str, body: Any, path: dict[str, str]) -> None:
    account = Audited("esputnik")
    if path:
        account.send("addContact", {"channels": [{"type": "email", "value": "olena@example.com"}]})
    assert account.send(operation, body, path) == []
    assert "esputnik.contact.blank" in account.asking.rules("noted")
    assert account.asking.silent == 0


@pytest.mark.rule("esputnik.identifier.key-value")
@pytest.mark.parametrize(("operation", "body"), BLANK_KEYS, ids=[each[0] for each in BLANK_KEYS])
def test_a_blank_key_of_an_event_is_accounted_for_and_taken_from_the_params(operation: str, body: Any) -> None:
    account = Audited("esputnik")
    assert account.send(operation, body) == []
    assert account.asking.state["events"][0]["keyValue"] == "olena@example.com"


@pytest.mark.rule("esputnik.request.unknown-key")
@pytest.mark.parametrize(
    ("value", "silent"), [("{}", 1), ("[]", 1), ({"a": "[]"}, 1), ("", 1), ({}, 0), ([], 0), (None, 0)]
)
def test_a_text_under_an_unknown_key_is_lost_even_if_it_is_an_empty_json_list(value: Any, silent: int) -> None:
    account = Audited("esputnik")
    assert account.send("addContact", {"channels": CONTACT["channels"], "vip": value}) == []
    assert account.asking.silent == silent


@pytest.mark.rule("esputnik.request.scalars")
def test_a_converted_scalar_that_is_not_held_is_unaccounted() -> None:
    account = Audited("esputnik")
    account.deciding("addContact", without("firstName"))
    assert account.send("addContact", CONTACT) == [("/firstName", 123)]


@pytest.mark.rule("esputnik.request.scalars")
def test_a_converted_scalar_that_is_held_with_another_value_is_unaccounted() -> None:
    account = Audited("esputnik")
    account.deciding("addContact", without("firstName", "1230"))
    assert account.send("addContact", CONTACT) == [("/firstName", 123)]


@pytest.mark.rule("omnisegment.product.types")
def test_a_number_that_is_held_as_the_text_of_a_products_foreign_id_is_accounted_for() -> None:
    product = {
        "id": {"default": "P-1", "ERP": 107010},
        "title": 7,
        "link": "https://example.com/p",
        "image_link": "https://example.com/p.png",
        "availability": "in stock",
        "price": "12",
    }
    account = Audited("omnisegment", **{"product.types": "coerce"})
    assert account.send("importProduct", {"data": product}) == []
    held = next(each for each in account.asking.state["products"] if each["id"] == "P-1")
    assert (held["foreign_ids"], held["title"]) == ({"ERP": "107010"}, "7")


def with_fields(*fields: dict[str, Any]) -> Callable[[Decision], Decision]:
    """A decision whose documents have these custom fields."""
    return without("fields", list(fields))


@pytest.mark.rule("esputnik.contact.merge")
def test_swapped_values_of_two_custom_fields_are_unaccounted() -> None:
    fields = [{"id": 1, "value": "a"}, {"id": 2, "value": "b"}]
    account = Audited("esputnik")
    account.deciding("addContact", with_fields({"id": 1, "value": "b"}, {"id": 2, "value": "a"}))
    contact = {"channels": [{"type": "email", "value": "olena@example.com"}], "fields": fields}
    places = {place for place, _ in account.send("addContact", contact)}
    assert places >= {"/fields/0/value", "/fields/1/value"}


@pytest.mark.rule("esputnik.contact.merge")
def test_a_custom_field_without_a_value_is_accounted_for_as_empty() -> None:
    contact = {"channels": [{"type": "email", "value": "olena@example.com"}], "fields": [{"id": 1}]}
    assert Audited("esputnik").send("addContact", contact) == []


@pytest.mark.rule("esputnik.contacts.nobody-new")
def test_the_event_of_new_contacts_is_held_if_a_contact_is_new_and_noted_otherwise() -> None:
    body = {"contacts": [CONTACT], "dedupeOn": "email", "eventKeyForNewContacts": "joined"}
    account = Audited("esputnik")
    assert account.send("contactsBulkUpdate", body) == []
    assert account.asking.rules("noted") == set()
    assert account.send("contactsBulkUpdate", {**body, "eventKeyForNewContacts": "joinedAgain"}) == []
    assert account.asking.rules("noted") == {"esputnik.contacts.nobody-new"}


CUSTOMER = {"email": "chen.meili@example.com", "name": "陳美麗"}
ORDER = {
    "order_no": "ORD-1",
    "customer_email": "chen.meili@example.com",
    "customer_name": "陳美麗",
    "amount": "1990.00",
    "status": "paid",
    "paid_at": "2025-12-01T08:00:00Z",
    "phoneNumber": "0923456789",
}


def keyed() -> Audited:
    """Zangsho, which took an order under a key and lost one of its values."""
    account = Audited("zangsho")
    account.send("createCustomer", CUSTOMER)
    assert account.send("createOrder", ORDER, x_idempotency_key="k1") == []
    assert account.asking.silent == 1
    return account


@pytest.mark.rule("zangsho.item.email-match")
@pytest.mark.parametrize("operation", ["createOrder", "importOrders"])
def test_an_email_in_another_case_is_held_as_the_customers_own(operation: str) -> None:
    account = Audited("zangsho")
    account.send("createCustomer", {**CUSTOMER, "email": "Chen.Meili@Example.com"})
    order = {"order_no": "ORD-1", "customer_email": "CHEN.meili@example.COM", "amount": "1990.00"}
    assert account.send(operation, order if operation == "createOrder" else {"orders": [order]}) == []
    assert [each["customer_email"] for each in account.asking.state["orders"]] == ["Chen.Meili@Example.com"]


@pytest.mark.rule("zangsho.order.idempotency-replay")
def test_a_repeated_order_is_accounted_for_by_the_call_that_it_repeats() -> None:
    account = keyed()
    assert account.send("createOrder", ORDER, x_idempotency_key="k1") == []
    assert account.asking.items["skipped"] == 1


@pytest.mark.rule("zangsho.order.idempotency-other-body")
def test_another_order_under_the_same_idempotency_key_is_named_by_its_own_loss() -> None:
    account = keyed()
    assert account.send("createOrder", {**ORDER, "amount": "5.00"}, x_idempotency_key="k1") == []
    assert account.asking.silent == 2


@pytest.mark.rule("zangsho.order.idempotency-other-body")
def test_a_repetition_excuses_what_an_earlier_call_sent_and_nothing_else() -> None:
    account = keyed()
    account.deciding("createOrder", as_if_it_said_the_same)
    found = account.send("createOrder", {**ORDER, "amount": "5.00"}, x_idempotency_key="k1")
    assert found == [("/amount", "5.00")]


def as_if_it_said_the_same(decision: Decision) -> Decision:
    """A decision that treats different values as equal."""
    return replace(decision, outcomes=tuple(replace(each, differs=False) for each in decision.outcomes))


def without(key: str, value: Any = None) -> Callable[[Decision], Decision]:
    """A decision whose documents have another value under a key."""

    def tampered(decision: Decision) -> Decision:
        effects = [
            replace(each, document={**each.document, key: value}) if isinstance(each, Put) else each
            for each in decision.effects
        ]
        return replace(decision, effects=tuple(effects))

    return tampered
