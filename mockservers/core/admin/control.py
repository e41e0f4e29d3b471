"""What whoever tests may ask and set: tenants, state, journal, ledger, clock, readings; the rest is `Steering`.

Plain values in, plain JSON values out. The admin API puts HTTP around it; the pytest fixtures call it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.settled import settled_ledger
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.admin.steering import Steering
from mockservers.core.errors import Conflict, MockserversError, UnknownName, UsageError
from mockservers.core.exchange.call import Job
from mockservers.core.tenancy.export import FORMAT, exported, imported
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values import clock, real_time
from mockservers.core.values.json_objects import (
    Check,
    at,
    checked,
    documents,
    listing,
    mapping,
    number,
    text,
    texts,
    truth,
)

_TENANT: Mapping[str, Check] = {
    "vendor": text,
    "credentials": texts,
    "readings": texts,
    "now": clock.moment,
    "id": text,
    "frozen": truth,
    "state": documents,
}
_EXPORT: Mapping[str, Check] = {
    **_TENANT,
    **dict.fromkeys(("serials", "faults", "limits", "webhooks", "account"), mapping),
    **dict.fromkeys(("uploads", "jobs", "rng"), listing),
    **dict.fromkeys(("exchange", "webhooks_made"), number),
    "revoked": truth,
}
"""What the keys of a body are. Whatever else is to be true of a value is checked where it is used."""


class Control(Steering):
    """The mocks of one server, by vendor."""

    def __init__(self, mocks: Mapping[str, Mock], refuse: Callable[[str], float] | None = None) -> None:
        self.mocks = mocks
        self._refuse = refuse

    # -- tenants ------------------------------------------------------------------------------------------------

    def create_tenant(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from {"vendor"} and optionally "credentials", "readings", "now", "id", "frozen", "state".

        Gives {"id", "vendor", "credentials", …}. All or nothing: a wrong reading or state makes no tenant.
        """
        given = checked("a tenant", spec, _TENANT, required=("vendor",))
        mock = self.mock(given["vendor"])
        name = self._free_id(given.get("id"))
        tenant = mock.create(
            credentials=given.get("credentials"),
            name=name,
            readings=given.get("readings"),
            now=given.get("now"),
            frozen=given.get("frozen", False),
            taken=self._taken,
        )
        try:
            tenant.replace_state(given.get("state", {}))
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

    def export(self, name: str) -> dict[str, Any]:
        """A tenant as one JSON document, for `import_tenant`: what it holds, its time, what it is about to do."""
        return exported(self.tenant(name))

    def import_tenant(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from an export, its account empty. "id" and "credentials" may be other ones, or left out."""
        form = _object("an export", given).get("format")
        if form != FORMAT:
            raise UsageError(f"/format: an export has the format {FORMAT!r}, not {form!r}. Export it again.")
        export = checked("an export", given, _EXPORT, required=("vendor", "now", "state"), closed=False)
        mock = self.mock(export["vendor"])
        self._free_id(export.get("id"))
        return imported(mock, given, self._taken).to_dict()

    def tenants(self) -> list[dict[str, Any]]:
        """All tenants, oldest first within a vendor."""
        return [tenant.to_dict() for mock in self.mocks.values() for tenant in mock]

    def delete_tenants(self) -> int:
        """Forget all tenants. Gives how many there were."""
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
        """Put documents in place of the collections that are named. Gives the state."""
        tenant = self.tenant(name)
        tenant.replace_state(documents(_object("state", state)))
        return tenant.state()

    def journal(self, name: str, filters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """{"exchanges": […], "evicted"}. Filters: operation, method, status, path (part), after (number)."""
        tenant = self.tenant(name)
        chosen = filters or {}
        with tenant.lock:
            exchanges = [exchange.to_dict() for exchange in tenant.journal]
        return {"exchanges": list(_filtered(exchanges, chosen)), "evicted": tenant.journal.evicted}

    def ledger(self, name: str, *, silent_only: bool = False, settled: bool = False) -> dict[str, Any]:
        """{"items", "silent", "at_risk", "findings", "evicted", "exchanges", "vendor_title"}, audited "unaccounted".

        "exchanges" is how many there were. `settled`: as it will be once everything planned has run, beside the "now"
        of the tenant, which stays as it is.
        """
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            audited = {"unaccounted": tenant.audit.to_list()} if tenant.audit else {}
            exchanges = tenant.last
            ledger = settled_ledger(tenant) if settled else tenant.ledger.to_dict()
        if silent_only:
            ledger["findings"] = [found for found in ledger["findings"] if found["silent"]]
        return {**ledger, "exchanges": exchanges, "vendor_title": tenant.contract.title, **audited}

    def clock(self, name: str) -> dict[str, Any]:
        """{"now", "due": [{"job", "at"}]}."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.run_due()
            return {"now": clock.text(tenant.clock.now()), "due": _jobs(tenant.due)}

    def move_clock(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Move by {"advance": "P1D"}, {"to": RFC 3339} or {"to_next": "ingest"}; {"run_due": true} stays.

        Gives {"now", "fired": [{"job", "at", "exchange"}]}: what was done on the way.
        """
        tenant = self.tenant(name)
        asked = _object("a move of the clock", given)
        if len(asked) != 1 or not asked.keys() <= _MOVES.keys():
            forms = " or ".join(f'{{"{key}": {example}}}' for key, (example, _) in _MOVES.items())
            raise UsageError(f"Give {forms}.")
        ((key, value),) = asked.items()
        with tenant.lock:
            fired = _MOVES[key][1](tenant, value)
            return {"now": clock.text(tenant.clock.now()), "fired": _jobs(fired)}

    def readings(self, name: str) -> dict[str, str]:
        """{rule: choice} for every rule that has readings."""
        return self.tenant(name).readings

    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]:
        """Choose readings; those that are not named stay. Gives all."""
        tenant = self.tenant(name)
        tenant.set_readings(texts(_object("readings", readings)))
        return tenant.readings

    def webhooks(self, name: str) -> dict[str, Any]:
        """{"url", "signed", "delay", "duplicates", "deliveries": […], "evicted"}."""
        return self.tenant(name).outbox.to_dict()

    def put_webhooks(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Send webhooks from now on as {"url"} says, with "secret", "delay" and "duplicates" if wanted."""
        tenant = self.tenant(name)
        tenant.outbox.subscription = Subscription.of(_object("webhooks", given))
        return tenant.outbox.to_dict()

    # -- the server ---------------------------------------------------------------------------------------------

    def refuse_connections(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse new connections to the whole server, this API's too, {"for": "PT2S"} of real time. Gives {"until"}."""
        asked = _object("a refusal of connections", given)
        if set(asked) != {"for"}:
            raise UsageError('Give {"for": "PT2S"}.')
        if self._refuse is None:
            raise UsageError("Nothing listens here whose connections could be refused.")
        return {"until": clock.text(real_time.now() + timedelta(seconds=at("for", self._refuse, asked["for"])))}

    # -- calls that fit nowhere ---------------------------------------------------------------------------------

    def coverage(self, name: str | None = None) -> dict[str, Any]:
        """{"vendors": [{"vendor", "rules", "exercised", "of", "traceless"}]}: by a tenant, or by all that ever were."""
        if name is None:
            return {"vendors": [mock.coverage() for mock in self.mocks.values()]}
        tenant = self.tenant(name)
        with tenant.lock:
            return {"vendors": [tenant.exercised.to_dict(tenant.contract)]}

    def unauthenticated(self) -> dict[str, Any]:
        """Calls whose credentials select no tenant: {"calls", "evicted", "items": {vendor: counts}}.

        Each call is as a journal has it, beside "vendor", "tenant", "exchange", "method", "path", "status", "rule", and
        why: "cause" is a name, "why" a sentence. Those with no "operation" matched none.
        """
        return {
            "calls": [call for mock in self.mocks.values() for call in mock.unauthenticated()],
            "evicted": sum(mock.strangers.journal.evicted for mock in self.mocks.values()),
            "items": {vendor: mock.strangers.ledger.to_dict([])["items"] for vendor, mock in self.mocks.items()},
        }

    def unmatched(self) -> list[dict[str, Any]]:
        """Calls that match no operation of their vendor, oldest first within a vendor. `rewound` ones do not count."""
        return [call for mock in self.mocks.values() for call in mock.unmatched_calls()]

    def deleted(self) -> dict[str, Any]:
        """How many tenants were deleted, and how many items had been "sent" to them: {"tenants", "sent"}."""
        mocks = self.mocks.values()
        return {"tenants": sum(mock.deleted for mock in mocks), "sent": sum(mock.deleted_sent for mock in mocks)}

    def verdict(self, policy: Policy | None = None, tenants: Collection[str] = ()) -> Verdict:
        """What fails, of the tenants that are named or of all: see `mockservers.core.accounting.verdict`."""
        return judge(gather(self, tenants), policy or Policy())


def _filtered(exchanges: list[dict[str, Any]], filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    known = {"operation", "method", "status", "path", "after"}
    if set(filters) - known:
        raise UnknownName("filter", min(set(filters) - known), known)
    after = filters.get("after", "0")
    if not after.isdecimal():
        raise UsageError(f"after is the number of an exchange, not {after!r}.")
    for exchange in exchanges:
        if (
            exchange["id"] > int(after)
            and filters.get("operation", exchange["operation"]) == exchange["operation"]
            and filters.get("method", exchange["request"]["method"]).upper() == exchange["request"]["method"]
            and filters.get("status", str(exchange["response"]["status"])) == str(exchange["response"]["status"])
            and filters.get("path", "") in exchange["request"]["path"]
        ):
            yield exchange


def _run_due(tenant: Tenant, value: Any) -> list[Job]:
    if value is not True:
        raise UsageError(f"/run_due: it is true, not {value!r}.")
    return tenant.run_due()


_MOVES: Mapping[str, tuple[str, Callable[[Tenant, Any], list[Job]]]] = {
    "advance": ('"P1D"', lambda tenant, value: tenant.advance(at("advance", clock.duration, value))),
    "to": ('"2026-01-16T06:00:00+09:00"', lambda tenant, value: tenant.advance_to(at("to", clock.moment, value))),
    "to_next": ('"ingest"', lambda tenant, value: tenant.advance_to_next(at("to_next", text, value))),
    "run_due": ("true", _run_due),
}
"""How a clock is moved, each with an example. Decided under the tenant's lock, so that no two moves meet."""


def _jobs(jobs: list[Job]) -> list[dict[str, Any]]:
    return [{"job": job.name, "at": clock.text(job.due), "exchange": job.call_id} for job in jobs]


def _object(what: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise UsageError(f"{what} is a JSON object, not {type(given).__name__}.")
    return given
