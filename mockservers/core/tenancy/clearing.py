"""The account of a tenant, cleared: an empty journal or ledger, while the state and the planned jobs stay."""

from __future__ import annotations

from mockservers.core.accounting.ledger import Ledger
from mockservers.core.errors import Conflict
from mockservers.core.tenancy.tenant import Tenant


def clear_journal(tenant: Tenant) -> None:
    """Forget the requests and responses so far."""
    with tenant.lock:
        tenant.journal.clear()


def clear_ledger(tenant: Tenant) -> None:
    """Forget the findings and counts so far. Conflict if there are checkpoints, which could not be restored then.

    Items that are pending still lead to findings when they are lost, but they are not counted as sent again.
    """
    with tenant.lock:
        tenant.run_due()
        if tenant.checkpoints:
            raise Conflict(
                f"Tenant {tenant.id!r} has checkpoints, which go back to earlier counts. Fix: delete the checkpoints "
                f"first: {', '.join(tenant.checkpoints)}."
            )
        account = tenant.ledger.snapshot().exported()
        tenant.ledger = Ledger(tenant.contract)
        tenant.ledger.load(account, tenant.last, tenant.clock.now())
