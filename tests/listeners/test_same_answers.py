"""One suite through every transport: equal answers, and equal in journal, ledger and state.

The transports of this process, and those of a server elsewhere (`tests.elsewhere`). `scripts/container` runs this
file against the image that it built.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mockservers.testing.server import MockServer
from tests.asking import VENDORS
from tests.elsewhere import Elsewhere
from tests.listeners.passing import ELSEWHERE, HERE, seen


@cache
def _by_http(server: MockServer, vendor: str) -> dict[str, Any]:
    return seen(server, vendor, HERE["http"])


def hold_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for case, about in expected.items():
        for what, value in about.items():
            assert (case, what, found[case][what]) == (case, what, value)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("transport", [name for name in HERE if name != "http"])
def test_every_transport_reaches_the_same_mock(here: MockServer, vendor: str, transport: str) -> None:
    hold_equal(seen(here, vendor, HERE[transport]), _by_http(here, vendor))


@pytest.mark.thorough
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("transport", ELSEWHERE)
def test_every_transport_of_a_running_server_reaches_an_equal_mock(
    here: MockServer, there: Elsewhere, vendor: str, transport: str
) -> None:
    hold_equal(seen(there, vendor, ELSEWHERE[transport]), _by_http(here, vendor))


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_compared_cases_cover_success_errors_and_losses(here: MockServer, vendor: str) -> None:
    cases = _by_http(here, vendor)
    assert {answer.status for case in cases.values() for answer in case["answers"]} >= {200, 404, 405}
    assert cases["demo, twice"]["ledger"]["silent"] > 0
    assert cases["demo, twice"]["state"]
    assert len(cases["no credentials"]["unauthenticated"]) == 1
    assert cases["demo, twice"]["answers"][0].status == 200
    assert cases["words of the east"]["unmatched"] == (["/帳獸"] if vendor != "omnisegment" else [])
