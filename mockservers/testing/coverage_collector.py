"""The coverage of a test run: what the tenants of its tests have exercised, summed over its processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.reports import coverage

_wanted = False
_reports: list[dict[str, Any]] = []


def want() -> None:
    """Collect from now on, from nothing."""
    global _wanted  # noqa: PLW0603 - a test run is one to its process, and tenants are closed in many places
    _wanted = True
    _reports.clear()


def wanted() -> bool:
    """Whether tenants are to be asked before they go."""
    return _wanted


def collect(reports: Iterable[Mapping[str, Any]]) -> None:
    """Add what a tenant, or a whole worker, has exercised."""
    _reports[:] = coverage.summed([*_reports, *reports])


def collected() -> list[dict[str, Any]]:
    """One report a vendor."""
    return list(_reports)
