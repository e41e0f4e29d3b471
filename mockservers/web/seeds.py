"""Seeded tenants: the demo tenants of the documentation's examples, and those of a user's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.edited_files import naming_edited
from mockservers.core.errors import ContractError, UsageError
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import NotJson, loads

_NAMED = 5
_FORM = 'Give {"vendor": …, "credentials": {…}, "state": {…}}.'


def demo(contract: Contract) -> dict[str, Any]:
    """Return the body of `POST /__admin/tenants` for a vendor's demo tenant."""
    tenant = contract.demo
    return {
        "vendor": contract.vendor,
        "id": f"demo-{contract.vendor}",
        "credentials": tenant.credentials,
        "state": tenant.state,
    }


def seed_demo(mock: Mock) -> Tenant:
    """Create a mock's demo tenant."""
    control = Control({mock.vendor.name: mock})
    try:
        return control.tenant(control.create_tenant(demo(mock.contract))["id"])
    except UsageError as error:
        reason = str(error).rstrip(".")
        with naming_edited(mock.vendor.name, mock.contract.edited):
            raise ContractError(
                f"{mock.vendor.name}/vendor.yaml", "/demo/state", reason, "Fix: correct the state."
            ) from None


def seed_folder(control: Control, directory: Path) -> None:
    """Create a tenant from each `*.json` file of a folder: a body of `POST /__admin/tenants`, or an exported tenant.

    UsageError, with the file's name, for any other file; UsageError for a folder without one.
    """
    paths = sorted(directory.glob("*.json"))
    if not paths:
        names = [path.name for path in sorted(directory.iterdir()) if not path.name.startswith(".")]
        contents = f"It has {', '.join(names[:_NAMED])}." if names else "It is empty."
        raise UsageError(f"--seed: there is no *.json in {directory}. {contents} Fix: name a folder of seeds.")
    for path in paths:
        try:
            _seed(control, loads(path.read_bytes()).value)
        except NotJson as error:
            raise UsageError(f"{path} is not JSON: {error}.") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
        except UsageError as error:
            raise UsageError(f"{path} is not a seed. {error} {_FORM}") from None


def _seed(control: Control, spec: Any) -> None:
    if isinstance(spec, dict) and "format" in spec:
        control.import_tenant(spec)
    else:
        control.create_tenant(spec)
