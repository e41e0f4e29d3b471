"""Seeded tenants: the demo tenants that every README example uses, and those of a user's folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockservers.core.contracts import data_directory
from mockservers.core.errors import UsageError
from mockservers.core.mock import Mock
from mockservers.core.tenant import Tenant


def demo(name: str) -> dict[str, Any]:
    """The demo tenant of a vendor, as the fixtures have it."""
    path = data_directory("fixtures") / "demo" / f"{name}.json"
    spec: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return spec


def seed_demo(mock: Mock) -> Tenant:
    """Give a mock its demo tenant."""
    return seed(mock, demo(mock.vendor.name))


def seed(mock: Mock, spec: dict[str, Any]) -> Tenant:
    """A tenant from `{"id", "vendor", "credentials", "readings", "state"}`."""
    tenant = mock.create(credentials=spec["credentials"], name=spec.get("id"), readings=spec.get("readings"))
    tenant.replace_state(spec.get("state", {}))
    return tenant


def read_seeds(directory: Path) -> list[dict[str, Any]]:
    """The seeds in the `*.json` files of a folder. UsageError for a file that is none."""
    found: list[dict[str, Any]] = []
    for path in sorted(directory.glob("*.json")):
        try:
            spec = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}.") from None
        if not isinstance(spec, dict) or not {"vendor", "credentials"} <= spec.keys():
            raise UsageError(f'{path} is no seed. Give {{"vendor": …, "credentials": {{…}}, "state": {{…}}}}.')
        found.append(spec)
    return found
