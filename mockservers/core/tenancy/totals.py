"""Totals of a tenant, a vendor or a server, which include deleted tenants."""

from __future__ import annotations

from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.value import Value, asdict


class Totals(Value):
    """Counts. `calls` are all calls, including those that reached no tenant or no operation."""

    calls: int = 0
    sent: int = 0
    silent: int = 0
    pending: int = 0
    unauthenticated: int = 0
    unmatched: int = 0

    @classmethod
    def of(cls, tenant: Tenant) -> Totals:
        """Return the totals of a tenant."""
        items = tenant.ledger.items
        return cls(tenant.last, items["sent"], tenant.ledger.silent, items["pending"], 0, tenant.unmatched)

    @classmethod
    def of_unauthenticated(cls, unauthenticated_calls: Tenant) -> Totals:
        """Return the totals of the calls that reached no tenant."""
        return cls(
            unauthenticated_calls.last,
            unauthenticated=unauthenticated_calls.last - unauthenticated_calls.unmatched,
            unmatched=unauthenticated_calls.unmatched,
        )

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.calls + other.calls,
            self.sent + other.sent,
            self.silent + other.silent,
            self.pending + other.pending,
            self.unauthenticated + other.unauthenticated,
            self.unmatched + other.unmatched,
        )

    def to_dict(self) -> dict[str, int]:
        """Return the counts by their names."""
        return asdict(self)
