"""A tenant's ledger after all planned jobs, computed on a copy: the tenant itself does not change.

It judges the pending items of a test: a loss in tomorrow's ingestion belongs to the test that sent the items.
"""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

from mockservers.core.accounting.ledger import Ledger
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import Clock, text

ROUNDS = 1_000
"""The most rounds of jobs that plan further jobs."""


def settled_ledger(tenant: Tenant) -> dict[str, Any]:
    """Return the ledger as JSON after all planned jobs, each at its due time. `now` is the tenant's present time."""
    with tenant.lock:
        now = tenant.clock.now()
        tenant.run_due()
        if not tenant.due:
            return {**tenant.ledger.to_dict(), "now": text(now)}
        copy = _copied(tenant)
    for _ in range(ROUNDS):
        planned = copy.due
        if not planned:
            break
        with suppress(UsageError):  # a job beyond the last moment of a clock never runs
            copy.advance_to(max(planned[-1].due, copy.clock.now()))
    return {**copy.ledger.to_dict(), "now": text(now)}


def _copied(tenant: Tenant) -> Tenant:
    """Return a copy with the state, time, jobs, readings and ledger. It has no faults, limits, journal or webhooks."""
    copy = Tenant(
        tenant.id,
        tenant.vendor,
        tenant.contract,
        tenant.credentials,
        clock=Clock(tenant.clock.now(), frozen=True),
        spool=tenant.store.spool,
    )
    copy.store.restore(tenant.store.snapshot())
    copy.scheduler.replace(tenant.scheduler)
    copy.replace_readings(tenant.chosen_readings)
    copy.ledger = _ledger(tenant)
    return copy


def _ledger(tenant: Tenant) -> Ledger:
    # The contract and its rules never change, so they are shared.
    shared: list[Any] = [tenant.contract, *tenant.contract.rules.values()]
    return deepcopy(tenant.ledger, {id(each): each for each in shared})
