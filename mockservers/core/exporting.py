"""A tenant as one file, and a tenant from one: what it holds and is about to do, not what was done to it.

The account starts anew: journal, ledger and checkpoints stay where they are. Lines of uploads travel as the documents
that the vendor keeps of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core import clock
from mockservers.core.call import Job
from mockservers.core.decision import Receive
from mockservers.core.errors import NoRoom, UsageError
from mockservers.core.mock import Mock
from mockservers.core.spool import Digest, Lines
from mockservers.core.store import digested
from mockservers.core.tenant import Tenant

FORMAT = "mockservers.tenant/1"


def exported(tenant: Tenant) -> dict[str, Any]:
    """The tenant as JSON."""
    with tenant.lock:
        tenant.run_due()
        faults = tenant.faults.shown()
        return {
            "format": FORMAT,
            "vendor": tenant.vendor.name,
            "id": tenant.id,
            "credentials": dict(tenant.credentials),
            "now": clock.text(tenant.clock.now()),
            "standing": tenant.clock.standing,
            "readings": tenant.chosen_readings,
            "exchange": tenant.last,
            "state": _state(tenant),
            "serials": dict(tenant.store.held().serials),
            "uploads": [_upload(tenant, waiting) for waiting in tenant.store.held().received.values()],
            "jobs": [_job(job) for job in tenant.agenda],
            "faults": {"faults": tenant.faults.specs, "seed": faults["seed"]},
            "limits": {"mode": tenant.limits.mode},
        }


def _state(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    view = tenant.view()
    found: dict[str, list[dict[str, Any]]] = {}
    for name, about in tenant.vendor.collections.items():
        show = about.shown if about.content else None
        found[name] = [show(document, view) if show else document for document in tenant.store.each(name)]
    return found


def _upload(tenant: Tenant, waiting: Receive) -> dict[str, Any]:
    digest = waiting.digest
    show, view = tenant.vendor.collections[waiting.collection].shown, tenant.view()
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
    return {"job": job.name, "at": clock.text(job.due), "exchange": job.call_id, "payload": dict(job.payload)}


def imported(mock: Mock, given: Mapping[str, Any], taken: Callable[[str], bool]) -> Tenant:
    """A tenant from what `exported` gave, or none at all: UsageError when it is damaged, Conflict when it is there.

    Without an `id` or `credentials` (or with null) they are made up; no name is made up that is `taken`.
    """
    tenant = mock.create(
        credentials=given.get("credentials"),
        name=given.get("id"),
        readings=given.get("readings"),
        now=clock.moment(given.get("now")),
        standing=given.get("standing") is True,
        taken=taken,
    )
    try:
        _fill(tenant, given)
    except (UsageError, NoRoom):
        mock.delete(tenant.id)
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
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
    with tenant.lock:
        tenant.store.load(given["state"], serials, received, tenant.clock.now())
        tenant.agenda.replace(jobs)
        tenant.faults.plan(given.get("faults", {"faults": []}))
        tenant.limits.set_mode(given.get("limits", {}).get("mode", tenant.limits.mode))
        tenant.last = int(given.get("exchange", 0))


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
