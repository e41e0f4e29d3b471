"""The vendors, each a folder with the same few files: operations, parsing, deciding, jobs."""

from __future__ import annotations

from importlib import import_module

from mockservers.core.contract.loading import VENDORS
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.errors import UnknownName


def vendor(name: str) -> Vendor:
    """A vendor by its name; its code is imported on first use."""
    if name not in VENDORS:
        raise UnknownName("vendor", name, VENDORS)
    made: Vendor = import_module(f"mockservers.vendors.{name}.operations").VENDOR
    return made
