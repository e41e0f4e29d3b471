"""The tenant of Acme in the hands of a test: its key as a property."""

from __future__ import annotations

from mockservers.testing.tenant import MockTenant


class AcmeTenant(MockTenant):
    """A fresh Acme account."""

    @property
    def key(self) -> str:
        """The key of the header X-Acme-Key."""
        return self.credentials["key"]
