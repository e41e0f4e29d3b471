"""Sends webhooks: after the reply, in order per tenant, with retries, in threads of its own.

Signatures follow Standard Webhooks (https://www.standardwebhooks.com), for receivers that check one: no vendor's page
documents a signature.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

from mockservers.core.errors import UsageError
from mockservers.core.extras import missing
from mockservers.core.tenancy.outbox import Delivery, Outbox
from mockservers.core.values import real_time
from mockservers.core.values.clock import duration

_log = logging.getLogger("mockservers")


class WebhookSender:
    """Sends the webhooks in outboxes, with one thread per outbox that is not empty."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._time_out = duration(values["time_out"]).total_seconds()
        self._waits = [duration(wait).total_seconds() for wait in values["retries"]]
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def collect(self, outbox: Outbox) -> None:
        """Send what is in an outbox, in the background."""
        if not outbox:
            return
        with self._lock:
            if id(outbox) in self._busy:
                return
            self._busy.add(id(outbox))
        try:
            threading.Thread(target=self._empty, args=(outbox,), name="mockservers-webhooks", daemon=True).start()
        except RuntimeError as error:  # the system has no thread left: the next reply tries again
            _log.error("Webhooks wait: %s", error)
            self._busy.discard(id(outbox))

    def _empty(self, outbox: Outbox) -> None:
        while True:
            delivery = outbox.take()
            if delivery is not None:
                outbox.settle(delivery, "delivered" if self._delivered(outbox, delivery) else "failed")
                continue
            with self._lock:
                if not outbox:  # looked at again under the lock, so that no webhook added meanwhile is missed
                    self._busy.discard(id(outbox))
                    return

    def _delivered(self, outbox: Outbox, delivery: Delivery) -> bool:
        outbox.stays(delivery, delivery.subscription.delay.total_seconds())
        return all(self._sent(outbox, delivery) for _ in range(1 + delivery.subscription.duplicates))

    def _sent(self, outbox: Outbox, delivery: Delivery) -> bool:
        for wait in (0.0, *self._waits):
            if not outbox.stays(delivery, wait):
                return False
            try:
                status, error = self._post(delivery), ""
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is an attempt, and the next webhook is due
                status, error = None, str(failure) or type(failure).__name__
            if delivery.attempted(status, error):
                return True
        return False

    def _post(self, delivery: Delivery) -> int:
        """The status of the answer to one attempt, which has one deadline from its first step to its last."""
        place = urlsplit(delivery.subscription.url)
        headers = {"Content-Type": "application/json", "User-Agent": "mockservers", **_signature(delivery)}
        return _Attempt(place, self._time_out).post(delivery.body, headers)


class _Attempt:
    """One POST on a connection of its own, which is shut down at the deadline.

    `http.client` has a timeout for each socket operation, none for the whole: a receiver could drip for ever.
    """

    def __init__(self, place: SplitResult, seconds: float) -> None:
        self._place, self._seconds = place, seconds
        self._until = real_time.monotonic() + seconds
        self._connection: socket.socket | None = None
        self._deadline = threading.Timer(seconds, self._cut)
        self._deadline.daemon = True

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. TimeoutError at the deadline; any other exception where there is no answer."""
        try:
            self._deadline.start()
            return self._answered(body, headers)
        except Exception as error:
            if real_time.monotonic() >= self._until:
                raise TimeoutError(f"no answer within {self._seconds:g} s") from error
            raise
        finally:
            self._deadline.cancel()
            if self._connection is not None:
                self._connection.close()

    def _answered(self, body: bytes, headers: Mapping[str, str]) -> int:
        from http.client import HTTPConnection  # noqa: PLC0415 - few servers send webhooks

        place = self._place
        secure = place.scheme.lower() == "https"
        host, port = str(place.hostname), place.port or (443 if secure else 80)
        self._connection = self._connected(host, port)
        if secure:
            import ssl  # noqa: PLC0415 - as above

            context = ssl.create_default_context()
            self._connection = context.wrap_socket(
                self._connection, server_hostname=host, do_handshake_on_connect=False
            )
            self._connection.do_handshake()  # separate from wrap_socket, so that the deadline can shut down a handshake
        client = HTTPConnection(host, None if port == (443 if secure else 80) else port)
        client.sock = self._connection
        target = (place.path or "/") + (f"?{place.query}" if place.query else "")
        client.request("POST", target, body, {**headers, "Connection": "close"})
        return client.getresponse().status

    def _connected(self, host: str, port: int) -> socket.socket:
        error: OSError = TimeoutError()
        for _, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            left = self._until - real_time.monotonic()
            try:
                if left > 0:
                    return socket.create_connection((str(address[0]), port), timeout=left)
            except OSError as refused:
                error = refused
        raise error

    def _cut(self) -> None:
        if self._connection is not None:
            with suppress(OSError):  # it has ended already
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)


def _signature(delivery: Delivery) -> dict[str, str]:
    """The headers of Standard Webhooks; only the id without a secret."""
    headers = {"webhook-id": delivery.id}
    if delivery.subscription.secret:
        moment = real_time.now().replace(microsecond=0)
        headers["webhook-timestamp"] = str(int(moment.timestamp()))
        headers["webhook-signature"] = signer(delivery.subscription.secret).sign(
            delivery.id, moment, delivery.body.decode()
        )
    return headers


def signer(secret: str) -> Any:
    """A signer with a secret. UsageError when the secret is invalid, or the `webhooks` extra is not installed."""
    try:
        from standardwebhooks import Webhook  # noqa: PLC0415 - an extra, only where webhooks are signed
    except ImportError:
        raise UsageError(missing("A webhook's signature", "webhooks")) from None
    try:
        return Webhook(secret)
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"The secret cannot sign: {error}. Give whsec_ and the base64 of the key.") from None
