"""One suite through every door: equal answers, and equal in journal, ledger and state."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mockservers.core.contracts import VENDORS
from mockservers.testing.server import MockServer
from tests.doors.passing import DOORS, seen


@cache
def _by_http(server: MockServer, vendor: str) -> dict[str, Any]:
    return seen(server, vendor, DOORS["http"])


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("door", [name for name in DOORS if name != "http"])
def test_every_door_leads_to_the_same_mock(mock_server: MockServer, vendor: str, door: str) -> None:
    through_it = seen(mock_server, vendor, DOORS[door])
    for case, expected in _by_http(mock_server, vendor).items():
        for what, value in expected.items():
            assert (case, what, through_it[case][what]) == (case, what, value)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_suite_is_about_something(mock_server: MockServer, vendor: str) -> None:
    cases = _by_http(mock_server, vendor)
    assert {answer.status for case in cases.values() for answer in case["answers"]} >= {200, 404, 405}
    assert cases["demo, twice"]["ledger"]["silent"] > 0
    assert cases["no credentials"]["strangers"] == 1
    assert cases["demo, twice"]["answers"][0].status == 200
    assert cases["words of the east"]["unmatched"] == (["/帳獸"] if vendor != "omnisegment" else [])
