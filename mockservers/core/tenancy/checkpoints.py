"""Checkpoints of a tenant: a moment kept under a name, what changed since, and the way back.

State, time, planned jobs, readings and the random numbers of faults go back, as `core/tenancy/snapshot.py` lists them.
Journal and ledger stay; what came after the moment is marked rewound there, and no longer counts; webhooks that still
wait are withdrawn. Planned faults and rate limits are whoever tests' own, and stay as they are.
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
"""Checkpoints that a tenant may have at once: each keeps what was held from being forgotten."""


def listed(tenant: Tenant) -> list[dict[str, Any]]:
    """The checkpoints as JSON, oldest first. `exchange` is the number of the last exchange before the moment."""
    return [_as_json(name, snapshot) for name, snapshot in list(tenant.checkpoints.items())]


def _as_json(name: str, snapshot: Snapshot) -> dict[str, Any]:
    return {"name": name, "at": text(snapshot.now), "exchange": snapshot.exchange}


def take(tenant: Tenant, name: str = "") -> dict[str, Any]:
    """Keep this moment under a name, made up where none is given. Return the checkpoint as JSON.

    Conflict when the name is taken, or there are as many as there may be.
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
    """The snapshot under a name. UnknownName when there is none."""
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
    """Go back to a checkpoint, as often as you like; later ones are forgotten. Return how many exchanges it undoes."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.restore(snapshot)
        names = list(tenant.checkpoints)
        for later in names[names.index(name) + 1 :]:
            del tenant.checkpoints[later]
        return tenant.journal.rewind(snapshot.exchange)


def changes_since(tenant: Tenant, name: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """{collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since a checkpoint."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.run_due()
        return changes(snapshot.store, tenant.store.snapshot(), tenant.vendor.collections, tenant.view())


def first_changes_since(tenant: Tenant, name: str, most: int) -> dict[str, tuple[dict[Kind, int], Changes]]:
    """The same with how many they are of each kind, and no more than `most` of each."""
    with tenant.lock:
        snapshot = find(tenant, name)
        tenant.run_due()
        return first_changes(snapshot.store, tenant.store.snapshot(), tenant.vendor.collections, tenant.view(), most)
