"""All that a tenant is at one moment: the one list by which it is rewound, and by which it is exported.

What belongs to whoever tests, faults that are planned, limits, where webhooks go, is exported and not rewound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockservers.core.accounting.ledger import Mark
from mockservers.core.exchange.call import Job
from mockservers.core.faults.planned import Plan
from mockservers.core.state.snapshot import Held
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tenant at a moment. `exchange` is the number of its last one, `webhooks` how many there were."""

    now: datetime
    standing: bool
    exchange: int
    revoked: bool
    held: Held
    jobs: tuple[Job, ...]
    readings: Mapping[str, str]
    plan: Plan
    dice: tuple[Any, ...] | None
    limits: str
    subscription: Subscription
    webhooks: int
    mark: Mark

    @classmethod
    def of(cls, tenant: Tenant) -> Snapshot:
        """What it is now. Its lock is held, and what is due has been done."""
        return cls(
            now=tenant.clock.now(),
            standing=tenant.clock.standing,
            exchange=tenant.last,
            revoked=tenant.revoked,
            held=tenant.store.held(),
            jobs=tuple(tenant.agenda),
            readings=tenant.chosen_readings,
            plan=tenant.faults.plan_now,
            dice=tenant.faults.thrown,
            limits=tenant.limits.mode,
            subscription=tenant.outbox.to,
            webhooks=tenant.outbox.made,
            mark=tenant.ledger.mark(),
        )

    def restore(self, tenant: Tenant) -> None:
        """Take a tenant back to the moment. What came after it no longer counts; `STAYS` says what is left as it is."""
        tenant.clock.rewind(self.now)
        tenant.store.restore(self.held)
        tenant.agenda.replace(self.jobs)
        tenant.replace_readings(self.readings)
        tenant.faults.throw_again(self.dice)
        tenant.outbox.withdraw(self.webhooks)
        tenant.ledger.rewind(self.mark)
        if tenant.audit:
            tenant.audit.forget()


STAYS: Mapping[str, str] = {
    "standing": "nothing changes it",
    "exchange": "numbers are not given out twice",
    "revoked": "whoever tests has done it",
    "plan": "whoever tests has planned it",
    "limits": "whoever tests has set them",
    "subscription": "whoever tests has made it",
}
"""What a rewind leaves as it is, and why."""
