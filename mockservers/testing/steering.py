"""The controls with which a test changes how its tenant behaves: faults, rate limits, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from mockservers.core.accounting.evidence import unfired
from mockservers.core.values.clock import length


class Steers(Protocol):
    """The calls of `mockservers.core.admin.control.Control` that these controls need."""

    def faults(self, name: str) -> dict[str, Any]: ...
    def put_faults(self, name: str, plan: Mapping[str, Any]) -> dict[str, Any]: ...
    def add_fault(self, name: str, fault: Mapping[str, Any]) -> dict[str, Any]: ...
    def delete_faults(self, name: str) -> None: ...
    def limits(self, name: str) -> dict[str, Any]: ...
    def put_limits(self, name: str, limits: Mapping[str, Any]) -> dict[str, Any]: ...
    def checkpoints(self, name: str) -> list[dict[str, Any]]: ...
    def checkpoint(self, name: str, checkpoint: Mapping[str, Any]) -> dict[str, Any]: ...
    def changes(self, name: str, checkpoint: str) -> dict[str, Any]: ...
    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]: ...
    def delete_checkpoint(self, name: str, checkpoint: str) -> None: ...
    def export(self, name: str, *, secrets: bool = False) -> dict[str, Any]: ...


class Faults:
    """The planned faults, with the names of `mockservers.core.faults.kinds` and of the vendor's error responses.

    If a planned fault never fires, the test fails, because it did not test the fault.
    """

    def __init__(self, controls: Steers, name: str) -> None:
        self._controls, self._name = controls, name

    def plan(self, effect: str, **parameters: Any) -> None:
        """Plan a fault: `plan("unavailable", operation="importOrders", nth=2)`, `plan("delay", delay="PT1S")`.

        `operation`, `nth`, `count` and `rate` select the calls; the others are parameters of the fault. Durations are
        ISO 8601 text or a timedelta.
        """
        self._controls.add_fault(self._name, _spec({"effect": effect, **parameters}))

    def replace(self, faults: Sequence[Mapping[str, Any]], *, seed: int = 0) -> None:
        """Replace the planned faults. If one is invalid, nothing changes. `seed` makes rates and jitters repeatable."""
        self._controls.put_faults(self._name, {"faults": [_spec(spec) for spec in faults], "seed": seed})

    def clear(self) -> None:
        """Remove all planned faults."""
        self._controls.delete_faults(self._name)

    @property
    def planned(self) -> list[dict[str, Any]]:
        """The planned faults, each with the number of calls that it `matched` and how often it `fired`."""
        planned: list[dict[str, Any]] = self._controls.faults(self._name)["planned"]
        return planned

    @property
    def fired(self) -> list[dict[str, Any]]:
        """The faults that fired: [{"exchange", "fault", "at"}], oldest first."""
        fired: list[dict[str, Any]] = self._controls.faults(self._name)["fired"]
        return fired

    @property
    def unfired(self) -> list[str]:
        """One line for each planned fault that never fired. A fault with a rate needs only a call that it matched."""
        return unfired(self.planned)


class Limits:
    """The vendor's rate limits: `mode` is `observe`, `enforce` or `off`."""

    def __init__(self, controls: Steers, name: str) -> None:
        self._controls, self._name = controls, name

    @property
    def mode(self) -> str:
        """observe: an at-risk finding per window; enforce: also the vendor's 429; off: nothing."""
        return str(self._controls.limits(self._name)["mode"])

    @mode.setter
    def mode(self, mode: str) -> None:
        self._controls.put_limits(self._name, {"mode": mode})

    @property
    def declared(self) -> list[dict[str, Any]]:
        """The vendor's limits: [{"name", "rule", "limit", "per", "operations"}]."""
        declared: list[dict[str, Any]] = self._controls.limits(self._name)["limits"]
        return declared


class Checkpoint:
    """A saved state of a tenant, with its `name`."""

    def __init__(self, controls: Steers, tenant: str, name: str) -> None:
        self._controls, self._tenant, self.name = controls, tenant, name

    @property
    def changes(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """{collection: {"added", "removed": [documents], "changed": [{"before", "after"}]}} since then."""
        return self._controls.changes(self._tenant, self.name)

    def rewind(self) -> int:
        """Restore this state, as often as you want. Return the number of exchanges that this undoes."""
        return int(self._controls.rewind(self._tenant, self.name)["rewound"])

    def delete(self) -> None:
        """Delete the checkpoint."""
        self._controls.delete_checkpoint(self._tenant, self.name)

    def __repr__(self) -> str:
        return f"<Checkpoint {self.name!r} of {self._tenant}>"


def _spec(fault: Mapping[str, Any]) -> dict[str, Any]:
    return {key: length(value) if isinstance(value, timedelta) else value for key, value in fault.items()}
