"""What whoever tests may do to the outcome of one tenant: plan faults, set limits, keep checkpoints and go back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.tenancy import checkpoints
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import text
from mockservers.core.values.json_objects import at

_NAME_MOST = 100


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

    def put_faults(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the plan by {"faults": […]}, with "seed" for its random numbers. Return what `faults` does."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.plan(given)
            return tenant.faults.to_dict()

    def add_fault(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Plan one more. Gives what `faults` does."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.add(given)
            return tenant.faults.to_dict()

    def delete_faults(self, name: str) -> None:
        """Plan none. What has fired stays told."""
        tenant = self.tenant(name)
        with tenant.lock:
            tenant.faults.clear()

    # -- rate limits --------------------------------------------------------------------------------------------

    def limits(self, name: str) -> dict[str, Any]:
        """{"mode", "limits": [{"name", "rule", "limit", "per", "operations"}]}."""
        return self.tenant(name).limits.to_dict()

    def put_limits(self, name: str, given: Any) -> dict[str, Any]:
        """Set {"mode": "observe" | "enforce" | "off"}. Gives what `limits` does."""
        tenant = self.tenant(name)
        if not isinstance(given, Mapping) or set(given) != {"mode"}:
            raise UsageError('Give {"mode": "observe"}, {"mode": "enforce"} or {"mode": "off"}.')
        with tenant.lock:
            at("mode", tenant.limits.set_mode, given["mode"])
            return tenant.limits.to_dict()

    # -- checkpoints --------------------------------------------------------------------------------------------

    def checkpoints(self, name: str) -> list[dict[str, Any]]:
        """[{"name", "at", "exchange"}], oldest first."""
        return checkpoints.listed(self.tenant(name))

    def checkpoint(self, name: str, given: Any) -> dict[str, Any]:
        """Keep this moment under {"name"}, or {} for the next free name. Gives {"name", "at", "exchange"}."""
        tenant = self.tenant(name)
        if isinstance(given, Mapping) and not given:
            return checkpoints.take(tenant)
        wanted = given.get("name") if isinstance(given, Mapping) and set(given) == {"name"} else None
        if not isinstance(wanted, str) or not 0 < len(wanted) <= _NAME_MOST or "/" in wanted:
            raise UsageError(f'/name: give {{"name": "before-it"}}: up to {_NAME_MOST} characters, and no slash.')
        return checkpoints.take(tenant, wanted)

    def changes(self, name: str, checkpoint: str) -> dict[str, Any]:
        """{collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since a checkpoint."""
        return checkpoints.changes_since(self.tenant(name), checkpoint)

    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]:
        """Go back to a checkpoint. Gives {"name", "now", "rewound"}: how many exchanges were taken back."""
        tenant = self.tenant(name)
        rewound = checkpoints.rewind(tenant, checkpoint)
        return {"name": checkpoint, "now": text(tenant.clock.now()), "rewound": rewound}

    def delete_checkpoint(self, name: str, checkpoint: str) -> None:
        """Forget a checkpoint."""
        checkpoints.delete(self.tenant(name), checkpoint)
