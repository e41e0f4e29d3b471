"""The servers of the suites that run through every transport."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.testing.server import MockServer
from tests.elsewhere import Elsewhere, elsewhere


@pytest.fixture(scope="session")
def here() -> Iterator[MockServer]:
    """A server in this process."""
    server = MockServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def there() -> Iterator[Elsewhere]:
    """A server that is not: see `tests.elsewhere`."""
    with elsewhere() as server:
        yield server
