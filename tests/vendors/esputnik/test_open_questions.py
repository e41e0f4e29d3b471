"""What the pages leave open: the mock takes it one way, and files at risk what another reading would lose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, OLENA, ORDER, EsputnikTenant, params

MARIA = {"id": 2, "channels": [{"type": "sms", "value": "380671112233"}]}
ADDED = {**ORDER, "currency": "UAH", "totalCost": 258, "date": "2020-05-14T10:11:00+03:00"}


def event(kind: str, **values: Any) -> tuple[str, Any]:
    return "registerEvent", {"eventTypeKey": kind, "params": params(values)}


def order(**change: Any) -> tuple[str, Any]:
    return "ordersBulkInsert", {"orders": [{**ADDED, **change}]}


CREATED = event("orderCreated", **ORDER)
OF_MARIA = {**ORDER, "phone": "380671112233"}
REPEATED, OTHER, TYPE = (
    "esputnik.event.repeated",
    "esputnik.order.of-another-contact",
    "esputnik.event-type.order-of-another-type",
)
SAME, MOVED = "esputnik.orders.same-id-updates", "esputnik.orders.of-another-contact"
BLANK, CURRENCY, DATE = "esputnik.order.items-blank", "esputnik.order.currency", "esputnik.orders.date"
LOST_UNDER: list[tuple[str, str, list[tuple[str, Any]]]] = [
    (OTHER, "ignored", [CREATED, event("orderCreated", **{**OF_MARIA, "totalCost": "300"})]),
    (OTHER, "ignored", [CREATED, event("orderUpdated", **{**OF_MARIA, "status": "DELIVERED"})]),
    (OTHER, "ignored", [CREATED, event("orderCancelled", phone="380671112233", externalOrderId="12345679")]),
    (MOVED, "ignored", [order(), order(phone="380671112233", totalCost=300)]),
    (MOVED, "ignored", [CREATED, order(phone="380671112233", totalCost=300)]),
    (TYPE, "order-meant", [event("orderCompleted", **ORDER)]),
    (TYPE, "order-meant", [event("orderCancel", **ORDER)]),
    (TYPE, "order-meant", [event("orderCancel", phone="380501234567", externalOrderId="1")]),
    *[
        (BLANK, "missing", [event("orderCreated", **ORDER, items=[{**ITEM, name: blank}])])
        for name in ("name", "url", "imageUrl")
        for blank in ("", " ")
    ],
    (CURRENCY, "order-ignored", [event("orderCreated", **ORDER, currency="грн")]),
    (CURRENCY, "order-ignored", [event("orderCreated", **ORDER, currency="UAN")]),
    (CURRENCY, "order-ignored", [order(currency="грн")]),
    (CURRENCY, "order-ignored", [order(currency="uah")]),
    (DATE, "with-offset", [order(date="2020-05-14")]),
    (DATE, "with-offset", [order(date="2020-05-14T10:11:00")]),
    (
        REPEATED,
        "dropped",
        [event("viewed", email="olena@example.com", page="1"), event("viewed", email="olena@example.com", page="2")],
    ),
    (REPEATED, "dropped", [CREATED, event("orderCreated", **{**ORDER, "status": "DELIVERED"})]),
    (
        "esputnik.identifier.external-id",
        "page-list",
        [event("orderCreated", **{k: v for k, v in ORDER.items() if k != "phone"}, externalCustomerId="AV13760")],
    ),
]


def send(account: EsputnikTenant, calls: list[tuple[str, Any]]) -> EsputnikTenant:
    for operation, body in calls:
        assert account.send(operation, body).reply.status == 200
    return account


@pytest.mark.rule(*sorted({rule for rule, _, _ in LOST_UNDER}))
@pytest.mark.parametrize(("rule", "choice", "calls"), LOST_UNDER)
def test_a_value_that_another_reading_would_lose_is_held_and_at_risk(
    rule: str, choice: str, calls: list[tuple[str, Any]]
) -> None:
    account = send(EsputnikTenant(contacts=[OLENA, MARIA]), calls)
    assert rule in account.risks
    assert account.items.get("dropped", 0) == account.items.get("refused", 0) == 0
    strict = send(EsputnikTenant(contacts=[OLENA, MARIA], readings={rule: choice}), calls)
    assert strict.items["sent"] == len(calls)
    assert sum(strict.items.get(each, 0) for each in ("dropped", "refused", "skipped")) == 1
    assert any(one["loses"] for one in strict.ledger["findings"])


@pytest.mark.rule(MOVED)
def test_an_order_of_add_orders_moves_to_the_contact_that_it_names_now() -> None:
    calls = [order(), order(phone="380671112233", totalCost=300)]
    account, strict = (
        EsputnikTenant(contacts=[OLENA, MARIA]),
        EsputnikTenant(contacts=[OLENA, MARIA], readings={MOVED: "ignored"}),
    )
    for each in (account, strict):
        send(each, calls)
    (moved,), (kept,) = account.state["orders"], strict.state["orders"]
    assert [(one["contactId"], one["totalCost"]) for one in (moved, kept)] == [(2, 300), (1, 258)]
    assert (account.silent, strict.silent) == (0, 1)


@pytest.mark.rule(SAME)
@pytest.mark.parametrize("first", [order(firstName="Олена", items=[ITEM]), event("orderCreated", **ORDER, color="红")])
def test_fields_that_add_orders_omits_stay_and_are_at_risk(first: tuple[str, Any]) -> None:
    account, strict = EsputnikTenant(), EsputnikTenant(readings={SAME: "replace"})
    for each in (account, strict):
        send(each, [first])
    before = account.state["orders"][0]
    for each in (account, strict):
        send(each, [order(status="DELIVERED")])
    assert account.state["orders"] == [{**before, **order(status="DELIVERED")[1]["orders"][0]}]
    assert (account.silent, SAME in account.risks) == (0, True)
    (replaced,) = strict.state["orders"]
    assert replaced == {**order(status="DELIVERED")[1]["orders"][0], "orderId": before["orderId"], "contactId": 1}
    assert strict.silent == 1


@pytest.mark.rule(SAME)
def test_a_value_that_is_replaced_within_one_request_is_counted_once() -> None:
    whole = {**ADDED, "firstName": "Олена"}
    strict = EsputnikTenant(readings={SAME: "replace"})
    strict.send("ordersBulkInsert", {"orders": [whole, ADDED]})
    assert (strict.silent, "firstName" in strict.state["orders"][0]) == (1, False)
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [ADDED, whole]})
    account.send("ordersBulkInsert", {"orders": [whole]})
    assert (account.silent, SAME in account.risks) == (0, False)


@pytest.mark.rule("esputnik.contacts.new")
@pytest.mark.parametrize(
    ("sent", "options", "lost"),
    [
        ({"firstName": "Марія", "lastName": "金"}, {"contactFields": ["lastName"]}, {"/contacts/0/firstName"}),
        ({"fields": [{"id": 1, "value": "金"}]}, {}, {"/contacts/0/fields/0"}),
        ({"address": {"town": "Львів"}}, {"contactFields": ["town", "email"]}, set()),
        ({"firstName": "Марія", "externalCustomerId": "客-8"}, {}, set()),
        ({"externalCustomerId": "客-8"}, {"contactFields": ["email"]}, set()),
        ({"fields": [{"id": 1, "value": "金"}]}, {"customFieldsIDs": [1]}, set()),
    ],
)
def test_unlisted_fields_of_a_new_contact_are_held_and_at_risk(
    sent: dict[str, Any], options: dict[str, Any], lost: set[str]
) -> None:
    new = {"channels": [{"type": "email", "value": "new@example.com"}], **sent}
    account, strict = (
        EsputnikTenant(contacts=[]),
        EsputnikTenant(contacts=[], readings={"esputnik.contacts.new": "listed"}),
    )
    for each in (account, strict):
        send(each, [("contactsBulkUpdate", {"contacts": [new], "dedupeOn": "email", **options})])
    (contact,) = account.state["contacts"]
    assert contact == {"id": 1, **new}
    assert (account.silent, "esputnik.contacts.new" in account.risks) == (0, bool(lost))
    assert {place for one in strict.ledger["findings"] if one["loses"] for place in one["where"]} == lost
    assert strict.silent == len(lost)


@pytest.mark.rule(*sorted({rule for rule, _, _ in LOST_UNDER}))
@pytest.mark.parametrize(
    "calls",
    [
        [event("orderCreated", **ORDER, currency="UAH", items=[ITEM])],
        [order(currency="UAH")],
        [CREATED, CREATED],
        [CREATED, event("orderDelivered", phone="380501234567", externalOrderId="12345679")],
        [event("viewed", email="olena@example.com", externalOrderId="1")],
        [event("orderCreated", **ORDER, externalCustomerId="AV13760")],
    ],
)
def test_values_shown_on_the_pages_are_not_at_risk(calls: list[tuple[str, Any]]) -> None:
    account = send(EsputnikTenant(contacts=[OLENA, MARIA]), calls)
    mine = {rule for rule, _, _ in LOST_UNDER}
    assert not mine & account.risks.keys()


@pytest.mark.rule("esputnik.order.status", "esputnik.order.items-json", "esputnik.contact.must-exist")
@pytest.mark.parametrize(
    ("rule", "choice", "values", "held"),
    [
        ("esputnik.order.status", "kept-as-sent", {"status": "new"}, {"status": "new"}),
        ("esputnik.order.items-json", "items-dropped", {"items": "{"}, {"status": "INITIALIZED"}),
        ("esputnik.contact.must-exist", "order-for-nobody", {"phone": "1"}, {"contactId": None}),
    ],
)
def test_an_order_that_is_ignored_is_created_under_another_reading(
    rule: str, choice: str, values: dict[str, Any], held: dict[str, Any]
) -> None:
    account = EsputnikTenant()
    account.create(**values)
    assert account.rules("dropped") == {rule}
    other = EsputnikTenant(readings={rule: choice})
    other.create(**values)
    made = other.stored_order()
    assert made is not None
    assert made.items() >= held.items()
    assert other.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.order.unknown-order")
@pytest.mark.parametrize(("choice", "events"), [("event-kept", 1), ("event-ignored", 0)])
def test_the_event_of_an_unknown_order_is_kept_only_under_the_default_reading(choice: str, events: int) -> None:
    account = EsputnikTenant(readings={"esputnik.order.unknown-order": choice})
    account.event("orderDelivered", phone="380501234567", externalOrderId="1")
    assert len(account.state["events"]) == events
    assert account.items == {"sent": 1, "dropped": 1}


@pytest.mark.rule(REPEATED)
def test_an_event_is_compared_only_with_the_first_one_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    account = EsputnikTenant(contacts=[OLENA])
    looked: list[int] = []
    find = account.tenant.store.find
    viewed = [event("viewed", email="olena@example.com", page="1")]
    send(account, viewed * 20)

    def counted(*place: str) -> list[dict[str, Any]]:
        found = find(*place)
        looked.append(len(found))
        return found

    monkeypatch.setattr(account.tenant.store, "find", counted)
    send(account, viewed)
    assert max(looked) <= 1
    assert len(account.state["events"]) == 21
