from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from tests.control.shop import Shop


@pytest.fixture(scope="session")
def served() -> Iterator[MockApp]:
    """A server for all tests that leave it as it is."""
    made = MockApp(Serving(demo=False))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shop(served: MockApp) -> Shop:
    """A fresh tenant of Zangsho on it."""
    return Shop(served)
