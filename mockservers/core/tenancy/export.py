"""A tenant as one file, and a tenant from one: what it holds and is about to do, not what was done to it.

The account starts anew: journal, ledger and checkpoints stay where they are. What replies reported of items that are
still pending goes along, since a later loss of them is silent or not by that. Lines of uploads travel as the documents
that the vendor keeps of them. What there is of a tenant is `Snapshot`: each of its fields is written below.
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
    """The tenant as JSON, what it can authenticate and sign with left out where no `secrets` are asked for."""
    with tenant.lock:
        tenant.run_due()
        snapshot = tenant.snapshot()
        about: dict[str, Any] = {
            "format": FORMAT,
            "vendor": tenant.vendor.name,
            "id": tenant.id,
            "credentials": dict(tenant.credentials),
        }
        for write in WRITTEN.values():
            about |= write(tenant, snapshot)
    if not secrets:
        del about["credentials"], about["webhooks"]["secret"]
    return about


def _store(tenant: Tenant, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "state": _state(tenant),
        "serials": dict(snapshot.store.serials),
        "uploads": [_upload(tenant, waiting) for waiting in snapshot.store.received.values()],
    }


def _state(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    view = tenant.view()
    found: dict[str, list[dict[str, Any]]] = {}
    for name, about in tenant.vendor.collections.items():
        show = about.render if about.content else None
        found[name] = [show(document, view) if show else document for document in tenant.store.each(name)]
    return found


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
    """A moment to the microsecond, in the usual form where that is exact."""
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
"""Each field of a snapshot, as it is in the file."""


def imported(mock: Mock, given: Mapping[str, Any], taken: Callable[[str], bool]) -> Tenant:
    """A tenant from what `exported` gave, or none at all: UsageError when it is damaged, Conflict when it is there.

    It has been validated by the admin API's schema `Export`. Without an `id` or `credentials` they are made up; no
    name is made up that is `taken`.
    """
    tenant = mock.create(
        credentials=given.get("credentials"),
        name=given.get("id"),
        readings=given.get("readings"),
        now=clock.moment(given.get("now")),
        frozen=given.get("frozen") is True,
        taken=taken,
    )
    try:
        _fill(tenant, given)
    except (UsageError, InsufficientStorage):
        mock.delete(tenant.id)
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        mock.delete(tenant.id)
        raise UsageError(f"This is no export of a tenant: {error!r} is missing or wrong. Export it again.") from None
    return tenant


def _fill(tenant: Tenant, given: Mapping[str, Any]) -> None:
    jobs = [
        Job(_known(spec["job"], tenant.vendor.jobs), clock.moment(spec["at"]), int(spec["exchange"]), spec["payload"])
        for spec in given.get("jobs", ())
    ]
    received = [_received(tenant, spec) for spec in given.get("uploads", ())]
    serials = {_known(name, tenant.vendor.collections): int(last) for name, last in given["serials"].items()}
    last = int(given.get("exchange", 0))
    with tenant.lock:
        tenant.store.load(given["state"], serials, received, tenant.clock.now())
        tenant.scheduler.replace(jobs)
        tenant.faults.load(given.get("faults", {"faults": []}))
        tenant.faults.restore_rng(_rng(given.get("rng")))
        tenant.limits.set_mode(given.get("limits", {}).get("mode", tenant.limits.mode))
        tenant.outbox.subscription = Subscription.of(given.get("webhooks", {"url": None}))
        tenant.outbox.made = int(given.get("webhooks_made", 0))
        tenant.ledger.load(
            given.get("account", {"open": (), "provisional": (), "reported": ()}), last, tenant.clock.now()
        )
        tenant.last = last
        tenant.revoked = given.get("revoked") is True


def _rng(given: Any) -> tuple[Any, ...] | None:
    if given is None:
        return None
    version, numbers, gauss = given
    return version, tuple(numbers), gauss


def _received(tenant: Tenant, spec: Mapping[str, Any]) -> Receive:
    about = tenant.vendor.collections[_known(spec["collection"], tenant.vendor.collections)]
    lines = ((int(line), document) for line, document in spec["lines"])
    digest: Digest = digested(lines, about, tenant.contract, tenant.store.spool)
    digest.items = int(spec["items"])
    return Receive(str(spec["upload"]), digest, spec["collection"])


def _known(name: Any, names: Mapping[str, Any]) -> str:
    if not isinstance(name, str) or name not in names:
        raise KeyError(name)
    return name
