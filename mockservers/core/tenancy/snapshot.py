"""A tenant at one moment: the list of its parts, for rewinding and for exports.

The parts that a test sets (planned faults, limits, the URL of webhooks) are exported, but not rewound.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mockservers.core.accounting.ledger import LedgerSnapshot
from mockservers.core.exchange.call import Job
from mockservers.core.faults.planned import Plan
from mockservers.core.state.snapshot import StoreSnapshot
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.value import Value


class Snapshot(Value):
    """A tenant at a moment. `exchange` is the number of its last exchange, `webhooks` the number of its webhooks."""

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
    "frozen": "it never changes",
    "exchange": "numbers of exchanges stay unique",
    "revoked": "the test has set it",
    "plan": "the test has planned it",
    "limits": "the test has set them",
    "subscription": "the test has set it",
}
"""The parts that `Tenant.restore` does not change, with the reasons."""
