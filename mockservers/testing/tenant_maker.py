"""The base of classes that create tenants, with the class of each vendor's tenants for type checkers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack, overload

from mockservers.testing.tenant import MockTenant
from mockservers.testing.vendor_tenants import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant


class TenantOptions(TypedDict, total=False):
    """The options of a new tenant; see `tenant`."""

    credentials: Mapping[str, str] | None
    readings: Mapping[str, str] | None
    state: Mapping[str, Any] | None
    now: str | datetime | None
    url: str | None


class TenantMaker:
    """Creates tenants: a server in this process, a running server, or a container."""

    @overload
    def tenant(self, vendor: Literal["omnisegment"], **options: Unpack[TenantOptions]) -> OmnisegmentTenant: ...
    @overload
    def tenant(self, vendor: Literal["fanship"], **options: Unpack[TenantOptions]) -> FanshipTenant: ...
    @overload
    def tenant(self, vendor: Literal["esputnik"], **options: Unpack[TenantOptions]) -> EsputnikTenant: ...
    @overload
    def tenant(self, vendor: Literal["zangsho"], **options: Unpack[TenantOptions]) -> ZangshoTenant: ...
    @overload
    def tenant(self, vendor: str, **options: Unpack[TenantOptions]) -> MockTenant: ...
    def tenant(self, vendor: str, **options: Unpack[TenantOptions]) -> MockTenant:
        """Return a fresh tenant whose clock is frozen at `now`. As a context manager, it checks its ledger at the end.

        Without `now` that is noon, in the vendor's zone, of the day on which the test run started (`frozen_now`).
        `url` replaces the vendor's scheme and host; without it, it is this server's.
        """
        unknown = options.keys() - TenantOptions.__annotations__.keys()
        if unknown:
            known = ", ".join(TenantOptions.__annotations__)
            raise TypeError(f"A tenant has no option {min(unknown)!r}. Available: {known}.")
        return self._made_tenant(vendor, options)

    def _made_tenant(self, vendor: str, options: TenantOptions) -> MockTenant:
        raise NotImplementedError
