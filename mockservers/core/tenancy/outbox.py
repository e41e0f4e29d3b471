"""Webhooks that a vendor sends: what is to go where, and what came of it. The web layer does the sending."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Condition
from typing import Any, Literal

from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.values import real_time
from mockservers.core.values.clock import text
from mockservers.core.values.json_text import dumps

DELIVERY = "mockservers.webhook.delivery"
"""The rule that says how often and how long a webhook is tried."""

DELIVERIES_KEPT = 1_000

State = Literal["waiting", "delivered", "failed", "unsent", "withdrawn"]
"""unsent: there was nowhere to send it · withdrawn: it waited while its tenant was rewound or deleted."""


@dataclass(slots=True)
class Delivery:
    """One webhook. `body` is sent as it is at every attempt; `attempts` are [{"at", "status" or "error"}]."""

    id: str
    number: int
    event: str
    body: bytes
    exchange: int
    subscription: Subscription
    state: State = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def attempted(self, status: int | None, error: str = "") -> bool:
        """Note an attempt; whether the receiver took it (any 2xx)."""
        kind: dict[str, Any] = {"error": error} if status is None else {"status": status}
        self.attempts.append({"at": text(real_time.now()), **kind})
        return status is not None and 200 <= status < 300

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "event": self.event,
            "exchange": self.exchange,
            "url": self.subscription.url or None,
            "state": self.state,
            "attempts": list(self.attempts),
            "body": self.body.decode(),
        }


class Outbox:
    """The webhooks of one tenant, newest last, at most a thousand of them."""

    def __init__(self, tenant: str) -> None:
        self.subscription = Subscription()
        self._tenant = tenant
        self._ring: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._queue: deque[Delivery] = deque()
        self._changed = Condition()
        self._closed = False
        self.made = 0
        """How many webhooks there were so far."""

    def add(self, event: str, payload: Mapping[str, Any], exchange: int) -> None:
        """A webhook to send after the reply; one that has nowhere to go is kept as unsent."""
        with self._changed:
            self.made += 1
            name = f"msg_{self._tenant}_{self.made}"
            delivery = Delivery(name, self.made, event, dumps(payload), exchange, self.subscription)
            self._ring.append(delivery)
            if self.subscription.url and not self._closed:
                self._queue.append(delivery)
            else:
                delivery.state = "unsent"

    def take(self) -> Delivery | None:
        """The next one to send, oldest first; None when there is none. It waits until `settle` is called."""
        with self._changed:
            return self._queue.popleft() if self._queue else None

    def stays(self, delivery: Delivery, seconds: float) -> bool:
        """Wait so long before an attempt. False, at once, for a webhook that was withdrawn meanwhile."""
        until = real_time.monotonic() + seconds
        with self._changed:
            while delivery.state == "waiting" and (left := until - real_time.monotonic()) > 0:
                self._changed.wait(left)
            return delivery.state == "waiting"

    def settle(self, delivery: Delivery, state: State) -> None:
        """Note what came of a webhook, unless it was withdrawn meanwhile."""
        with self._changed:
            if delivery.state == "waiting":
                delivery.state = state

    def resend(self, name: str) -> None:
        """Send a webhook again, to where webhooks go now. UnknownName; UsageError while it waits, or with no target."""
        with self._changed:
            delivery = next((each for each in self._ring if each.id == name), None)
            if delivery is None:
                raise UnknownName("webhook", name, [each.id for each in self._ring])
            if delivery.state == "waiting":
                raise UsageError(f"{name} waits to be sent. Fix: send it again once that has ended.")
            if not self.subscription.url or self._closed:
                raise UsageError("Webhooks go nowhere. Fix: set the URL that they go to.")
            delivery.subscription, delivery.state = self.subscription, "waiting"
            self._queue.append(delivery)

    def withdraw(self, since: int = 0) -> None:
        """Send none of those that came after the first `since` and are not delivered yet."""
        with self._changed:
            for delivery in (*self._ring, *self._queue):
                if delivery.state == "waiting" and delivery.number > since:
                    delivery.state = "withdrawn"
            self._queue = deque(delivery for delivery in self._queue if delivery.state == "waiting")
            self._changed.notify_all()

    def close(self) -> None:
        """Send nothing more, now or later: the tenant is gone."""
        with self._changed:
            self._closed = True
        self.withdraw()

    def __bool__(self) -> bool:
        return bool(self._queue)

    def to_dict(self) -> dict[str, Any]:
        """{"url", …, "deliveries": […], "evicted"}."""
        with self._changed:
            deliveries = [delivery.to_dict() for delivery in self._ring]
            return {**self.subscription.to_dict(), "deliveries": deliveries, "evicted": self.made - len(deliveries)}
