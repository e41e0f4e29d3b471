"""The tenants of vendors as classes: credentials are properties, so that a type checker knows each name.

Those of our vendors are here; another distribution registers its own by the entry-point group `mockservers.tenants`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint

from mockservers.core.contract.registry import registered
from mockservers.testing.tenant import MockTenant

GROUP = "mockservers.tenants"


class OmnisegmentTenant(MockTenant):
    """A fresh OmniSegment organisation."""

    @property
    def tid(self) -> str:
        """The organisation's id, which every body carries."""
        return self.credentials["tid"]

    @property
    def api_key(self) -> str:
        """The API key, which every body carries."""
        return self.credentials["api_key"]


class FanshipTenant(MockTenant):
    """A fresh FANSHIP account."""

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.credentials["token"]


class EsputnikTenant(MockTenant):
    """A fresh eSputnik account."""

    @property
    def api_key(self) -> str:
        """The API key: the password of HTTP Basic, with any user name."""
        return self.credentials["api_key"]


class ZangshoTenant(MockTenant):
    """A fresh Zangsho workspace."""

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.credentials["token"]


def tenant_class(vendor: str) -> type[MockTenant]:
    """The class of a vendor's tenants. One that registers none has `MockTenant` and its `credentials`."""
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
