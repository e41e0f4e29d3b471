"""The sending of webhooks: after the reply, in order for each tenant, with retries, in threads of their own.

Signing is the convention of Standard Webhooks
(https://www.standardwebhooks.com), for receivers that check one: no vendor's page documents a signature.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from mockservers.core.clock import duration
from mockservers.core.errors import UsageError
from mockservers.core.outbox import Delivery, Outbox


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A receiver that answers with a redirect has not taken the webhook."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


class Courier:
    """Sends what outboxes hold. One thread an outbox at most, and none for one that is empty."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._time_out = duration(values["time_out"]).total_seconds()
        self._waits = [duration(wait).total_seconds() for wait in values["retries"]]
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def collect(self, outbox: Outbox) -> None:
        """See to it that what an outbox holds is sent, and return at once."""
        if not outbox:
            return
        with self._lock:
            if id(outbox) in self._busy or self._stopped.is_set():
                return
            self._busy.add(id(outbox))
        threading.Thread(target=self._empty, args=(outbox,), name="mockservers-webhooks", daemon=True).start()

    def stop(self) -> None:
        """Send no more."""
        self._stopped.set()

    def _empty(self, outbox: Outbox) -> None:
        while not self._stopped.is_set():
            delivery = outbox.take()
            if delivery is not None:
                self._deliver(delivery)
                continue
            with self._lock:
                if not outbox:  # looked at again under the lock: nothing that came meanwhile is left lying
                    self._busy.discard(id(outbox))
                    return

    def _deliver(self, delivery: Delivery) -> None:
        self._stopped.wait(delivery.to.delay.total_seconds())
        for _ in range(1 + delivery.to.duplicates):
            if not self._sent(delivery):
                delivery.state = "failed"
                return

    def _sent(self, delivery: Delivery) -> bool:
        for wait in (0.0, *self._waits):
            if self._stopped.wait(wait):
                return False
            status, error = self._post(delivery)
            if delivery.attempted(status, error):
                return True
        return False

    def _post(self, delivery: Delivery) -> tuple[int | None, str]:
        request = urllib.request.Request(  # noqa: S310 - the scheme is held to http and https by Subscription
            delivery.to.url, delivery.body, {"Content-Type": "application/json", **_signature(delivery)}, method="POST"
        )
        try:
            with _opener.open(request, timeout=self._time_out) as answer:
                return int(answer.status), ""
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code, ""
        except (OSError, ValueError, HTTPException) as error:
            return None, str(error) or type(error).__name__


def _signature(delivery: Delivery) -> dict[str, str]:
    """The headers of Standard Webhooks; only the id where there is no secret."""
    headers = {"webhook-id": delivery.id}
    if delivery.to.secret:
        moment = datetime.fromtimestamp(int(time.time()), UTC)
        headers["webhook-timestamp"] = str(int(moment.timestamp()))
        headers["webhook-signature"] = signer(delivery.to.secret).sign(delivery.id, moment, delivery.body.decode())
    return headers


def signer(secret: str) -> Any:
    """What signs with a secret. UsageError when the secret is none, or the `webhooks` extra is not installed."""
    try:
        from standardwebhooks import Webhook  # noqa: PLC0415 - an extra, only where webhooks are signed
    except ImportError:
        raise UsageError("Signed webhooks need the extra: pip install 'mockservers[webhooks]'.") from None
    try:
        return Webhook(secret)
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"The secret cannot sign: {error}. Give whsec_ and the base64 of the key.") from None
