"""The classes of the vendors' tenants, with a property for each credential.

Those of the built-in vendors are here. Other distributions register theirs in the entry-point group
`mockservers.tenants`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint

from mockservers.core.contract.registry import registered
from mockservers.testing.tenant import MockTenant
from mockservers.testing.vendor_credentials import BearerToken, EsputnikCredentials, OmnisegmentCredentials

GROUP = "mockservers.tenants"


class OmnisegmentTenant(OmnisegmentCredentials, MockTenant):
    """A fresh OmniSegment organisation."""


class FanshipTenant(BearerToken, MockTenant):
    """A fresh FANSHIP account."""


class EsputnikTenant(EsputnikCredentials, MockTenant):
    """A fresh eSputnik account."""


class ZangshoTenant(BearerToken, MockTenant):
    """A fresh Zangsho workspace."""


def tenant_class(vendor: str) -> type[MockTenant]:
    """The class of a vendor's tenants; `MockTenant` if the vendor registers none."""
    entry = _entries().get(vendor)
    if entry is None:
        return MockTenant
    loaded: type[MockTenant] = entry.load()
    return loaded


@cache
def _entries() -> dict[str, EntryPoint]:
    ours = (OmnisegmentTenant, FanshipTenant, EsputnikTenant, ZangshoTenant)
    classes = {each.__name__.removesuffix("Tenant").lower(): f"{__name__}:{each.__name__}" for each in ours}
    return registered(GROUP, classes, "the tenants of the vendor")
