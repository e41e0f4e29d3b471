"""Fixtures of vendors in other distributions. Each has the name of its vendor.

Those of the built-in vendors are in the plugin, where type checkers see the class of their tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from mockservers.testing.proxies import bypass_proxies

if TYPE_CHECKING:
    from mockservers.testing.server import MockServer, RemoteServer
    from mockservers.testing.tenant import MockTenant


def vendor_fixtures(vendors: Iterable[str]) -> ModuleType:
    """A pytest plugin with one fixture per vendor."""
    plugin = ModuleType("mockservers_vendor_fixtures")  # pytest looks for fixtures only in modules and classes
    vars(plugin).update({name: _fixture(name) for name in vendors})
    return plugin


def _fixture(vendor: str) -> Callable[..., Any]:
    @pytest.fixture(name=vendor)
    def tenant(mock_server: MockServer | RemoteServer) -> Iterator[MockTenant]:
        """A fresh tenant: `url`, `credentials`, `state`, `journal`, `ledger`, `clock`, `readings`."""
        with bypass_proxies(mock_server.url), closing(mock_server.tenant(vendor)) as fresh_tenant:
            yield fresh_tenant

    return tenant
