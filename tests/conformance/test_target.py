"""What the kit hands to an exporter: pauses of several threads at once are all seen, and none fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mockservers.testing.conformance import Target
from mockservers.testing.conformance.target import LONGEST, OutOfTime
from mockservers.testing.server import MockServer


@pytest.mark.parametrize("seconds", [0.001, 0.5, 3])
def test_simultaneous_pauses_of_several_threads_are_all_recorded(seconds: float) -> None:
    with MockServer.current().tenant("zangsho") as tenant:
        target = Target(tenant)
        before = target.now()
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda _: target.sleep(seconds), range(64)))
        assert target.now() - before == 64 * timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [LONGEST.total_seconds() + 2, 1e300, float("inf")])
def test_an_excessive_pause_ends_the_export(seconds: float) -> None:
    with MockServer.current().tenant("zangsho") as tenant, pytest.raises(OutOfTime, match="60 days"):
        Target(tenant).sleep(seconds)
