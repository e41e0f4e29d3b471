"""A Zangsho merchant to import into, without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.exchange.decision import Decision, Emit
from mockservers.core.tenancy.tenant import Answer
from mockservers.core.values.json_text import NotJson, loads
from mockservers.vendors import vendor
from tests.asking import NOW, Asking, contract

PAGE = "https://developers.zangsho.com/guides/data-import"
WANG: dict[str, Any] = {"email": "wang.xiaoming@example.com", "name": "王小明", "phone": "0912345678"}
CHEN: dict[str, Any] = {"email": "chen.meili@example.com", "name": "陳美麗", "metadata": {"source": "website"}}
CUSTOMERS = [{"id": 101, **WANG}, {"id": 102, **CHEN}]
ORDER: dict[str, Any] = {
    "order_no": "ORD-2025-001",
    "customer_email": "wang.xiaoming@example.com",
    "customer_name": "王小明",
    "amount": "1990.00",
    "currency": "TWD",
    "status": "paid",
    "payment_method": "credit_card",
    "billing_cycle": "monthly",
    "paid_at": "2025-12-01T08:00:00Z",
}
SUBSCRIPTION: dict[str, Any] = {
    "customer_id": 101,
    "plan_name": "Pro Plan",
    "mrr": "990.00",
    "billing_cycle": "monthly",
    "started_at": "2026-01-01T00:00:00Z",
    "current_period_start": "2026-01-01T00:00:00Z",
}
EVENT: dict[str, Any] = {
    "customer_email": "wang.xiaoming@example.com",
    "event_type": "upgrade",
    "amount_change": "490.00",
    "occurred_at": "2026-01-09T00:00:00Z",
}
BATCHES = {
    "customers": "importCustomers",
    "orders": "importOrders",
    "subscriptions": "importSubscriptions",
    "events": "importSubscriptionEvents",
}
LEAST = {"customers": WANG, "orders": ORDER, "subscriptions": SUBSCRIPTION, "events": EVENT}


class ZangshoTenant(Asking):
    """A merchant with the customers Wang (101) and Chen (102), unless the state names others."""

    def __init__(self, *, readings: Mapping[str, str] | None = None, **state: Any) -> None:
        super().__init__("zangsho", readings=readings, **{"customers": CUSTOMERS, **state})

    def send(
        self, operation: str, body: Any = b"", *, headers: Mapping[str, str] | None = None, **given: Any
    ) -> Answer:
        """Call an operation with the merchant's token."""
        token = {"Authorization": f"Bearer {self.credentials['token']}", "Content-Type": "application/json"}
        return self.ask(operation, body, headers={**token, **(headers or {})}, **given)

    def batch(self, kind: str, *items: Any, **envelope: Any) -> dict[str, Any]:
        """Import items; the answer's data."""
        answer = self.send(BATCHES[kind], {**envelope, kind: list(items)})
        assert answer.reply.status == 200, answer.reply
        data: dict[str, Any] = body(answer)["data"]
        return data

    def documents(self, collection: str, **fields: Any) -> list[dict[str, Any]]:
        """The documents of a collection that have these values."""
        return [
            document
            for document in self.state[collection]
            if all(document[name] == value for name, value in fields.items())
        ]

    def findings(self, rule: str) -> list[dict[str, Any]]:
        """The findings of a rule."""
        return [finding for finding in self.ledger["findings"] if finding["rule"] == rule]

    def decide(self, operation: str, raw: bytes | Any, **call: Any) -> Decision:
        """Return the decision on a call, without applying it."""
        raw = raw if isinstance(raw, bytes) else json.dumps(raw, ensure_ascii=False).encode()
        try:
            text = loads(raw)
            parsed: Json | Unreadable = Json(text.value, text.duplicates)
        except NotJson as error:
            parsed = Unreadable("not-json" if raw else "empty", str(error))
        headers = {"content-type": "application/json", **call.pop("headers", {})}
        decided = Call("zangsho", operation, parsed, NOW, NOW, headers=headers, **call)
        return vendor("zangsho").operations[operation](decided, View(self.tenant.store, NOW, contract("zangsho")))

    def webhooks(self, operation: str, raw: Any) -> list[str]:
        """The events that a call would send."""
        return [effect.event for effect in self.decide(operation, raw).effects if isinstance(effect, Emit)]


def body(answer: Answer) -> Any:
    """The body of an answer."""
    return loads(answer.reply.body).value


def counts(data: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Created, updated, skipped, failed."""
    return data["created"], data["updated"], data["skipped"], data["failed"]
