"""An OmniSegment organisation to import into, without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.tenancy.tenant import Answer
from mockservers.core.values.json_text import loads
from tests.asking import Asking

JSON = {"Content-Type": "application/json"}
KNOWN = {"member_sn": "1"}
ORDER: dict[str, Any] = {
    "member_sn": "1",
    "datetime": "2025-11-01T09:51:23+0800",
    "transaction_id": "單-1001",
    "transaction_revenue": 1980,
}
"""An order with the required fields alone."""
SIX_KEYS = ["SUCCESS", "ERR_MSG", "ERR_MSG_KEY", "EXTRA_INFO", "INTP_KEY", "INTP_VALUE"]
SEVEN_KEYS = ["SUCCESS", "ERR_MSG", "ERR_TYPE_KEY", "ERR_MSG_KEY", "EXTRA_INFO", "INTP_KEY", "INTP_VALUE"]
TAKEN = b'{"SUCCESS":true,"PAYLOAD":null}'


class OmniSegmentTenant(Asking):
    """An organisation that knows the member 1 by default."""

    def __init__(self, *, readings: Mapping[str, str] | None = None, **state: Any) -> None:
        super().__init__("omnisegment", readings=readings, **{"members": [KNOWN], **state})

    def order(self, *, mode: Any = 1, top: Mapping[str, Any] | None = None, **changes: Any) -> Answer:
        """Send the least order with changes; None leaves a field out. By default in debug mode 1."""
        return self.send({name: value for name, value in {**ORDER, **changes}.items() if value is not None}, mode, top)

    def send(self, data: Any, mode: Any = 1, top: Mapping[str, Any] | None = None) -> Answer:
        """Send any data as an order."""
        debug = {} if mode is None else {"debug_mode": mode}
        return self.ask("importPurchaseData", {**self.credentials, **debug, **(top or {}), "data": data}, headers=JSON)

    def post(self, operation: str, data: Any, **top: Any) -> Answer:
        """Send data to an import that has its credentials in the body."""
        return self.ask(operation, {**self.credentials, **top, "data": data}, headers=JSON)

    def batch(self, *orders: Any, **top: Any) -> Answer:
        """Send a batch of orders; each is the least order with changes."""
        changed = [{**ORDER, **order} if isinstance(order, dict) else order for order in orders]
        return self.post("batchImportPurchaseData", changed, **top)

    def map(self, **body: Any) -> Answer:
        """Map an id of another system to a member."""
        headers = {"X-OmniSegment-Api-Key": self.credentials["api_key"]}
        return self.ask("createAudienceMapping", body, headers=headers, query={"tid": self.credentials["tid"]})

    def read(self, **query: str) -> Answer:
        """Read orders back, by default all."""
        window = {
            "tid": self.credentials["tid"],
            "datetime_min": "0001-01-01 00:00",
            "datetime_max": "9999-12-30 00:00",
        }
        headers = {"X-OmniSegment-Api-Key": self.credentials["api_key"]}
        return self.ask("getOrders", headers=headers, query={**window, **query})

    @property
    def orders(self) -> list[dict[str, Any]]:
        return self.state["orders"]

    @property
    def silent_rules(self) -> list[str]:
        """The rules of the silent findings, in order."""
        return [finding["rule"] for finding in self.ledger["findings"] if finding["silent"]]


def body(answer: Answer) -> Any:
    """The body of an answer."""
    return loads(answer.reply.body).value


def message(answer: Answer) -> str:
    """The vendor's message in a refusal."""
    text: str = body(answer)["ERR_MSG"]
    return text
