"""Export and import of a tenant: its state, time and plans, but not its history.

Journal, ledger and checkpoints are not exported. The export has the reported losses of pending items, since they decide
whether a later loss is silent. Lines of uploads are exported as the documents that the vendor keeps. The fields of
`Snapshot` are the parts of a tenant: each has a writer below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mockservers.core.errors import InsufficientStorage, UsageError
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Receive
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.state.store import digested
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.snapshot import Snapshot
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values import clock

FORMAT = "mockservers.tenant/1"


def exported(tenant: Tenant, *, secrets: bool) -> dict[str, Any]:
    """Return the tenant as JSON. Without `secrets`, it has neither credentials nor the secret that signs webhooks."""
    with tenant.lock:
        tenant.run_due()
        snapshot = tenant.snapshot()
        export: dict[str, Any] = {
            "format": FORMAT,
            "vendor": tenant.vendor.name,
            "id": tenant.id,
            "credentials": dict(tenant.credentials),
        }
        for write in WRITTEN.values():
            export |= write(tenant, snapshot)
    if not secrets:
        del export["credentials"], export["webhooks"]["secret"]
    return export


def _store(tenant: Tenant, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "state": _state(tenant),
        "serials": dict(snapshot.store.serials),
        "uploads": [_upload(tenant, waiting) for waiting in snapshot.store.received.values()],
    }


def _state(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    view = tenant.view()
    documents: dict[str, list[dict[str, Any]]] = {}
    for name, collection_type in tenant.vendor.collections.items():
        show = collection_type.render if collection_type.content else None
        documents[name] = [show(document, view) if show else document for document in tenant.store.each(name)]
    return documents


def _upload(tenant: Tenant, waiting: Receive) -> dict[str, Any]:
    digest = waiting.digest
    show, view = tenant.vendor.collections[waiting.collection].render, tenant.view()
    documents = Lines().with_taken(digest, range(len(digest))).documents()
    return {
        "upload": waiting.upload,
        "collection": waiting.collection,
        "lines": [
            [line, show(document, view) if show else document]
            for line, document in zip(sorted(digest.lines), documents, strict=True)
        ],
        "items": digest.items,
    }


def _job(job: Job) -> dict[str, Any]:
    return {"job": job.name, "at": _moment(job.due), "exchange": job.call_id, "payload": dict(job.payload)}


def _moment(moment: datetime) -> str:
    """Format a moment, to the microsecond if needed."""
    text = clock.text(moment)
    return text if clock.moment(text) == moment else moment.isoformat()


WRITTEN: Mapping[str, Callable[[Tenant, Snapshot], dict[str, Any]]] = {
    "now": lambda _, now: {"now": _moment(now.now)},
    "frozen": lambda _, now: {"frozen": now.frozen},
    "revoked": lambda _, now: {"revoked": now.revoked},
    "readings": lambda _, now: {"readings": dict(now.readings)},
    "exchange": lambda _, now: {"exchange": now.exchange},
    "store": _store,
    "jobs": lambda _, now: {"jobs": [_job(job) for job in now.jobs]},
    "plan": lambda _, now: {"faults": now.plan.exported()},
    "rng": lambda _, now: {"rng": now.rng},
    "limits": lambda _, now: {"limits": {"mode": now.limits}},
    "subscription": lambda _, now: {"webhooks": now.subscription.exported()},
    "webhooks": lambda _, now: {"webhooks_made": now.webhooks},
    "ledger": lambda _, now: {"account": now.ledger.exported()},
}
"""The writer of each field of a snapshot."""


def imported(mock: Mock, export: Mapping[str, Any], taken: Callable[[str], bool]) -> Tenant:
    """Create a tenant from an export. UsageError if it is damaged, Conflict if the tenant exists already.

    The admin API's schema `Export` has validated it. A missing `id` or missing `credentials` are generated; a generated
    name is never `taken`.
    """
    tenant = mock.create(
        credentials=export.get("credentials"),
        name=export.get("id"),
        readings=export.get("readings"),
        now=clock.moment(export.get("now")),
        frozen=export.get("frozen") is True,
        taken=taken,
    )
    try:
        _fill(tenant, export)
    except (UsageError, InsufficientStorage):
        mock.delete(tenant.id)
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        mock.delete(tenant.id)
        raise UsageError(
            f"This is not an export of a tenant: {error!r} is missing or invalid. Export it again."
        ) from None
    return tenant


def _fill(tenant: Tenant, export: Mapping[str, Any]) -> None:
    jobs = [
        Job(_known(spec["job"], tenant.vendor.jobs), clock.moment(spec["at"]), int(spec["exchange"]), spec["payload"])
        for spec in export.get("jobs", ())
    ]
    received = [_received(tenant, spec) for spec in export.get("uploads", ())]
    serials = {_known(name, tenant.vendor.collections): int(last) for name, last in export["serials"].items()}
    last = int(export.get("exchange", 0))
    with tenant.lock:
        tenant.store.load(export["state"], serials, received, tenant.clock.now())
        tenant.scheduler.replace(jobs)
        tenant.faults.load(export.get("faults", {"faults": []}))
        tenant.faults.restore_rng(_rng(export.get("rng")))
        tenant.limits.set_mode(export.get("limits", {}).get("mode", tenant.limits.mode))
        tenant.outbox.subscription = Subscription.of(export.get("webhooks", {"url": None}))
        tenant.outbox.made = int(export.get("webhooks_made", 0))
        tenant.ledger.load(
            export.get("account", {"open": (), "provisional": (), "reported": ()}), last, tenant.clock.now()
        )
        tenant.last = last
        tenant.revoked = export.get("revoked") is True


def _rng(state: Any) -> tuple[Any, ...] | None:
    if state is None:
        return None
    version, numbers, gauss = state
    return version, tuple(numbers), gauss


def _received(tenant: Tenant, spec: Mapping[str, Any]) -> Receive:
    collection_type = tenant.vendor.collections[_known(spec["collection"], tenant.vendor.collections)]
    lines = ((int(line), document) for line, document in spec["lines"])
    digest: Digest = digested(lines, collection_type, tenant.contract, tenant.store.spool)
    digest.items = int(spec["items"])
    return Receive(str(spec["upload"]), digest, spec["collection"])


def _known(name: Any, names: Mapping[str, Any]) -> str:
    if not isinstance(name, str) or name not in names:
        raise KeyError(name)
    return name
