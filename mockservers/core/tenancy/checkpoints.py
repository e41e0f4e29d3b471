"""Checkpoints of a tenant: named snapshots, the changes since then, and rewinding.

A rewind restores state, time, planned jobs, readings and the random numbers of faults; `core/tenancy/snapshot.py` has
the list. Journal and ledger keep the later entries, marked as rewound, so that they no longer count. Waiting webhooks
are withdrawn. Planned faults and rate limits belong to the test, and do not change.
"""

from __future__ import annotations

import itertools
from typing import Any

from mockservers.core.errors import Conflict, UnknownName
from mockservers.core.state.diff import Changes, Kind, changes, first_changes
from mockservers.core.tenancy.snapshot import Snapshot
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import text

MOST = 100
"""The most checkpoints of a tenant: each keeps its documents in memory."""


def listed(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the checkpoints as JSON, oldest first. `exchange` is the number of the last exchange before."""
    return [_as_json(name, snapshot) for name, snapshot in list(tenant.checkpoints.items())]


def _as_json(name: str, snapshot: Snapshot) -> dict[str, Any]:
    return {"name": name, "at": text(snapshot.now), "exchange": snapshot.exchange}


def take(tenant: Tenant, name: str = "") -> dict[str, Any]:
    """Take a checkpoint, by default under a generated name. Return it as JSON.

    Conflict if the name is used, or if there are MOST checkpoints.
    """
    with tenant.lock:
        name = name or next(free for n in itertools.count(1) if (free := f"checkpoint-{n}") not in tenant.checkpoints)
        if name in tenant.checkpoints:
            raise Conflict(f"There is a checkpoint {name!r} already. Choose another name, or delete it first.")
        if len(tenant.checkpoints) >= MOST:
            raise Conflict(f"There are {MOST} checkpoints already. Delete some first.")
        tenant.run_due()
        snapshot = tenant.checkpoints[name] = tenant.snapshot()
        return _as_json(name, snapshot)


def find(tenant: Tenant, name: str) -> Snapshot:
    """Return the snapshot with a name. UnknownName if there is none."""
    try:
        return tenant.checkpoints[name]
    except KeyError:
        raise UnknownName("checkpoint", name, tenant.checkpoints) from None


def delete(tenant: Tenant, name: str) -> None:
    """Forget a checkpoint."""
    with tenant.lock:
        find(tenant, name)
        del tenant.checkpoints[name]


def rewind(tenant: Tenant, name: str) -> int:
    """Rewind to a checkpoint, and delete later ones. Return the number of rewound exchanges."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.restore(snapshot)
        names = list(tenant.checkpoints)
        for later in names[names.index(name) + 1 :]:
            del tenant.checkpoints[later]
        return tenant.journal.rewind(snapshot.exchange)


def changes_since(tenant: Tenant, name: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return {collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since a checkpoint."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.run_due()
        return changes(snapshot.store, tenant.store.snapshot(), tenant.vendor.collections, tenant.view())


def first_changes_since(tenant: Tenant, name: str, most: int) -> dict[str, tuple[dict[Kind, int], Changes]]:
    """Return the same with the count of each kind, and at most `most` documents of each."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.run_due()
        return first_changes(snapshot.store, tenant.store.snapshot(), tenant.vendor.collections, tenant.view(), most)
