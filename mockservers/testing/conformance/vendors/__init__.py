"""The suites of the registered vendors, by vendor.

The kit's part of a vendor is one module with a `SUITE`. The modules of this folder are ours; those of other
distributions are found by the entry-point group `mockservers.conformance`. A suite is imported on first use.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint
from pkgutil import iter_modules
from typing import Any

from mockservers.core.contract.registry import registered
from mockservers.core.errors import UnknownName
from mockservers.testing.conformance.suite import Suite

GROUP = "mockservers.conformance"


def suite_names() -> tuple[str, ...]:
    """The vendors that have a suite, without importing the suites."""
    return tuple(_entries())


def suite(vendor: str) -> type[Suite[Any]]:
    """The suite of a vendor. UnknownName if it has none."""
    entries = _entries()
    if vendor not in entries:
        raise UnknownName("conformance suite of the vendor", vendor, entries)
    found: type[Suite[Any]] = entries[vendor].load()
    return found


@cache
def _entries() -> dict[str, EntryPoint]:
    """The entry point of each vendor's `SUITE`."""
    modules = sorted(module.name for module in iter_modules(__path__))
    return registered(GROUP, {name: f"{__name__}.{name}:SUITE" for name in modules}, "a conformance suite of")
