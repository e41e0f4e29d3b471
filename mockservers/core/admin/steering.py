"""What whoever tests may do to the outcome of one tenant: plan faults, set limits, keep checkpoints and go back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.admin_api import validated
from mockservers.core.tenancy import checkpoints
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import text


class Steering(ABC):
    """A part of `Control`. Plain values in, plain JSON values out."""

    @abstractmethod
    def tenant(self, name: str) -> Tenant:
        """A tenant by its id."""

    # -- faults -------------------------------------------------------------------------------------------------

    def faults(self, name: str) -> dict[str, Any]:
        """{"planned": [{…, "matched", "fired"}], "fired": [{"exchange", "fault", "at"}], "seed"}."""
        tenant = self.tenant(name)
        with tenant.lock:
            return tenant.faults.to_dict()

    def put_faults(self, name: str, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Replace what was planned by {"faults": […], "seed"}. Return what `faults` does."""
        given = validated("putFaults", plan)
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.plan(given)
            return tenant.faults.to_dict()

    def add_fault(self, name: str, fault: Mapping[str, Any]) -> dict[str, Any]:
        """Plan one more. Return what `faults` does."""
        given = validated("addFault", fault)
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.add(given)
            return tenant.faults.to_dict()

    def delete_faults(self, name: str) -> None:
        """Plan none. What has fired stays listed."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.clear()

    # -- rate limits --------------------------------------------------------------------------------------------

    def limits(self, name: str) -> dict[str, Any]:
        """{"mode", "limits": [{"name", "rule", "limit", "per", "operations"}]}."""
        return self.tenant(name).limits.to_dict()

    def put_limits(self, name: str, limits: Mapping[str, Any]) -> dict[str, Any]:
        """Set {"mode": "observe" | "enforce" | "off"}. Return what `limits` does."""
        mode = validated("putLimits", limits)["mode"]
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.limits.set_mode(mode)
            return tenant.limits.to_dict()

    # -- checkpoints --------------------------------------------------------------------------------------------

    def checkpoints(self, name: str) -> list[dict[str, Any]]:
        """[{"name", "at", "exchange"}], oldest first."""
        return checkpoints.listed(self.tenant(name))

    def checkpoint(self, name: str, checkpoint: Mapping[str, Any]) -> dict[str, Any]:
        """Keep this moment under {"name"}, or {} for the next free name. Return {"name", "at", "exchange"}."""
        given = validated("takeCheckpoint", checkpoint)
        return checkpoints.take(self.tenant(name), given.get("name", ""))

    def changes(self, name: str, checkpoint: str) -> dict[str, Any]:
        """{collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since a checkpoint."""
        return checkpoints.changes_since(self.tenant(name), checkpoint)

    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]:
        """Go back to a checkpoint. Return {"name", "now", "rewound"}: how many exchanges were taken back."""
        tenant = self.tenant(name)
        rewound = checkpoints.rewind(tenant, checkpoint)
        return {"name": checkpoint, "now": text(tenant.clock.now()), "rewound": rewound}

    def delete_checkpoint(self, name: str, checkpoint: str) -> None:
        """Forget a checkpoint."""
        checkpoints.delete(self.tenant(name), checkpoint)
