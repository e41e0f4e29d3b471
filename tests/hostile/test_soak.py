"""A short soak of a server: `python -m tests.hostile.soak` soaks one for ten minutes, with a thousand tenants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.serving import FULL
from tests.hostile.soak import soak

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc"),
]


def test_a_server_under_soak_leaks_nothing_and_accounts_for_everything() -> None:
    figures = soak(60 if FULL else 15, tenants=200 if FULL else 100, clients=8 if FULL else 4)
    print(figures)
    assert figures.problems == []
    assert len(figures.faults) == 11, "not every kind of fault was tried"
