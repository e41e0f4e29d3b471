"""Local mocks of OmniSegment, FANSHIP, eSputnik and Zangsho that report what became of every item sent.

`mockservers serve` runs them; the pytest fixtures `omnisegment`, `fanship`, `esputnik` and `zangsho` give a test a
fresh tenant of each. Nothing is imported here, so that a pytest run which uses none of it pays nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockservers.client import Client
    from mockservers.testing.intercept import intercept
    from mockservers.testing.vendor_tenants import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant

__all__ = ["Client", "EsputnikTenant", "FanshipTenant", "OmnisegmentTenant", "ZangshoTenant", "intercept"]

_MODULES = {
    "Client": "mockservers.client",
    "EsputnikTenant": "mockservers.testing.vendor_tenants",
    "FanshipTenant": "mockservers.testing.vendor_tenants",
    "OmnisegmentTenant": "mockservers.testing.vendor_tenants",
    "ZangshoTenant": "mockservers.testing.vendor_tenants",
    "intercept": "mockservers.testing.intercept",
}
"""Where each name is defined; imported on first use."""


if not TYPE_CHECKING:  # or a misspelt name of this module would be Any to a type checker

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)
