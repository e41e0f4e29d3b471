"""What a tenant, a vendor or a whole server was sent: sums that stay when tenants go."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from mockservers.core.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts. `calls` are all calls, those that reached no tenant or no operation included."""

    calls: int = 0
    sent: int = 0
    silent: int = 0
    pending: int = 0
    unauthenticated: int = 0
    unmatched: int = 0

    @classmethod
    def of(cls, tenant: Tenant) -> Totals:
        """What a tenant was sent."""
        items = tenant.ledger.items
        return cls(tenant.last, items["sent"], tenant.ledger.silent, items["pending"], 0, tenant.unmatched)

    @classmethod
    def of_nobody(cls, nobody: Tenant) -> Totals:
        """What reached no tenant: its items are nobody's."""
        return cls(nobody.last, unauthenticated=nobody.last - nobody.unmatched, unmatched=nobody.unmatched)

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
        """The counts by their names."""
        return asdict(self)
