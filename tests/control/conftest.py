from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.web.bootstrap import Harness, Serving
from tests.control.shop import Shop


@pytest.fixture(scope="session")
def served() -> Iterator[Harness]:
    """A server for all tests that leave it as it is."""
    made = Harness(Serving(demo=False))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shop(served: Harness) -> Shop:
    """A fresh tenant of Zangsho on it."""
    return Shop(served)
