"""Every property of every request schema, and a key that nobody knows at every level: held, or named at its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.asking import contract
from tests.vendors.esputnik.esputnik_tenant import OLENA, EsputnikTenant

FIXED: Mapping[str, Any] = {
    "status": "INITIALIZED",
    "date": "2020-05-14T10:11:00+03:00",
    "currency": "UAH",
    "occurred": "2020-05-14T10:11",
    "dedupeOn": "email",
    "type": "email",
    "fieldId": 1,
    "restoreDeleted": False,
    "contactFields": None,
    "customFieldsIDs": [1],
    "eventTypeKey": "orderCreated",
}
"""What is valid as one of a few values only."""

KNOWN = {
    **OLENA,
    "channels": [{"type": "email", "value": "u1@example.com"}, {"type": "viber", "value": "1"}],
    "address": {"town": "Київ"},
    "fields": [{"id": 1, "value": "a"}, {"id": 7, "value": "b"}],
    "subscriptions": ["news"],
    "groups": [{"id": 5, "name": "Літо", "type": "Static"}],
}


class Full:
    """Bodies with a value of its own for every property of a schema, and one unknown key in each closed object."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def body(self, schema: Mapping[str, Any], name: str = "") -> Any:
        while "$ref" in schema:
            found = contract("esputnik").resolve(f"openapi.yaml{schema['$ref']}")
            schema = {**found, **{key: each for key, each in schema.items() if key != "$ref"}}
        if "anyOf" in schema and "properties" not in schema:
            return self.body(schema["anyOf"][0], name)
        types = schema.get("type", "string")
        kind = types if isinstance(types, str) else types[0]
        if name in FIXED:
            return FIXED[name]
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return [self.body(schema["items"], f"{name}-item"), self.body(schema["items"], f"{name}-item")]
        number = next(self._numbers)
        if kind in ("integer", "number"):
            return 1000 + number
        return f"u{number}@example.com"

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        made = {name: self.body(each, name) for name, each in schema.get("properties", {}).items()}
        is_closed = "properties" in schema and not schema.get("additionalProperties")
        number = next(self._numbers)
        made[f"key{number}"] = f"lost-{number}" if is_closed else f"free-{number}"
        return made


def full(operation: str) -> Any:
    """The fullest body of an operation; lists of channels with all types that there are."""
    about = contract("esputnik").operations[operation]
    made = Full().body(about.spec["requestBody"]["content"]["application/json"]["schema"])
    types = contract("esputnik").resolve("openapi.yaml#/components/schemas/Channel/properties/type/enum")
    for contact in contacts_in(operation, made):
        first = contact["channels"][0]
        contact["channels"] = [{**first, "type": each, "value": f"{each}-{first['value']}"} for each in types]
        for key in [key for key in first if key.startswith("key")]:
            for channel in contact["channels"][1:]:
                del channel[key]
        contact["channels"][0]["value"] = first["value"]
    return made


def contacts_in(operation: str, body: Any) -> Iterator[dict[str, Any]]:
    """The contacts of a body."""
    if operation in ("addContact", "updateContact"):
        yield body
    elif operation == "subscribeContact":
        yield body["contact"]
    elif operation == "contactsBulkUpdate":
        yield from body["contacts"]


def known_as(operation: str, body: Any) -> None:
    """Make a body's first contact, or whoever it is about, one that is there."""
    for contact in itertools.islice(contacts_in(operation, body), 1):
        contact["externalCustomerId"] = OLENA["externalCustomerId"]
        if operation == "contactsBulkUpdate":
            del contact["externalCustomerId"]
        contact["channels"][0]["value"] = "u1@example.com"
    for order in body.get("orders", ()):
        order["externalCustomerId"] = OLENA["externalCustomerId"]


STORING = [each.id for each in contract("esputnik").operations.values() if "requestBody" in each.spec]


@pytest.mark.rule("esputnik.contact.merge", "esputnik.contacts.contact-fields", "esputnik.orders.same-id-updates")
@pytest.mark.parametrize("operation", STORING)
@pytest.mark.parametrize("prior", ["new", "known", "again", "listed"])
def test_every_field_is_held_or_named_at_its_place(operation: str, prior: str) -> None:
    body = full(operation)
    account = EsputnikTenant(contacts=[KNOWN])
    if prior != "new":
        known_as(operation, body)
    if prior == "listed" and operation == "contactsBulkUpdate":
        body["contactFields"] = ["firstName", "town", "sms"]
    audit = account.tenant.audit = Audit(account.mock.contract)
    for _ in range(2 if prior == "again" else 1):
        assert account.send(operation, body, path={"id": "1"}).reply.status == 200
        account.advance(minutes=2)
    assert account.items.get("refused", 0) == 0
    assert audit.to_list() == []
    assert "lost-" not in str(account.state)
