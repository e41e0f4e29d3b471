"""What an event must look like to be registered, and the types of events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ORDER, EsputnikTenant, params

FORBIDDEN = "<;’\\/|\"`'^?!,>"


def refused(body: Any, rule: str, *, status: int = 400, **state: Any) -> EsputnikTenant:
    account = EsputnikTenant(**state)
    reply = account.send("registerEvent", body).reply
    assert (reply.status, reply.headers) == (status, (("Content-Type", "text/plain; charset=UTF-8"),))
    assert account.items == {"sent": 1, "refused": 1}
    assert account.rules("refused") == {rule}
    assert account.silent == 0
    assert (account.state["events"], account.state["orders"]) == ([], [])
    return account


def accepted(body: Any) -> dict[str, Any]:
    """Send an event that the account keeps, and return it as it is held."""
    account = EsputnikTenant()
    assert account.send("registerEvent", body).reply.status == 200
    assert (account.items, account.silent) == ({"sent": 1, "kept": 1}, 0)
    (event,) = account.state["events"]
    return dict(event)


@pytest.mark.rule("esputnik.event.type-key")
@pytest.mark.parametrize("key", [*(f"a{letter}b" for letter in FORBIDDEN), "", "x" * 101, None, ["orderCreated"]])
def test_an_invalid_type_key_refuses_the_event(key: Any) -> None:
    refused({"eventTypeKey": key, "keyValue": "k"}, "esputnik.event.type-key")


@pytest.mark.rule("esputnik.event.type-key")
def test_an_event_without_a_type_is_refused() -> None:
    account = refused({"keyValue": "k"}, "esputnik.event.type-key")
    assert account.ledger["findings"][0]["why"] == "the event is refused: eventTypeKey is missing"


@pytest.mark.rule("esputnik.event.type-key")
@pytest.mark.parametrize("key", ["x" * 100, "Замовлення 注文", "a.b-c_d:e", "1"])
def test_any_other_type_key_is_accepted(key: str) -> None:
    assert accepted({"eventTypeKey": key, "keyValue": "k"})["eventTypeKey"] == key


@pytest.mark.rule("esputnik.event.key-value")
@pytest.mark.parametrize("key", [*(f"a{letter}b" for letter in FORBIDDEN), "x" * 301, {}])
def test_an_invalid_key_refuses_the_event(key: Any) -> None:
    refused({"eventTypeKey": "viewed", "keyValue": key}, "esputnik.event.key-value")


@pytest.mark.rule("esputnik.event.key-value")
@pytest.mark.parametrize("key", ["x" * 300, "+380501234567", "olena@example.com", "客-7"])
def test_any_other_key_is_accepted(key: str) -> None:
    assert accepted({"eventTypeKey": "viewed", "keyValue": key})["keyValue"] == key


@pytest.mark.rule("esputnik.event.params-shape")
@pytest.mark.parametrize(
    "given",
    [{}, "a=b", [1], [{"name": "a"}], [{"value": "a"}], [{"name": "", "value": "a"}], [{"name": [], "value": "a"}]],
)
def test_params_of_another_shape_refuse_the_event(given: Any) -> None:
    refused({"eventTypeKey": "viewed", "keyValue": "k", "params": given}, "esputnik.event.params-shape")


@pytest.mark.rule("esputnik.event.params-shape")
def test_a_name_has_up_to_a_hundred_characters() -> None:
    event = {"eventTypeKey": "viewed", "keyValue": "k"}
    longest = params({"я" * 100: "1"})
    assert accepted({**event, "params": longest})["params"] == longest
    refused({**event, "params": params({"я" * 101: "1"})}, "esputnik.event.params-shape")


@pytest.mark.rule("esputnik.event.params-shape")
@pytest.mark.parametrize("given", [[], None])
def test_params_may_be_empty(given: Any) -> None:
    assert accepted({"eventTypeKey": "v", "keyValue": "k", "params": given})["params"] == []


@pytest.mark.rule("esputnik.event.unique-names")
def test_two_params_of_one_name_refuse_the_event() -> None:
    given = [{"name": "phone", "value": "1"}, {"name": "phone", "value": "1"}]
    refused({"eventTypeKey": "viewed", "params": given}, "esputnik.event.unique-names")


@pytest.mark.rule("esputnik.event.size")
def test_an_event_of_more_than_twenty_kilobytes_is_refused() -> None:
    body = {"eventTypeKey": "viewed", "keyValue": "k", "params": params({"text": ""})}
    length = 20480 - len(b'{"eventTypeKey":"viewed","keyValue":"k","params":[{"name":"text","value":""}]}')
    body["params"] = params({"text": "x" * length})
    assert accepted(body)["params"] == body["params"]
    body["params"] = params({"text": "x" * (length + 1)})
    account = refused(body, "esputnik.event.size")
    assert account.ledger["findings"][0]["why"] == "the event is refused: it has 20481 bytes, and 20480 are allowed"


@pytest.mark.rule("esputnik.event.key-or-identifier")
def test_an_event_that_names_neither_key_nor_contact_is_refused() -> None:
    refused({"eventTypeKey": "viewed", "params": params({"page": "1"})}, "esputnik.event.key-or-identifier")
    refused(
        {"eventTypeKey": "viewed", "keyValue": "", "params": params({"email": " "})}, "esputnik.event.key-or-identifier"
    )
    event = {"eventTypeKey": "viewed", "params": params({"email": "nobody@example.com"})}
    assert accepted(event)["keyValue"] == "nobody@example.com"


@pytest.mark.rule("esputnik.event.key-or-identifier")
def test_an_order_event_is_known_by_its_order() -> None:
    account = EsputnikTenant()
    assert account.event("orderDelivered", externalOrderId="7").reply.status == 200
    assert account.event("orderCreated", page="1").reply.status == 200
    assert [(event["eventTypeKey"], event["keyValue"]) for event in account.state["events"]] == [
        ("orderDelivered", "7")
    ]
    assert account.items == {"sent": 2, "dropped": 2}


@pytest.mark.rule("esputnik.event-type.unknown-makes-type")
def test_an_unknown_type_is_created_once() -> None:
    account = EsputnikTenant()
    for _ in range(2):
        account.event("переглянуто", email="olena@example.com")
    assert account.state["event_types"] == [{"id": 1, "eventTypeKey": "переглянуто"}]
    noted = [one for one in account.ledger["findings"] if one["outcome"] == "noted"]
    assert [one["why"] for one in noted] == ["переглянуто was unknown and is an event type from now on"]


@pytest.mark.rule("esputnik.event-type.order-types")
def test_the_types_of_order_events_exist_from_the_start() -> None:
    account = EsputnikTenant()
    account.create()
    assert account.state["event_types"] == []


@pytest.mark.rule("esputnik.event-type.almost-an-order-type")
@pytest.mark.parametrize(
    "kind",
    ["OrderCreated", "ordercreated", "order_created", "order created", "orderCreate", "orderCanceled", "ordersUpdated"],
)
def test_a_misspelt_type_creates_no_order_and_is_not_reported(kind: str) -> None:
    account = EsputnikTenant()
    reply = account.event(kind, **ORDER).reply
    assert (reply.status, reply.body) == (200, b"")
    assert account.state["orders"] == []
    assert [event["eventTypeKey"] for event in account.state["events"]] == [kind]
    assert [known["eventTypeKey"] for known in account.state["event_types"]] == [kind]
    assert account.rules("dropped") == {"esputnik.event-type.almost-an-order-type"}
    assert account.silent == 1


@pytest.mark.rule("esputnik.event-type.almost-an-order-type")
@pytest.mark.parametrize("kind", ["orderShipped", "orderCONFIRMED", "orderReviewed", "cartUpdated", "purchase"])
def test_a_type_of_the_shops_own_is_not_a_misspelling(kind: str) -> None:
    account = EsputnikTenant()
    account.event(kind, **ORDER)
    assert account.items == {"sent": 1, "kept": 1}
    assert account.silent == 0


@pytest.mark.rule("esputnik.event-type.validation")
def test_a_type_with_validation_names_the_params_that_it_requires() -> None:
    asked = [{"name": "EmailAddress", "required": True}, {"name": "Name", "required": False}]
    kinds = [{"eventTypeKey": "viewed", "validation": asked}]
    body = {"eventTypeKey": "viewed", "keyValue": "k", "params": params({"email": "olena@example.com"})}
    refused(body, "esputnik.event-type.validation", event_types=kinds)
    account = EsputnikTenant(event_types=kinds)
    assert account.send("registerEvent", body).reply.body == (
        b'The event should have the following params: [{"name":"EmailAddress","required":true},'
        b'{"name":"Name","required":false}]'
    )
    assert account.event("viewed", EmailAddress="olena@example.com").reply.status == 200
    assert account.items == {"sent": 2, "refused": 1, "kept": 1}
    assert [event["params"] for event in account.state["events"]] == [params({"EmailAddress": "olena@example.com"})]


@pytest.mark.rule("esputnik.event-type.segmentation")
def test_a_type_without_segmentation_keeps_no_event() -> None:
    account = EsputnikTenant(event_types=[{"eventTypeKey": "orderCreated", "segmentation": False}])
    assert account.create().reply.status == 200
    assert (account.state["orders"], account.state["events"]) == ([], [])
    assert account.rules("dropped") == {"esputnik.event-type.segmentation"}
    assert account.silent == 1


@pytest.mark.rule("esputnik.request.unknown-key")
def test_params_under_another_key_are_lost() -> None:
    account = EsputnikTenant()
    body = {"eventTypeKey": "viewed", "keyValue": "k", "parameters": params(ORDER), "comment": None}
    assert account.send("registerEvent", body).reply.status == 200
    lost = {(one["where"][0], one["loses"]) for one in account.ledger["findings"] if one["outcome"] == "ignored"}
    assert lost == {("/parameters", True), ("/comment", False)}
    assert account.silent == 1
    assert account.state["events"][0]["params"] == []


@pytest.mark.rule("esputnik.request.repeated-key")
def test_the_last_value_of_a_repeated_key_is_kept() -> None:
    account = EsputnikTenant()
    body = b'{"eventTypeKey":"a","eventTypeKey":"b","keyValue":"k","keyValue":"k"}'
    assert account.send("registerEvent", body).reply.status == 200
    assert account.state["events"][0]["eventTypeKey"] == "b"
    assert account.silent == 1


@pytest.mark.rule("esputnik.event.repeated")
def test_the_same_event_again_is_one_more_event() -> None:
    account = EsputnikTenant()
    for _ in range(3):
        account.event("viewed", email="olena@example.com")
    assert [event["id"] for event in account.state["events"]] == [1, 2, 3]
