"""Attempts of one call without pauses, also on a slow machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockservers.core.values.clock import text
from mockservers.testing.conformance.resilience import hasty_calls

START = datetime(2026, 1, 15, 3, tzinfo=UTC)


def calls(*pauses: float, path: str = "/orders") -> list[dict[str, Any]]:
    """Calls with these seconds between them."""
    request = {"path": path, "headers": {}, "body": "{}"}
    times = [START + timedelta(seconds=sum(pauses[:step])) for step in range(len(pauses) + 1)]
    return [{"id": number, "at": text(at), "request": request} for number, at in enumerate(times, 1)]


@pytest.mark.parametrize(
    ("pauses", "spared", "hasty"),
    [
        ([], 0, []),
        ([2.0, 4.0, 8.0], 0, []),
        ([0.2] * 5, 0, []),
        ([0.01, 0.01], 0, [2, 3]),
        ([0.01, 0.01], 1, [3]),
        ([0.1] * 21, 1, [21, 22]),
        ([0.6] * 60, 1, []),
        ([2.0**step for step in range(6)] * 10, 0, []),
    ],
)
def test_attempts_have_pauses(pauses: list[float], spared: int, hasty: list[int]) -> None:
    assert hasty_calls(calls(*pauses), spared) == hasty


def test_different_calls_need_no_pause() -> None:
    first, other = calls(*[0.0] * 30), calls(*[0.0] * 30, path="/customers")

    assert hasty_calls([each for pair in zip(first, other, strict=True) for each in pair], 0) == []
