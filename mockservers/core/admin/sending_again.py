"""Sending a recorded call of a client, or a webhook, again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from mockservers.core.accounting.journal import Exchange
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.tenant import Tenant


class Transport(Protocol):
    """The methods of a server that this needs: it has the vendors' endpoints and sends their webhooks."""

    def again(self, vendor: str, exchange: Exchange) -> AnsweredCall:
        """Send a recorded call again. Return the new call."""

    def send_webhooks(self, tenant: Tenant) -> None:
        """Send the waiting webhooks of a tenant."""


class SendingAgain(ABC):
    """A part of `Control`. Arguments and results are JSON values."""

    transport: Transport | None = None

    @abstractmethod
    def tenant(self, name: str) -> Tenant:
        """Return a tenant by its id."""

    def resend(self, name: str, exchange: int) -> dict[str, Any]:
        """Send a call of a tenant again, byte for byte. Return the summary of the new call, with its "exchange".

        It is a call like any other: the vendor may keep, update or skip what the first one sent.
        """
        tenant = self.tenant(name)
        with tenant.lock:
            recorded = tenant.journal.exchange(exchange)
        return self._server().again(tenant.vendor.name, recorded).to_dict()

    def resend_webhook(self, name: str, webhook: str) -> dict[str, Any]:
        """Send a webhook again, by its "id", to the present URL. Return the result of `webhooks`."""
        tenant = self.tenant(name)
        transport = self._server()
        tenant.outbox.resend(webhook)
        transport.send_webhooks(tenant)
        return tenant.outbox.to_dict()

    def _server(self) -> Transport:
        if self.transport is None:
            raise UsageError(
                "This process does not serve the vendors, so it cannot send calls. Fix: use a running server."
            )
        return self.transport
