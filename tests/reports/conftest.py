"""A server with Zangsho's demo tenant, for the reports on what it was sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.web.bootstrap import MockApp, Serving


@pytest.fixture
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving(vendors=("zangsho",))) as made:
        yield made
