"""Calls that a server sends to itself, through its own gateway, so that they are processed like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import local
from typing import TYPE_CHECKING

from mockservers.core.accounting.journal import Exchange
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.tenant import Tenant
from mockservers.web.fault_delivery import Broken
from mockservers.web.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_OF_THE_CONNECTION = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect", "keep-alive"})


class CallSender:
    """Sends calls to the vendors of a server, and the waiting webhooks of their tenants.

    `gateway` is the server's application. `hear` must be called with each answered call, in the thread that answers it.
    """

    def __init__(self, gateway: Callable[[], WSGIApplication], webhooks: Mapping[str, WebhookSender]) -> None:
        self._gateway, self._webhooks = gateway, webhooks
        self._of_thread = local()

    def hear(self, call: AnsweredCall) -> None:
        """Note a call if it is the one that this thread sends."""
        if getattr(self._of_thread, "sends", False):
            self._of_thread.sends, self._of_thread.answered = False, call

    def send(self, vendor: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> AnsweredCall:
        """Send a call. Return the answered call; UsageError if the mock did not record it."""
        if not target.startswith("/"):
            raise UsageError(f"{target!r} is not a path. Fix: begin it with a slash.")
        from werkzeug.test import Client  # noqa: PLC0415 - slow to import, and rarely needed

        sent = {name: value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION}
        self._of_thread.sends, self._of_thread.answered = True, None
        try:
            with suppress(Broken):  # by a planned fault: the exchange is recorded
                Client(self._gateway()).open(f"/{vendor}{target}", method=method, headers=sent, data=body)
        finally:
            self._of_thread.sends = False
        answered: AnsweredCall | None = self._of_thread.answered
        if answered is None:
            raise UsageError("The call was not recorded. Fix: look for the reason in the server's log.")
        return answered

    def again(self, vendor: str, exchange: Exchange) -> AnsweredCall:
        """Send a recorded call again. UsageError if the journal has only a part of it."""
        if exchange.cut:
            raise UsageError(f"This call cannot be sent again: {exchange.cut}. Fix: send it with your client.")
        return self.send(vendor, exchange.method, exchange.target, dict(exchange.headers), exchange.body)

    def send_webhooks(self, tenant: Tenant) -> None:
        """Send the waiting webhooks of a tenant."""
        self._webhooks[tenant.vendor.name].collect(tenant.outbox)
