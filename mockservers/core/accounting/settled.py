"""A tenant's ledger as it will be once everything planned has run, read off a copy: the tenant itself stays as it is.

What a test leaves pending is judged by this: a loss that only tomorrow's ingestion shows is a loss of the test that
sent it.
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
"""Times that jobs may plan further jobs before the copy is taken as it is."""


def settled_ledger(tenant: Tenant) -> dict[str, Any]:
    """The ledger as JSON after all planned jobs, each at its own time. `now` is the tenant's own."""
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
        with suppress(UsageError):  # a job planned beyond the calendar never runs
            copy.advance_to(max(planned[-1].due, copy.clock.now()))
    return {**copy.ledger.to_dict(), "now": text(now)}


def _copied(tenant: Tenant) -> Tenant:
    """The same state, time, plans, readings and ledger; no faults, limits, journal or webhooks."""
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
    # What is shared and never changes is not copied: the contract, and the rules that findings point to.
    shared: list[Any] = [tenant.contract, *tenant.contract.rules.values()]
    return deepcopy(tenant.ledger, {id(each): each for each in shared})
