"""The operations of the admin API on faults, rate limits and checkpoints."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.admin_api import validated
from mockservers.core.tenancy import checkpoints
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import text


class Steering(ABC):
    """A part of `Control`. Arguments and results are JSON values."""

    @abstractmethod
    def tenant(self, name: str) -> Tenant:
        """Return a tenant by its id."""

    # -- faults -------------------------------------------------------------------------------------------------

    def faults(self, name: str) -> dict[str, Any]:
        """{"planned": [{…, "matched", "fired"}], "fired": [{"exchange", "fault", "at"}], "seed"}."""
        tenant = self.tenant(name)
        with tenant.lock:
            return tenant.faults.to_dict()

    def put_faults(self, name: str, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the plan by {"faults": […], "seed"}. Return the result of `faults`."""
        body = validated("putFaults", plan)
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.plan(body)
            return tenant.faults.to_dict()

    def add_fault(self, name: str, fault: Mapping[str, Any]) -> dict[str, Any]:
        """Plan one more fault. Return the result of `faults`."""
        body = validated("addFault", fault)
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.add(body)
            return tenant.faults.to_dict()

    def delete_faults(self, name: str) -> None:
        """Clear the plan. The list of fired faults stays."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.clear()

    # -- rate limits --------------------------------------------------------------------------------------------

    def limits(self, name: str) -> dict[str, Any]:
        """{"mode", "limits": [{"name", "rule", "limit", "per", "operations"}]}."""
        return self.tenant(name).limits.to_dict()

    def put_limits(self, name: str, limits: Mapping[str, Any]) -> dict[str, Any]:
        """Set {"mode": "observe" | "enforce" | "off"}. Return the result of `limits`."""
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
        """Take a checkpoint with {"name"}, or {} for a generated name. Return {"name", "at", "exchange"}."""
        body = validated("takeCheckpoint", checkpoint)
        return checkpoints.take(self.tenant(name), body.get("name", ""))

    def changes(self, name: str, checkpoint: str) -> dict[str, Any]:
        """{collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since a checkpoint."""
        return checkpoints.changes_since(self.tenant(name), checkpoint)

    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]:
        """Go back to a checkpoint. Return {"name", "now", "rewound"}; the last is the number of rewound exchanges."""
        tenant = self.tenant(name)
        rewound = checkpoints.rewind(tenant, checkpoint)
        return {"name": checkpoint, "now": text(tenant.clock.now()), "rewound": rewound}

    def delete_checkpoint(self, name: str, checkpoint: str) -> None:
        """Delete a checkpoint."""
        checkpoints.delete(self.tenant(name), checkpoint)
