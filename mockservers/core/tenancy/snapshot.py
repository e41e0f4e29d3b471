"""All that a tenant is at one moment: the one list by which it is rewound, and by which it is exported.

What belongs to whoever tests, faults that are planned, limits, where webhooks go, is exported and not rewound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockservers.core.accounting.ledger import LedgerSnapshot
from mockservers.core.exchange.call import Job
from mockservers.core.faults.planned import Plan
from mockservers.core.state.snapshot import StoreSnapshot
from mockservers.core.tenancy.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tenant at a moment. `exchange` is the number of its last one, `webhooks` how many there were."""

    now: datetime
    frozen: bool
    exchange: int
    revoked: bool
    store: StoreSnapshot
    jobs: tuple[Job, ...]
    readings: Mapping[str, str]
    plan: Plan
    rng: tuple[Any, ...] | None
    limits: str
    subscription: Subscription
    webhooks: int
    ledger: LedgerSnapshot


STAYS: Mapping[str, str] = {
    "frozen": "nothing changes it",
    "exchange": "numbers are not given out twice",
    "revoked": "whoever tests has done it",
    "plan": "whoever tests has planned it",
    "limits": "whoever tests has set them",
    "subscription": "whoever tests has made it",
}
"""What `Tenant.restore` leaves as it is, and why."""
