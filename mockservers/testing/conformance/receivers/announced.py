"""Webhooks of the mock for real calls. The kit reads them from the mock and delivers them itself."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from mockservers.core.contract.authorization import carried
from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.values.equality import Equality, of_schema
from mockservers.core.values.json_text import dumps, loads
from mockservers.testing.conformance.receivers.declared import Announcement, Webhooks
from mockservers.testing.server import MockServer, RemoteServer
from mockservers.testing.tenant import MockTenant

_TIME_OUT = 30.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook to deliver: its id, event and body, and the kind, key field and key of its record.

    `announced` are the fields of the record that the call sent, without those that the vendor adds, such as its id.
    `equality` compares these fields according to the vendor's schema.
    """

    id: str
    event: str
    body: bytes
    kind: str
    field: str
    key: str
    announced: Mapping[str, Any]
    equality: Equality

    def __str__(self) -> str:
        return f"{self.event} of {self.field} {self.key}"

    def with_payload(self, payload: Mapping[str, Any], name: str) -> Webhook:
        """The same webhook with another id and another payload."""
        return replace(self, id=f"{self.id}_{name}", body=dumps(payload))

    @property
    def payload(self) -> dict[str, Any]:
        """Its body as JSON."""
        value: dict[str, Any] = loads(self.body).value
        return value


class Announcer:
    """Creates webhooks of new records."""

    def __init__(self, server: MockServer | RemoteServer, vendor: str, declared: Webhooks) -> None:
        self.declared = declared
        self._server, self.vendor = server, vendor
        self._contract: Contract = server.contracts[vendor]
        self._run, self._stories = secrets.token_hex(4), 0
        self._tenant = server.tenant(vendor)

    def story(self, now: datetime | None = None) -> list[Webhook]:
        """The webhooks of one name, in the order in which the vendor sends them. `now` is a vendor's moment."""
        self._stories += 1
        tenant = self._tenant if now is None else self._server.tenant(self.vendor, now=now)
        name = f"{self._run}-{self._stories}"
        return [self._announced(tenant, each) for each in self.declared.story(name)]

    @property
    def now(self) -> datetime:
        """The vendor's time."""
        return self._tenant.clock.now

    def _announced(self, tenant: MockTenant, announcement: Announcement) -> Webhook:
        status, answer = self._call(tenant, announcement)
        if status >= 400:
            raise UsageError(
                f"The mock of {self._contract.title} refuses the kit's {announcement.operation}: {status} "
                f"{answer[:200]!r}. Fix: correct its webhooks in the kit's part of the vendor."
            )
        made = tenant.webhooks.deliveries[-1]
        body = str(made["body"]).encode()
        record = loads(body).value[self.declared.data]
        key = str(record[announcement.key])
        fields = {name: record[name] for name in announcement.body if record.get(name) is not None}
        equality = _equality(self._contract, announcement.operation)
        event = (made["id"], made["event"], body)
        return Webhook(*event, announcement.kind, announcement.key, key, fields, equality)

    def _call(self, tenant: MockTenant, announcement: Announcement) -> tuple[int, bytes]:
        operation = self._contract.operations[announcement.operation]
        credentials = carried(self._contract, operation, tenant.credentials)
        headers = {each.name: each.value for each in credentials if each.place == "header"}
        query = urlencode({each.name: each.value for each in credentials if each.place == "query"})
        place = urlsplit(tenant.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=_TIME_OUT)
        try:
            target = f"{place.path}{operation.path}" + (f"?{query}" if query else "")
            sent = {"Content-Type": "application/json", **headers}
            connection.request(operation.method, target, dumps(announcement.body), sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def _equality(contract: Contract, operation: str) -> Equality:
    """Equality according to the schema of a call's body: amounts as numbers, e-mail addresses without case."""
    content = contract.operations[operation].spec["requestBody"]["content"]
    return of_schema(content["application/json"]["schema"], contract.resolve)
