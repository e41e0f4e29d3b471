"""Clocks that several threads move: each length is added once, and no thread fails because time cannot go back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mockservers.core.values.clock import Clock
from tests.asking import NOW, VENDORS, Asking

THREADS, MOVES = 8, 25
STEP = timedelta(milliseconds=10)


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("vendor", VENDORS)
def test_lengths_that_threads_add_to_a_clock_are_all_added(vendor: str) -> None:
    tenant = Asking(vendor).tenant
    before = tenant.clock.now()
    with ThreadPoolExecutor(THREADS) as pool:
        moves = [pool.submit(tenant.advance, STEP) for _ in range(THREADS * MOVES)]
    assert [move.exception() for move in moves if move.exception()] == []
    assert tenant.clock.now() - before == THREADS * MOVES * STEP


def test_setting_a_clock_to_a_time_that_other_threads_have_passed_is_an_error() -> None:
    clock = Clock(NOW, frozen=True)
    clock.advance(STEP)
    with pytest.raises(Exception, match="cannot go back"):
        clock.to(NOW)
    assert clock.now() == NOW + STEP
