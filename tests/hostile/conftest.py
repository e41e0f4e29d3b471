"""What is `slow` here wants a machine to itself: TESTS_LOAD=1 scripts/test tests/hostile runs it, too.

TESTS_LOAD=full does so with bigger figures. Three of them are programs, too, which go on as long as you like:
`python -m tests.hostile.fuzzing`, `python -m tests.hostile.endings` and `python -m tests.hostile.soak`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is slow, unless it is asked for."""
    if not os.environ.get("TESTS_LOAD"):
        skipped = pytest.mark.skip(reason="wants a machine to itself: TESTS_LOAD=1")
        for item in items:
            if item.path.parent == Path(__file__).parent and item.get_closest_marker("slow"):
                item.add_marker(skipped)
