"""The registered vendors, by name.

A vendor is one package with a `VENDOR`, which names the folder of its contract. The packages in this folder are built
in; other distributions register theirs in the entry-point group `mockservers.vendors`. A vendor's code is imported on
first use.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from mockservers.core.contract.registry import registered
from mockservers.core.errors import UnknownName

if TYPE_CHECKING:
    from mockservers.core.contract.contract import Contract
    from mockservers.core.deciding.vendor import Vendor

GROUP = "mockservers.vendors"


def vendor_names() -> tuple[str, ...]:
    """Return the names of all registered vendors, without importing them."""
    return tuple(_entries())


@cache
def vendor(name: str) -> Vendor:
    """Return a vendor by its name. UnknownName if there is none."""
    entries = _entries()
    if name not in entries:
        raise UnknownName("vendor", name, entries)
    loaded: Vendor = entries[name].load()
    return loaded


def load_contract(name: str, overlay: Path | None = None) -> Contract:
    """Load the contract of a vendor. Files in `overlay/<vendor>/` override the vendor's files with the same names."""
    from mockservers.core.contract.loading import data_directory, load  # noqa: PLC0415 - listing names does not need it
    from mockservers.core.contract.user_folder import check_folder  # noqa: PLC0415 - as above

    if overlay:
        check_folder(overlay, data_directory("contracts"), vendor_names(), lambda each: vendor(each).contract_folder)
    return load(name, vendor(name).contract_folder, overlay)


@cache
def vendor_title(name: str) -> str:
    """Return the vendor's name in its own spelling."""
    return load_contract(name).title


@cache
def _entries() -> dict[str, EntryPoint]:
    """Return the entry point of each vendor's `VENDOR`."""
    folders = (module.name for module in iter_modules(__path__) if module.ispkg)
    return registered(GROUP, {name: f"{__name__}.{name}:VENDOR" for name in folders}, "the vendor")
