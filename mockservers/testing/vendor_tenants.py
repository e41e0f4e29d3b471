"""The tenants of our vendors as classes: credentials are properties, so that a type checker knows each name."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.testing.tenant import MockTenant


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


_CLASSES: Mapping[str, type[MockTenant]] = {
    "omnisegment": OmnisegmentTenant,
    "fanship": FanshipTenant,
    "esputnik": EsputnikTenant,
    "zangsho": ZangshoTenant,
}


def tenant_class(vendor: str) -> type[MockTenant]:
    """The class of a vendor's tenants. A vendor of another distribution has `MockTenant` and its `credentials`."""
    return _CLASSES.get(vendor, MockTenant)
