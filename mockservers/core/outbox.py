"""Webhooks that a vendor sends: what is to go where, and what came of it. The web layer does the sending."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any, Literal
from urllib.parse import urlsplit

from mockservers.core.clock import duration, text
from mockservers.core.errors import UsageError
from mockservers.core.jsontext import dumps
from mockservers.core.rules import rule
from mockservers.core.values import real_time

DELIVERY = "mockservers.webhook.delivery"
"""The rule that says how often and how long a webhook is tried."""

DELIVERIES_KEPT = 1_000
_KEYS = frozenset({"url", "secret", "delay", "duplicates"})

State = Literal["waiting", "delivered", "failed", "unsent"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where webhooks go, and what is done to them on the way.

    `secret` signs them by Standard Webhooks. As faults, each is held back by `delay` (real time) and sent `duplicates`
    more times.
    """

    url: str = ""
    secret: str = ""
    delay: timedelta = timedelta()
    duplicates: int = 0

    @classmethod
    def of(cls, given: Any) -> Subscription:
        """From {"url"} and optionally "secret", "delay", "duplicates"; a url of null ends it. UsageError otherwise."""
        if not isinstance(given, Mapping) or "url" not in given or set(given) - _KEYS:
            raise UsageError(
                f'Webhooks take {{"url": "http://…" or null}} and optionally {", ".join(sorted(_KEYS - {"url"}))}.'
            )
        url = given["url"] or ""
        if url and (
            not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname
        ):
            raise UsageError(f"{url!r} is no address for webhooks. Give http://HOST:PORT/PATH or https://….")
        duplicates = given.get("duplicates", 0)
        if isinstance(duplicates, bool) or not isinstance(duplicates, int) or not 0 <= duplicates <= 100:
            raise UsageError(f"duplicates is a number from 0 to 100, not {duplicates!r}.")
        secret = given.get("secret") or ""
        if not isinstance(secret, str):
            raise UsageError("secret is a text: whsec_ and the base64 of the key.")
        return cls(url, secret, duration(given.get("delay") or "PT0S"), duplicates)

    def shown(self) -> dict[str, Any]:
        """As JSON, without the secret."""
        return {
            "url": self.url or None,
            "signed": bool(self.secret),
            "delay": f"PT{self.delay.total_seconds():g}S",
            "duplicates": self.duplicates,
        }


@dataclass(slots=True)
class Delivery:
    """One webhook. `body` is sent as it is at every attempt; `attempts` are [{"at", "status" or "error"}]."""

    id: str
    event: str
    body: bytes
    exchange: int
    to: Subscription
    state: State = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def attempted(self, status: int | None, error: str = "") -> bool:
        """Note an attempt; whether the receiver took it (any 2xx)."""
        taken = status is not None and 200 <= status < 300
        outcome: dict[str, Any] = {"error": error} if status is None else {"status": status}
        self.attempts.append({"at": text(real_time.now()), **outcome})
        if taken:
            self.state = "delivered"
        return taken

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "event": self.event,
            "exchange": self.exchange,
            "url": self.to.url or None,
            "state": self.state,
            "attempts": list(self.attempts),
            "body": self.body.decode(),
        }


class Outbox:
    """The webhooks of one tenant, newest last, at most a thousand of them."""

    def __init__(self, tenant: str) -> None:
        self.to = Subscription()
        self._tenant = tenant
        self._ring: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._queue: deque[Delivery] = deque()
        self._lock = Lock()
        self._made = 0

    @rule(DELIVERY)
    def add(self, event: str, payload: Mapping[str, Any], exchange: int) -> None:
        """A webhook to send after the reply; one that has nowhere to go is kept as unsent."""
        with self._lock:
            self._made += 1
            number = f"msg_{self._tenant}_{self._made}"
            delivery = Delivery(number, event, dumps(payload), exchange, self.to)
            self._ring.append(delivery)
            if self.to.url:
                self._queue.append(delivery)
            else:
                delivery.state = "unsent"

    def take(self) -> Delivery | None:
        """The next one to send, oldest first; None when there is none."""
        with self._lock:
            return self._queue.popleft() if self._queue else None

    def __bool__(self) -> bool:
        return bool(self._queue)

    def shown(self) -> dict[str, Any]:
        """{"url", …, "deliveries": […], "evicted"}."""
        with self._lock:
            deliveries = [delivery.shown() for delivery in self._ring]
            return {**self.to.shown(), "deliveries": deliveries, "evicted": self._made - len(deliveries)}
