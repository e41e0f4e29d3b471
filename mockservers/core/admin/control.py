"""The operations of the admin API on tenants, state, journal, ledger, clock and readings; `Steering` has the rest.

Arguments and results are JSON values. The admin API serves it over HTTP; the pytest fixtures call it directly.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.settled import settled_ledger
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.admin.sending_again import SendingAgain, Transport
from mockservers.core.admin.steering import Steering
from mockservers.core.contract.admin_api import validated
from mockservers.core.errors import Conflict, InvalidDocuments, MockserversError, UnknownName, UsageError
from mockservers.core.exchange.call import Job
from mockservers.core.tenancy.clearing import clear_journal, clear_ledger
from mockservers.core.tenancy.export import exported, imported
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.tenancy.totals import Totals
from mockservers.core.values import clock, real_time

_log = logging.getLogger("mockservers")


class Control(Steering, SendingAgain):
    """The mocks of one server, by vendor. Only a server has `refuse` and `transport`."""

    def __init__(
        self,
        mocks: Mapping[str, Mock],
        refuse: Callable[[str], float] | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.mocks = mocks
        self.transport = transport
        self._refuse = refuse

    # -- tenants ------------------------------------------------------------------------------------------------

    def create_tenant(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Create a tenant from "vendor" and optional "credentials", "readings", "now", "noon", "id", "frozen", "state".

        Return {"id", "vendor", "credentials", …}. An invalid reading or state creates no tenant.
        """
        body = validated("createTenant", spec)
        mock = self.mock(body["vendor"])
        name = self._free_id(body.get("id"))
        tenant = mock.create(
            credentials=body.get("credentials"),
            name=name,
            readings=body.get("readings"),
            now=_start(body, mock.contract.zone),
            frozen=body.get("frozen", False),
            taken=self._taken,
        )
        try:
            tenant.replace_state(body.get("state", {}))
        except InvalidDocuments as error:
            mock.delete(tenant.id)
            raise error.below("/state") from None
        except MockserversError:
            mock.delete(tenant.id)
            raise
        return tenant.to_dict()

    def _free_id(self, name: str | None) -> str | None:
        if name is not None and self._taken(name):
            raise Conflict(f"There is a tenant {name!r} already. Choose another id, or delete it first.")
        return name

    def _taken(self, name: str) -> bool:
        return any(name in mock for mock in self.mocks.values())

    def export(self, name: str, *, secrets: bool = False) -> dict[str, Any]:
        """Return a tenant as one JSON document, for `import_tenant`: its state, time and plans.

        Its credentials and the secret that signs its webhooks are only in it with `secrets`.
        """
        return exported(self.tenant(name), secrets=secrets)

    def import_tenant(self, export: Mapping[str, Any]) -> dict[str, Any]:
        """Create a tenant from an export, with an empty ledger. Missing "id" and "credentials" are generated."""
        body = validated("importTenant", export)
        mock = self.mock(body["vendor"])
        self._free_id(body.get("id"))
        return imported(mock, body, self._taken).to_dict()

    def get_tenant(self, name: str) -> dict[str, Any]:
        """Return {"id", "vendor", "credentials", "revoked", "created_at", "now", "exchanges"}; the last is a count."""
        return self.tenant(name).to_dict()

    def tenants(self) -> list[dict[str, Any]]:
        """Return all tenants, oldest first within a vendor. A tenant that cannot be read has a "problem"."""
        return [_listed(tenant) for mock in self.mocks.values() for tenant in mock]

    def delete_tenants(self) -> int:
        """Delete all tenants. Return their number."""
        names = [(mock, tenant.id) for mock in self.mocks.values() for tenant in mock]
        for mock, name in names:
            mock.delete(name)
        return len(names)

    def delete_tenant(self, name: str) -> None:
        """Delete a tenant with its state."""
        self.mock(self.tenant(name).vendor.name).delete(name)

    def revoke(self, name: str) -> dict[str, Any]:
        """Revoke a tenant's credentials."""
        tenant = self.tenant(name)
        tenant.revoked = True
        return tenant.to_dict()

    def tenant(self, name: str) -> Tenant:
        """Return a tenant by its id."""
        for mock in self.mocks.values():
            if name in mock:
                return mock.tenant(name)
        raise UnknownName("tenant", name, [tenant["id"] for tenant in self.tenants()[:20]])

    def mock(self, vendor: str) -> Mock:
        """Return the mock of a vendor."""
        try:
            return self.mocks[vendor]
        except KeyError:
            raise UnknownName("vendor", vendor, self.mocks) from None

    # -- one tenant ---------------------------------------------------------------------------------------------

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """{collection: [documents]}."""
        return self.tenant(name).state()

    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Replace the documents of the named collections. Return the state."""
        collections = validated("putState", state)
        tenant = self.tenant(name)
        tenant.replace_state(collections)
        return tenant.state()

    def journal(
        self,
        name: str,
        *,
        operation: str | None = None,
        method: str | None = None,
        status: int | None = None,
        path: str | None = None,
        after: int = 0,
    ) -> dict[str, Any]:
        """Return {"exchanges": […], "evicted"}, filtered by operation, method, status, part of the path, and id."""
        tenant = self.tenant(name)
        with tenant.lock:
            exchanges = [
                exchange.to_dict()
                for exchange in tenant.journal
                if exchange.id > after
                and operation in (None, exchange.operation)
                and (method is None or method.upper() == exchange.method)
                and status in (None, exchange.reply.status)
                and (path or "") in exchange.path
            ]
        return {"exchanges": exchanges, "evicted": tenant.journal.evicted}

    def delete_journal(self, name: str) -> None:
        """Forget the exchanges so far."""
        clear_journal(self.tenant(name))

    def delete_ledger(self, name: str) -> None:
        """Forget the findings and counts so far. Conflict if the tenant has checkpoints."""
        clear_ledger(self.tenant(name))

    def ledger(self, name: str, *, silent: bool = False, settled: bool = False) -> dict[str, Any]:
        """Return {"items", "silent", "at_risk", "findings", "evicted", "exchanges", "vendor_title", "unaccounted"}.

        "exchanges" is a count; "unaccounted" is only there under an audit. `silent`: only silent findings. `settled`:
        the ledger after all planned jobs, computed on a copy, with the present "now" of the tenant.
        """
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            audited = {"unaccounted": tenant.audit.to_list()} if tenant.audit else {}
            exchanges = tenant.last
            ledger = settled_ledger(tenant) if settled else tenant.ledger.to_dict()
        if silent:
            ledger["findings"] = [finding for finding in ledger["findings"] if finding["silent"]]
        return {**ledger, "exchanges": exchanges, "vendor_title": tenant.contract.title, **audited}

    def clock(self, name: str) -> dict[str, Any]:
        """{"now", "due": [{"job", "at"}]}."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            return {"now": clock.text(tenant.clock.now()), "due": _jobs(tenant.due)}

    def move_clock(self, name: str, move: Mapping[str, Any]) -> dict[str, Any]:
        """Move by {"advance": "P1D"}, {"to": RFC 3339} or {"to_next": "ingest"}; {"run_due": true} does not move.

        Return {"now", "fired": [{"job", "at", "exchange"}]}, the jobs that ran.
        """
        ((kind, value),) = validated("moveClock", move).items()
        tenant = self.tenant(name)
        with tenant.lock:
            fired = _MOVES[kind](tenant, value)
            return {"now": clock.text(tenant.clock.now()), "fired": _jobs(fired)}

    def readings(self, name: str) -> dict[str, str]:
        """Return {rule: choice} for every rule with a reading."""
        return self.tenant(name).readings

    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]:
        """Choose readings; the others stay. Return all."""
        choices = validated("putReadings", readings)
        tenant = self.tenant(name)
        tenant.set_readings(choices)
        return tenant.readings

    def webhooks(self, name: str) -> dict[str, Any]:
        """{"url", "signed", "delay", "duplicates", "deliveries": […], "evicted"}."""
        return self.tenant(name).outbox.to_dict()

    def put_webhooks(self, name: str, target: Mapping[str, Any]) -> dict[str, Any]:
        """Set the target of webhooks to {"url"}, optionally with "secret", "delay" and "duplicates"."""
        subscription = Subscription.of(validated("putWebhooks", target))
        tenant = self.tenant(name)
        tenant.outbox.subscription = subscription
        return tenant.outbox.to_dict()

    # -- the server ---------------------------------------------------------------------------------------------

    def refuse_connections(self, refusal: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse new connections to the whole server, including this API, for {"for": "PT2S"} of real time.

        Return {"until"}.
        """
        length = validated("refuseConnections", refusal)["for"]
        if self._refuse is None:
            raise UsageError("This process has no listener that could refuse connections.")
        return {"until": clock.text(real_time.now() + timedelta(seconds=self._refuse(length)))}

    # -- calls without a tenant or operation
    # ---------------------------------------------------------------------------------

    def coverage(self, name: str | None = None) -> dict[str, Any]:
        """Return {"vendors": [{"vendor", "rules", "exercised", "of", "traceless", "operations"}]}, of one or all."""
        if name is None:
            return {"vendors": [mock.coverage() for mock in self.mocks.values()]}
        tenant = self.tenant(name)
        with tenant.lock:
            return {"vendors": [tenant.exercised.to_dict(tenant.contract)]}

    def unauthenticated(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the calls whose credentials select no tenant: {"calls", "evicted", "items": {vendor: counts}}.

        Each call is a journal entry with "vendor", "tenant", "exchange", "method", "path", "status", "rule", "cause" (a
        name) and "why" (a sentence). Calls with no "operation" matched none. Credentials are masked without `secrets`.
        """
        return {
            "calls": self._masked(
                {vendor: mock.unauthenticated_requests() for vendor, mock in self.mocks.items()}, secrets
            ),
            "evicted": sum(mock.unauthenticated.journal.evicted for mock in self.mocks.values()),
            "items": {vendor: mock.unauthenticated.ledger.to_dict([])["items"] for vendor, mock in self.mocks.items()},
        }

    def unmatched(self, *, secrets: bool = False) -> list[dict[str, Any]]:
        """Return the calls that match no operation of their vendor, oldest first within it. `rewound`: undone.

        Credentials are masked without `secrets`.
        """
        return self._masked({vendor: mock.unmatched_calls() for vendor, mock in self.mocks.items()}, secrets)

    def _masked(self, calls: Mapping[str, list[dict[str, Any]]], secrets: bool) -> list[dict[str, Any]]:
        """Return calls by vendor as one list, with masked credentials unless `secrets`."""
        masks: dict[tuple[str, str], Mask] = {}
        masked_calls: list[dict[str, Any]] = []
        for vendor, listed in calls.items():
            for call in listed:
                by = vendor, call["tenant"]
                masks[by] = mask = masks.get(by) or self._mask(*by)
                masked_calls.append(call if secrets else mask.call(call))
        return masked_calls

    def _mask(self, vendor: str, name: str) -> Mask:
        mock = self.mocks[vendor]
        credentials = mock.tenant(name).credentials if name in mock else {}
        return Mask(credentials, (each.name for each in mock.contract.credentials))

    def deleted(self) -> dict[str, Any]:
        """Return {"tenants", "sent"}: the number of deleted tenants, and of the items that they were sent."""
        mocks = self.mocks.values()
        return {"tenants": sum(mock.deleted for mock in mocks), "sent": sum(mock.deleted_totals.sent for mock in mocks)}

    def totals(self) -> Totals:
        """Return the totals of all vendors, including deleted tenants."""
        return sum((mock.totals() for mock in self.mocks.values()), Totals())

    def verdict(self, policy: Policy | None = None, tenants: Collection[str] = ()) -> Verdict:
        """Judge the named tenants, by default all: see `mockservers.core.accounting.verdict`."""
        return judge(gather(self, tenants), policy or Policy())


_MOVES: Mapping[str, Callable[[Tenant, Any], list[Job]]] = {
    "advance": lambda tenant, length: tenant.advance(clock.duration(length)),
    "to": lambda tenant, moment: tenant.advance_to(clock.moment(moment)),
    "to_next": lambda tenant, job: tenant.advance_to_next(job),
    "run_due": lambda tenant, _: tenant.run_due(),
}
"""The moves of a clock. They run under the tenant's lock, one at a time."""


def _listed(tenant: Tenant) -> dict[str, Any]:
    try:
        return tenant.to_dict()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are listed
        _log.exception("Tenant %s cannot be read.", tenant.id)
        created_at = clock.text(tenant.made_at)
        return {
            "id": tenant.id,
            "vendor": tenant.vendor.name,
            "credentials": dict(tenant.credentials),
            "revoked": tenant.revoked,
            "created_at": created_at,
            "now": created_at,
            "exchanges": tenant.last,
            "problem": f"{type(error).__name__}: {error}",
        }


def _start(spec: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    if spec.get("noon") and "now" in spec:
        raise UsageError("A clock starts at one moment. Fix: give `now` or `noon`, not both.")
    if spec.get("noon"):
        return clock.noon(zone)
    return clock.moment(spec["now"]) if "now" in spec else None


def _jobs(jobs: list[Job]) -> list[dict[str, Any]]:
    return [{"job": job.name, "at": clock.text(job.due), "exchange": job.call_id} for job in jobs]
