"""SIGTERM, SIGINT and SIGHUP amid traffic: `python -m tests.hostile.endings` ends five hundred servers so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.endings import end_many
from tests.hostile.serving import FULL

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="its clients use what Linux has"),
]


def test_a_signal_ends_a_busy_server_within_a_second() -> None:
    report = end_many(40 if FULL else 8)
    print(report)
    assert [(ending.how, ending.seconds, ending.status, ending.said) for ending in report.wrong] == []
