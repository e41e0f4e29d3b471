"""The webhooks of a tenant: their targets, bodies and results. The web layer sends them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Condition
from typing import Any, Literal

from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.value import Struct, field
from mockservers.core.values import real_time
from mockservers.core.values.clock import text
from mockservers.core.values.json_text import dumps

DELIVERY = "mockservers.webhook.delivery"
"""The rule on the number and timing of attempts."""

DELIVERIES_KEPT = 1_000

State = Literal["waiting", "delivered", "failed", "unsent", "withdrawn"]
"""unsent: there was no URL · withdrawn: its tenant was rewound or deleted before it was sent."""


class Delivery(Struct):
    """One webhook. Every attempt sends the same `body`; `attempts` are [{"at", "status" or "error"}]."""

    id: str
    number: int
    event: str
    body: bytes
    exchange: int
    subscription: Subscription
    state: State = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def attempted(self, status: int | None, error: str = "") -> bool:
        """Record an attempt. Return whether the receiver accepted it (any 2xx)."""
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
    """The last thousand webhooks of one tenant, newest last."""

    def __init__(self, tenant: str) -> None:
        self.subscription = Subscription()
        self._tenant = tenant
        self._ring: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._queue: deque[Delivery] = deque()
        self._changed = Condition()
        self._closed = False
        self.made = 0
        """The number of webhooks so far."""

    def add(self, event: str, payload: Mapping[str, Any], exchange: int) -> None:
        """Add a webhook, which is sent after the reply. Without a URL, it is kept as unsent."""
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
        """Return the next webhook to send, oldest first, or None. Its state is `waiting` until `settle` is called."""
        with self._changed:
            return self._queue.popleft() if self._queue else None

    def stays(self, delivery: Delivery, seconds: float) -> bool:
        """Wait before an attempt. Returns False, at once, if the webhook is withdrawn meanwhile."""
        until = real_time.monotonic() + seconds
        with self._changed:
            while delivery.state == "waiting" and (left := until - real_time.monotonic()) > 0:
                self._changed.wait(left)
            return delivery.state == "waiting"

    def settle(self, delivery: Delivery, state: State) -> None:
        """Record the result of a webhook, unless it was withdrawn meanwhile."""
        with self._changed:
            if delivery.state == "waiting":
                delivery.state = state

    def resend(self, name: str) -> None:
        """Send a webhook again, to the present URL. UnknownName; UsageError while it is waiting, or without a URL."""
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
        """Withdraw the waiting webhooks after the first `since`."""
        with self._changed:
            for delivery in (*self._ring, *self._queue):
                if delivery.state == "waiting" and delivery.number > since:
                    delivery.state = "withdrawn"
            self._queue = deque(delivery for delivery in self._queue if delivery.state == "waiting")
            self._changed.notify_all()

    def close(self) -> None:
        """Send nothing more, since the tenant is deleted."""
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
