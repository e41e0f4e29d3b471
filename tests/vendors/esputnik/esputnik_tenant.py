"""An eSputnik account to send to, without a socket."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from mockservers.core.tenancy.tenant import Answer
from tests.asking import Asking

OLENA: dict[str, Any] = {
    "id": 1,
    "firstName": "Олена",
    "channels": [{"type": "sms", "value": "380501234567"}, {"type": "email", "value": "Olena@example.com"}],
    "externalCustomerId": "AV13760",
    "contactKey": "Ключ",
}
EMAIL = {"type": "email", "value": "maria@example.com"}
SMS = {"type": "sms", "value": "380671112233"}
MARIA: dict[str, Any] = {"firstName": "Марія", "channels": [EMAIL, SMS], "externalCustomerId": "客-8"}
ORDER: dict[str, Any] = {
    "phone": "380501234567",
    "externalOrderId": "12345679",
    "totalCost": "258.0",
    "status": "INITIALIZED",
    "date": "2020-05-14T10:11:00",
}
ITEM: dict[str, Any] = {
    "externalItemId": "200600",
    "name": "Вишита сорочка 刺繍",
    "quantity": 1,
    "cost": 258,
    "url": "http://example.com/item/200600",
    "imageUrl": "http://example.com/item/200600/image.png",
}


def basic(api_key: str, user: str = "any") -> str:
    """The Authorization header of an API key."""
    return "Basic " + b64encode(f"{user}:{api_key}".encode()).decode()


def params(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The params of an event, one for each value."""
    return [{"name": name, "value": value} for name, value in values.items()]


def escaped(value: Any) -> str:
    """A value as the JSON text that the page asks for."""
    return json.dumps(value, ensure_ascii=False)


def without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The values without some."""
    return {name: value for name, value in values.items() if name not in names}


class EsputnikTenant(Asking):
    """An eSputnik account with one contact by default."""

    def __init__(self, *, readings: Mapping[str, str] | None = None, **state: Any) -> None:
        super().__init__("esputnik", readings=readings, **{"contacts": [OLENA], **state})

    def send(self, operation: str, body: Any = b"", **more: Any) -> Answer:
        """Call an operation with this account's key, the body as JSON."""
        headers = {"Authorization": basic(self.credentials["api_key"]), "Content-Type": "application/json"}
        return self.ask(operation, body, headers={**headers, **more.pop("headers", {})}, **more)

    def event(self, kind: str, /, *, version: int = 1, **values: Any) -> Answer:
        """Send an event without a keyValue; its params are the values by name."""
        operation = "registerEvent" if version == 1 else "registerEventV2"
        return self.send(operation, {"eventTypeKey": kind, "params": params(values)})

    def create(self, **values: Any) -> Answer:
        """Send a complete orderCreated with some values changed. None leaves a value out."""
        order = {name: value for name, value in {**ORDER, **values}.items() if value is not None}
        return self.event("orderCreated", **order)

    def stored_order(self, key: str = "12345679") -> dict[str, Any] | None:
        """The stored order under a key."""
        return next((order for order in self.state["orders"] if order["externalOrderId"] == key), None)

    @property
    def risks(self) -> dict[str, str]:
        """The sentence of each at-risk finding, by rule."""
        return {
            finding["rule"]: finding["why"] for finding in self.ledger["findings"] if finding["outcome"] == "at-risk"
        }


def body_of(answer: Answer) -> Any:
    """The JSON of a reply."""
    return json.loads(answer.reply.body)
