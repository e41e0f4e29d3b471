"""Sends webhooks: after the reply, in order per tenant, with retries, in separate threads.

Signatures follow Standard Webhooks (https://www.standardwebhooks.com), for receivers that verify them: no vendor's page
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
        """Send the webhooks of an outbox, in the background."""
        if not outbox:
            return
        with self._lock:
            if id(outbox) in self._busy:
                return
            self._busy.add(id(outbox))
        try:
            threading.Thread(target=self._empty, args=(outbox,), name="mockservers-webhooks", daemon=True).start()
        except RuntimeError as error:  # no thread can be started: the next reply tries again
            _log.error("Webhooks wait: %s", error)
            self._busy.discard(id(outbox))

    def _empty(self, outbox: Outbox) -> None:
        while True:
            delivery = outbox.take()
            if delivery is not None:
                outbox.settle(delivery, "delivered" if self._delivered(outbox, delivery) else "failed")
                continue
            with self._lock:
                if not outbox:  # checked again under the lock, so that no new webhook is missed
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
            except Exception as failure:  # noqa: BLE001 - any error is a failed attempt, and the next webhook is due
                status, error = None, str(failure) or type(failure).__name__
            if delivery.attempted(status, error):
                return True
        return False

    def _post(self, delivery: Delivery) -> int:
        """Make one attempt, with one deadline for all of it. Return the status of the answer."""
        place = urlsplit(delivery.subscription.url)
        headers = {"Content-Type": "application/json", "User-Agent": "mockservers", **_signature(delivery)}
        return _Attempt(place, self._time_out).post(delivery.body, headers)


class _Attempt:
    """One POST on a new connection, which is shut down at the deadline.

    `http.client` has a timeout for each socket operation, but not for the whole: a slow receiver could send bytes for
    ever.
    """

    def __init__(self, place: SplitResult, seconds: float) -> None:
        self._place, self._seconds = place, seconds
        self._until = real_time.monotonic() + seconds
        self._connection: socket.socket | None = None
        self._deadline = threading.Timer(seconds, self._cut)
        self._deadline.daemon = True

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status of the answer. TimeoutError at the deadline; any other exception without an answer."""
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
            self._connection.do_handshake()  # separate from wrap_socket, so that the deadline can end a handshake
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
            with suppress(OSError):  # already closed
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)


def _signature(delivery: Delivery) -> dict[str, str]:
    """Return the headers of Standard Webhooks; without a secret, only the id."""
    headers = {"webhook-id": delivery.id}
    if delivery.subscription.secret:
        moment = real_time.now().replace(microsecond=0)
        headers["webhook-timestamp"] = str(int(moment.timestamp()))
        headers["webhook-signature"] = signer(delivery.subscription.secret).sign(
            delivery.id, moment, delivery.body.decode()
        )
    return headers


def signer(secret: str) -> Any:
    """Return a signer with a secret. UsageError if the secret is invalid, or the `webhooks` extra is not installed."""
    try:
        from standardwebhooks import Webhook  # noqa: PLC0415 - an extra, only needed for signatures
    except ImportError:
        raise UsageError(missing("A webhook's signature", "webhooks")) from None
    try:
        return Webhook(secret)
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"The secret cannot sign: {error}. Give whsec_ and the base64 of the key.") from None
