"""Deliveries to a receiver: complete, with the vendor's time-out and retries, or broken off."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.values import real_time
from mockservers.core.values.clock import duration
from mockservers.testing.conformance.receivers.announced import Webhook

DELIVERY = "mockservers.webhook.delivery"
"""The rule with the time-out and the retries of a webhook."""

Sign = Callable[[str, datetime, str], str]
"""A signature of an id, a moment and a body."""
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a receiver. If there is none, `status` is None, and `error` says why."""

    status: int | None
    body: bytes = b""
    error: str = ""

    @property
    def taken(self) -> bool:
        """Whether the vendor treats the webhook as delivered: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        if self.status is None:
            return self.error
        return f"{self.status} {self.body[:_SHOWN].decode('utf-8', 'replace')}".strip()


class Receiver:
    """The user's receiver at a URL. UsageError if it is not a URL."""

    def __init__(self, url: str, contract: Contract, sign: Sign | None = None) -> None:
        place = urlsplit(url)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise UsageError(f"{url!r} is not the address of a receiver. Fix: give http(s)://HOST:PORT/PATH.")
        rule = contract.rule(DELIVERY)
        self.url, self._place, self._sign = url, place, sign
        self.time_out = duration(rule.values["time_out"]).total_seconds()
        self.waits = [duration(wait).total_seconds() for wait in rule.values["retries"]]

    def deliver(self, webhook: Webhook) -> Reply:
        """Deliver a webhook, and again after each wait of the vendor until the answer is 2xx. Return the last reply."""
        reply = self.attempt(webhook)
        for wait in self.waits:
            if reply.taken:
                break
            threading.Event().wait(wait)
            reply = self.attempt(webhook)
        return reply

    def attempt(self, webhook: Webhook, headers: Mapping[str, str] | None = None) -> Reply:
        """Deliver it once. `headers` replace those that sign it."""
        connection = self._connection()
        sent = self._headers(webhook) if headers is None else {**self._headers(webhook, sign=False), **headers}
        try:
            connection.request("POST", self._target, webhook.body, sent)
            response = connection.getresponse()
            return Reply(response.status, response.read(65_536))
        except TimeoutError:
            return Reply(None, error=f"no answer within {self.time_out:g} s")
        except (OSError, http.client.HTTPException) as error:
            return Reply(None, error=f"no answer: {str(error) or type(error).__name__}")
        finally:
            connection.close()

    def together(self, webhooks: Sequence[Webhook]) -> list[Reply]:
        """Deliver all of them once, at the same time."""
        with ThreadPoolExecutor(len(webhooks)) as pool:
            return list(pool.map(self.attempt, webhooks))

    def abandon(self, webhook: Webhook, *, cut: bool = False) -> None:
        """Deliver it and close the connection before the answer; `cut`: after half of its body."""
        connection = self._connection()
        with suppress(OSError, http.client.HTTPException):
            connection.putrequest("POST", self._target)
            for name, value in self._headers(webhook).items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(webhook.body)))
            connection.endheaders(webhook.body[: len(webhook.body) // 2] if cut else webhook.body)
        connection.close()

    def signature(self, webhook: Webhook, at: datetime, *, signed: Webhook | None = None) -> dict[str, str]:
        """The headers that sign a webhook at a time; `signed` is another webhook to sign instead."""
        assert self._sign is not None
        moment = at.replace(microsecond=0)
        signature = self._sign(webhook.id, moment, (signed or webhook).body.decode())
        return {"webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}

    @property
    def signs(self) -> bool:
        """Whether deliveries are signed."""
        return self._sign is not None

    @property
    def _target(self) -> str:
        return (self._place.path or "/") + (f"?{self._place.query}" if self._place.query else "")

    def _headers(self, webhook: Webhook, *, sign: bool = True) -> dict[str, str]:
        signed = self.signature(webhook, real_time.now()) if self.signs and sign else {}
        plain = {"Content-Type": "application/json", "User-Agent": "mockservers", "webhook-id": webhook.id}
        return {**plain, **signed, "Connection": "close"}

    def _connection(self) -> Any:
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._place.hostname), self._place.port, timeout=self.time_out)
