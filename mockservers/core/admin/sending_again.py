"""Sending again what was sent once: a client's call, as the journal has it, and a webhook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from mockservers.core.accounting.journal import Exchange
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.tenant import Tenant


class Transport(Protocol):
    """What a server does for this: it has the vendors' endpoints, and the sender of their webhooks."""

    def again(self, vendor: str, exchange: Exchange) -> AnsweredCall:
        """Send a call as it was sent. Return what it became."""

    def send_webhooks(self, tenant: Tenant) -> None:
        """Send what a tenant's outbox has to send."""


class SendingAgain(ABC):
    """A part of `Control`. Plain values in, plain JSON values out."""

    transport: Transport | None = None

    @abstractmethod
    def tenant(self, name: str) -> Tenant:
        """A tenant by its id."""

    def resend(self, name: str, exchange: int) -> dict[str, Any]:
        """Send a call of a tenant again, byte for byte. Return the new call as the log has it, its "exchange" included.

        It is a call like any other: the vendor may keep, update or skip what the first one sent.
        """
        tenant = self.tenant(name)
        with tenant.lock:
            recorded = tenant.journal.exchange(exchange)
        return self._server().again(tenant.vendor.name, recorded).to_dict()

    def resend_webhook(self, name: str, webhook: str) -> dict[str, Any]:
        """Send a webhook again, by its "id", to where webhooks go now. Return what `webhooks` does."""
        tenant = self.tenant(name)
        transport = self._server()
        tenant.outbox.resend(webhook)
        transport.send_webhooks(tenant)
        return tenant.outbox.to_dict()

    def _server(self) -> Transport:
        if self.transport is None:
            raise UsageError("Nothing serves the vendors here, so that nothing can be sent. Fix: ask a server.")
        return self.transport
