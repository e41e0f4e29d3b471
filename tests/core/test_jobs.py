"""What a vendor does later: in due order, each at its own time, and at once when it is due at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.admin.control import Control
from mockservers.core.errors import UsageError
from mockservers.core.exchange.call import Job
from mockservers.core.values.clock import text
from mockservers.testing.tenant import Clock
from tests.core.obeying import NOON, Driver, toy

LATER = datetime(2026, 1, 15, 18, tzinfo=UTC)


def at(minutes: int) -> str:
    return text(NOON + timedelta(minutes=minutes))


def seen(driver: Driver) -> list[tuple[Any, str]]:
    return [(found["job"], text(datetime.fromisoformat(found["now"]))) for found in driver.seen]


@given(st.lists(st.integers(-5, 300), max_size=8), st.lists(st.integers(0, 100), max_size=4))
def test_jobs_run_in_due_order_each_with_its_due_time_as_now(dues: list[int], steps: list[int]) -> None:
    driver = Driver()
    for number, minutes in enumerate(dues):
        driver.say(jobs=[{"due": at(minutes), "is": number}])
    now, fired = 0, len([due for due in dues if due <= 0])
    for step in steps:
        now += step
        fired += len(driver.tenant.advance_to(NOON + timedelta(minutes=now)))
    early = [(number, at(due)) for number, due in enumerate(dues) if due <= 0]
    late = sorted(((due, number) for number, due in enumerate(dues) if 0 < due <= now))
    assert seen(driver) == early + [(number, at(due)) for due, number in late]
    assert fired == len(early) + len(late)
    assert [job.due for job in driver.tenant.due] == sorted(NOON + timedelta(minutes=due) for due in dues if due > now)


def test_a_job_that_is_due_at_once_runs_within_the_same_call() -> None:
    driver = Driver()
    resolved = {"kind": "dropped", "of": 1, "was": "pending"}
    answer = driver.say(outcomes=[{"kind": "pending"}], jobs=[{"due": at(0), "outcomes": [resolved]}])
    assert driver.ledger["items"] == {"sent": 1, "dropped": 1}
    assert [found.kind for found in answer.findings] == ["dropped"]


def test_a_job_that_schedules_another_runs_it_in_its_turn() -> None:
    driver = Driver()
    driver.say(
        jobs=[
            {"due": at(10), "is": "first", "jobs": [{"due": at(15), "is": "made by the first"}]},
            {"due": at(20), "is": "second"},
        ]
    )
    driver.tenant.advance_to(LATER)
    assert [job for job, _ in seen(driver)] == ["first", "made by the first", "second"]


def test_jobs_that_became_due_run_before_the_next_call_is_decided() -> None:
    driver = Driver()
    driver.say(outcomes=[{"kind": "pending"}], jobs=[{"due": at(10), "outcomes": [{"kind": "kept", "of": 1}]}])
    driver.tenant.clock.to(LATER)
    answer = driver.say(outcomes=[{"kind": "kept"}])
    assert seen(driver) == [(None, at(10))]
    assert answer.exchange == 2
    assert driver.ledger["items"] == {"sent": 2, "kept": 2}


def test_reading_the_state_runs_the_due_jobs() -> None:
    driver = Driver()
    driver.say(jobs=[{"due": at(10), "is": "it"}])
    driver.tenant.clock.to(LATER)
    assert [job for job, _ in seen(driver)] == ["it"]


def test_moving_the_clock_returns_the_jobs_that_ran() -> None:
    driver = Driver()
    driver.say(jobs=[{"due": at(10)}, {"due": at(5)}, {"due": at(60)}])
    assert [job.due for job in driver.tenant.advance_to(NOON + timedelta(minutes=10))] == [
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=10),
    ]


def test_a_clock_that_cannot_go_back_runs_nothing() -> None:
    driver = Driver()
    driver.say(jobs=[{"due": at(10)}])
    with pytest.raises(UsageError, match="cannot go back"):
        driver.tenant.advance_to(NOON - timedelta(minutes=1))
    assert seen(driver) == []


# -- the next one ---------------------------------------------------------------------------------------------------


def test_moving_to_the_next_job_of_a_name_returns_all_jobs_that_ran() -> None:
    driver = Driver()
    for minutes in (50, 10, 30):
        driver.say(jobs=[{"due": at(minutes), "is": minutes}])
    assert [job.due for job in driver.tenant.advance_to_next("later")] == [NOON + timedelta(minutes=10)]
    assert driver.tenant.clock.now() == NOON + timedelta(minutes=10)
    assert [job.due for job in driver.tenant.advance_to_next("later")] == [NOON + timedelta(minutes=30)]
    assert [job.due for job in driver.tenant.due] == [NOON + timedelta(minutes=50)]


@pytest.mark.parametrize("name", ["later", ""])
def test_a_job_that_is_already_due_runs_without_moving_the_clock(name: str) -> None:
    driver = Driver()
    driver.say(jobs=[{"due": at(5), "is": 1}])
    driver.tenant.clock.to(LATER)
    fired = driver.tenant.advance_to_next(name) if name else driver.tenant.run_due()
    assert [job.due for job in fired] == [NOON + timedelta(minutes=5)]
    assert driver.tenant.clock.now() == LATER
    assert driver.tenant.run_due() == []


@pytest.mark.parametrize("name", ["later", "latre"])
def test_an_unplanned_job_does_not_move_the_clock_and_the_error_names_the_due_ones(name: str) -> None:
    driver = Driver()
    if name != "later":
        driver.say(jobs=[{"due": at(5), "is": 1}])
    due = "nothing" if name == "later" else f"later at {at(5)}"
    with pytest.raises(UsageError, match=rf"'{name}'.*Due after {at(0)}: {due}\."):
        driver.tenant.advance_to_next(name)
    assert driver.tenant.clock.now() == NOON
    assert len(driver.seen) == 0


@pytest.mark.parametrize("frozen", [True, False])
def test_sixty_four_threads_that_move_a_clock_lose_no_move_and_never_fail(frozen: bool) -> None:
    """Through `Control`, as fixtures, the kit and the admin API do, which never read the clock before they set it."""
    mock = toy()
    control = Control({mock.vendor.name: mock})
    control.create_tenant({"vendor": mock.vendor.name, "id": "t", "now": text(NOON), "frozen": frozen})
    clock = Clock(control, "t")
    together = Barrier(64)

    def move(number: int) -> None:
        together.wait()
        for _ in range(20):
            clock.advance(seconds=number)
            clock.run_due()

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(move, range(64)))
    moved = clock.now - NOON - timedelta(seconds=20 * sum(range(64)))
    assert timedelta() <= moved <= timedelta(minutes=0 if frozen else 1)


def test_threads_that_ask_for_the_next_job_run_each_job_once() -> None:
    driver = Driver()
    for minutes in range(1, 65):
        driver.say(jobs=[{"due": at(minutes), "is": minutes}])
    together = Barrier(64)

    def next_one(_: int) -> list[Job]:
        together.wait()
        return driver.tenant.advance_to_next("later")

    with ThreadPoolExecutor(64) as pool:
        fired = list(pool.map(next_one, range(64)))
    assert sorted(job.due for jobs in fired for job in jobs) == [NOON + timedelta(minutes=at) for at in range(1, 65)]
    assert driver.tenant.due == []
