"""Scalars of another JSON type than the schema has: taken at a risk, refused under the other reading."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, ORDER, EsputnikTenant, params

RULE = "esputnik.request.scalars"
ADDED = {**ORDER, "currency": "UAH", "totalCost": 258}
VIEWED = {"eventTypeKey": "viewed", "keyValue": "k"}
CONTACT = {"channels": [EMAIL]}


@pytest.mark.rule(RULE)
@pytest.mark.parametrize(
    ("operation", "body", "collection", "name", "held"),
    [
        ("registerEvent", {**VIEWED, "keyValue": 1700000000}, "events", "keyValue", 1700000000),
        ("registerEventV2", {**VIEWED, "keyValue": True}, "events", "keyValue", True),
        ("registerEvent", {**VIEWED, "eventTypeKey": 5}, "events", "eventTypeKey", "5"),
        ("registerEvent", {**VIEWED, "params": params({"externalCustomerId": 13760})}, "events", "contactId", 7),
        (
            "sendHistoryEvents",
            {"events": [{**VIEWED, "keyValue": 7, "occurred": "2020-05-14"}]},
            "events",
            "keyValue",
            7,
        ),
        ("ordersBulkInsert", {"orders": [{**ADDED, "externalCustomerId": 13760}]}, "orders", "contactId", 7),
        ("ordersBulkInsert", {"orders": [{**ADDED, "totalCost": "258.0000"}]}, "orders", "totalCost", "258.0000"),
        ("ordersBulkInsert", {"orders": [{**ADDED, "externalOrderId": 9}]}, "orders", "externalOrderId", 9),
        ("addContact", {**CONTACT, "contactKey": 13761}, "contacts", "contactKey", "13761"),
        ("updateContact", {**CONTACT, "id": "7"}, "contacts", "id", 7),
        (
            "addContact",
            {**CONTACT, "fields": [{"id": "3", "value": "a"}]},
            "contacts",
            "fields",
            [{"id": 3, "value": "a"}],
        ),
        ("subscribeContact", {"contact": {**CONTACT, "addressBookId": "2"}}, "contacts", "addressBookId", 2),
        (
            "contactsBulkUpdate",
            {"contacts": [{**CONTACT, "addressBookId": "2"}], "dedupeOn": "email"},
            "contacts",
            "addressBookId",
            2,
        ),
    ],
)
def test_a_scalar_of_another_type_is_accepted_and_at_risk(
    operation: str, body: Any, collection: str, name: str, held: Any
) -> None:
    account = EsputnikTenant(contacts=[{"id": 7, "externalCustomerId": "13760"}])
    assert account.send(operation, body, path={"id": "7"}).reply.status == 200
    assert account.state[collection][-1][name] == held
    assert account.silent == 0
    assert RULE in account.risks
    strict = EsputnikTenant(contacts=[{"id": 7, "externalCustomerId": "13760"}], readings={RULE: "refuse"})
    strict.send(operation, body, path={"id": "7"})
    assert strict.items == {"sent": 1, "refused": 1}
    assert strict.silent == 0


@pytest.mark.rule(RULE)
@pytest.mark.parametrize("wrong", [[], {}, None])
def test_a_value_that_is_not_a_scalar_is_refused(wrong: Any) -> None:
    account = EsputnikTenant()
    body = {"events": [{**VIEWED, "keyValue": wrong, "occurred": "2020-05-14"}]}
    assert account.send("sendHistoryEvents", body).reply.status == 400
    assert account.items == {"sent": 1, "refused": 1}
