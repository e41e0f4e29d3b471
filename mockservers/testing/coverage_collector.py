"""The coverage of a test run: the operations and rules of its tenants, summed over its processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.reports import coverage

_wanted = False
_reports: list[dict[str, Any]] = []


def want() -> None:
    """Start collecting, without earlier data."""
    global _wanted  # noqa: PLW0603 - it is global, because tenants are closed in many places
    _wanted = True
    _reports.clear()


def wanted() -> bool:
    """Whether the coverage of a tenant is collected before it is deleted."""
    return _wanted


def collect(reports: Iterable[Mapping[str, Any]]) -> None:
    """Add the coverage of a tenant, or of a whole worker."""
    _reports[:] = coverage.summed([*_reports, *reports])


def collected() -> list[dict[str, Any]]:
    """One report per vendor."""
    return list(_reports)
