"""What whoever tests may ask and set: tenants, state, journal, ledger, clock, readings; the rest is `Steering`.

Plain values in, plain JSON values out. The admin API puts HTTP around it; the pytest fixtures call it as it is.
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
from mockservers.core.tenancy.export import exported, imported
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.tenancy.totals import Totals
from mockservers.core.values import clock, real_time

_log = logging.getLogger("mockservers")


class Control(Steering, SendingAgain):
    """The mocks of one server, by vendor. `refuse` and `transport` are what a server alone can do."""

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
        """A tenant from {"vendor"} and optionally "credentials", "readings", "now", "noon", "id", "frozen", "state".

        Return {"id", "vendor", "credentials", …}. All or nothing: a wrong reading or state makes no tenant.
        """
        given = validated("createTenant", spec)
        mock = self.mock(given["vendor"])
        name = self._free_id(given.get("id"))
        tenant = mock.create(
            credentials=given.get("credentials"),
            name=name,
            readings=given.get("readings"),
            now=_start(given, mock.contract.zone),
            frozen=given.get("frozen", False),
            taken=self._taken,
        )
        try:
            tenant.replace_state(given.get("state", {}))
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
        """A tenant as one JSON document, for `import_tenant`: what it holds, its time, what it is about to do.

        Its credentials and the secret that signs its webhooks are left out, unless `secrets` are asked for.
        """
        return exported(self.tenant(name), secrets=secrets)

    def import_tenant(self, export: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from an export, its account empty. "id" and "credentials" are made up where they are left out."""
        given = validated("importTenant", export)
        mock = self.mock(given["vendor"])
        self._free_id(given.get("id"))
        return imported(mock, given, self._taken).to_dict()

    def get_tenant(self, name: str) -> dict[str, Any]:
        """{"id", "vendor", "credentials", "revoked", "created_at", "now", "exchanges"}, which is a count."""
        return self.tenant(name).to_dict()

    def tenants(self) -> list[dict[str, Any]]:
        """All tenants, oldest first within a vendor. One that cannot be read has a "problem", and fails no other."""
        return [_listed(tenant) for mock in self.mocks.values() for tenant in mock]

    def delete_tenants(self) -> int:
        """Forget all tenants. Return how many there were."""
        names = [(mock, tenant.id) for mock in self.mocks.values() for tenant in mock]
        for mock, name in names:
            mock.delete(name)
        return len(names)

    def delete_tenant(self, name: str) -> None:
        """Forget a tenant and all that it holds."""
        self.mock(self.tenant(name).vendor.name).delete(name)

    def revoke(self, name: str) -> dict[str, Any]:
        """Make a tenant's credentials invalid, as if the vendor had withdrawn them."""
        tenant = self.tenant(name)
        tenant.revoked = True
        return tenant.to_dict()

    def tenant(self, name: str) -> Tenant:
        """A tenant by its id."""
        for mock in self.mocks.values():
            if name in mock:
                return mock.tenant(name)
        raise UnknownName("tenant", name, [tenant["id"] for tenant in self.tenants()[:20]])

    def mock(self, vendor: str) -> Mock:
        """The mock of a vendor."""
        try:
            return self.mocks[vendor]
        except KeyError:
            raise UnknownName("vendor", vendor, self.mocks) from None

    # -- one tenant ---------------------------------------------------------------------------------------------

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """{collection: [documents]}."""
        return self.tenant(name).state()

    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Replace the collections that are named by these documents. Return the state."""
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
        """{"exchanges": […], "evicted"}: of an operation, method, status, path (a part of it), after an id."""
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

    def ledger(self, name: str, *, silent: bool = False, settled: bool = False) -> dict[str, Any]:
        """{"items", "silent", "at_risk", "findings", "evicted", "exchanges", "vendor_title"}, audited "unaccounted".

        "exchanges" is how many there were. `silent`: only those findings. `settled`: as it will be once everything
        planned has run, beside the "now" of the tenant, which stays as it is.
        """
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            audited = {"unaccounted": tenant.audit.to_list()} if tenant.audit else {}
            exchanges = tenant.last
            ledger = settled_ledger(tenant) if settled else tenant.ledger.to_dict()
        if silent:
            ledger["findings"] = [found for found in ledger["findings"] if found["silent"]]
        return {**ledger, "exchanges": exchanges, "vendor_title": tenant.contract.title, **audited}

    def clock(self, name: str) -> dict[str, Any]:
        """{"now", "due": [{"job", "at"}]}."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            return {"now": clock.text(tenant.clock.now()), "due": _jobs(tenant.due)}

    def move_clock(self, name: str, move: Mapping[str, Any]) -> dict[str, Any]:
        """Move by {"advance": "P1D"}, {"to": RFC 3339} or {"to_next": "ingest"}; {"run_due": true} does not move.

        Return {"now", "fired": [{"job", "at", "exchange"}]}: what was done on the way.
        """
        ((kind, value),) = validated("moveClock", move).items()
        tenant = self.tenant(name)
        with tenant.lock:
            fired = _MOVES[kind](tenant, value)
            return {"now": clock.text(tenant.clock.now()), "fired": _jobs(fired)}

    def readings(self, name: str) -> dict[str, str]:
        """{rule: choice} for every rule that has readings."""
        return self.tenant(name).readings

    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]:
        """Choose readings; those that are not named stay. Return all."""
        choices = validated("putReadings", readings)
        tenant = self.tenant(name)
        tenant.set_readings(choices)
        return tenant.readings

    def webhooks(self, name: str) -> dict[str, Any]:
        """{"url", "signed", "delay", "duplicates", "deliveries": […], "evicted"}."""
        return self.tenant(name).outbox.to_dict()

    def put_webhooks(self, name: str, target: Mapping[str, Any]) -> dict[str, Any]:
        """Send webhooks from now on as {"url"} says, with "secret", "delay" and "duplicates" if wanted."""
        subscription = Subscription.of(validated("putWebhooks", target))
        tenant = self.tenant(name)
        tenant.outbox.subscription = subscription
        return tenant.outbox.to_dict()

    # -- the server ---------------------------------------------------------------------------------------------

    def refuse_connections(self, refusal: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse new connections to the whole server, this API's too, for {"for": "PT2S"} of real time.

        Return {"until"}.
        """
        length = validated("refuseConnections", refusal)["for"]
        if self._refuse is None:
            raise UsageError("Nothing listens here whose connections could be refused.")
        return {"until": clock.text(real_time.now() + timedelta(seconds=self._refuse(length)))}

    # -- calls that fit nowhere ---------------------------------------------------------------------------------

    def coverage(self, name: str | None = None) -> dict[str, Any]:
        """{"vendors": [{"vendor", "rules", "exercised", "of", "traceless", "operations"}]}: of a tenant, or of all."""
        if name is None:
            return {"vendors": [mock.coverage() for mock in self.mocks.values()]}
        tenant = self.tenant(name)
        with tenant.lock:
            return {"vendors": [tenant.exercised.to_dict(tenant.contract)]}

    def unauthenticated(self, *, secrets: bool = False) -> dict[str, Any]:
        """Calls whose credentials select no tenant: {"calls", "evicted", "items": {vendor: counts}}.

        Each call is as a journal has it, beside "vendor", "tenant", "exchange", "method", "path", "status", "rule", and
        why: "cause" is a name, "why" a sentence. Those with no "operation" matched none. Credentials in them are
        masked, unless `secrets` are asked for.
        """
        return {
            "calls": self._masked(
                {vendor: mock.unauthenticated_requests() for vendor, mock in self.mocks.items()}, secrets
            ),
            "evicted": sum(mock.unauthenticated.journal.evicted for mock in self.mocks.values()),
            "items": {vendor: mock.unauthenticated.ledger.to_dict([])["items"] for vendor, mock in self.mocks.items()},
        }

    def unmatched(self, *, secrets: bool = False) -> list[dict[str, Any]]:
        """Calls that match no operation of their vendor, oldest first within a vendor. `rewound` ones do not count.

        Credentials in them are masked, unless `secrets` are asked for.
        """
        return self._masked({vendor: mock.unmatched_calls() for vendor, mock in self.mocks.items()}, secrets)

    def _masked(self, calls: Mapping[str, list[dict[str, Any]]], secrets: bool) -> list[dict[str, Any]]:
        """Calls by vendor as one list; whatever stands where a credential does is masked, unless asked for."""
        masks: dict[tuple[str, str], Mask] = {}
        found: list[dict[str, Any]] = []
        for vendor, listed in calls.items():
            for call in listed:
                by = vendor, call["tenant"]
                masks[by] = mask = masks.get(by) or self._mask(*by)
                found.append(call if secrets else mask.call(call))
        return found

    def _mask(self, vendor: str, name: str) -> Mask:
        mock = self.mocks[vendor]
        credentials = mock.tenant(name).credentials if name in mock else {}
        return Mask(credentials, (each.name for each in mock.contract.credentials))

    def deleted(self) -> dict[str, Any]:
        """How many tenants were deleted, and how many items had been "sent" to them: {"tenants", "sent"}."""
        mocks = self.mocks.values()
        return {"tenants": sum(mock.deleted for mock in mocks), "sent": sum(mock.deleted_totals.sent for mock in mocks)}

    def totals(self) -> Totals:
        """What was sent to all vendors so far, to tenants that are gone included."""
        return sum((mock.totals() for mock in self.mocks.values()), Totals())

    def verdict(self, policy: Policy | None = None, tenants: Collection[str] = ()) -> Verdict:
        """What fails, of the tenants that are named or of all: see `mockservers.core.accounting.verdict`."""
        return judge(gather(self, tenants), policy or Policy())


_MOVES: Mapping[str, Callable[[Tenant, Any], list[Job]]] = {
    "advance": lambda tenant, length: tenant.advance(clock.duration(length)),
    "to": lambda tenant, moment: tenant.advance_to(clock.moment(moment)),
    "to_next": lambda tenant, job: tenant.advance_to_next(job),
    "run_due": lambda tenant, _: tenant.run_due(),
}
"""How a clock is moved. Decided under the tenant's lock, so that no two moves meet."""


def _listed(tenant: Tenant) -> dict[str, Any]:
    try:
        return tenant.to_dict()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are listed
        _log.exception("Tenant %s cannot be read.", tenant.id)
        made = clock.text(tenant.made_at)
        return {
            "id": tenant.id,
            "vendor": tenant.vendor.name,
            "credentials": dict(tenant.credentials),
            "revoked": tenant.revoked,
            "created_at": made,
            "now": made,
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
