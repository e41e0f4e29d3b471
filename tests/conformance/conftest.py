"""A server in this process, which tries programs and receivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.testing.server import MockServer


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer().start()
    yield made
    made.stop()
