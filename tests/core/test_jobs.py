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
from tests.core.obeying import NOON, Told, toy

LATER = datetime(2026, 1, 15, 18, tzinfo=UTC)


def at(minutes: int) -> str:
    return text(NOON + timedelta(minutes=minutes))


def seen(told: Told) -> list[tuple[Any, str]]:
    return [(found["job"], text(datetime.fromisoformat(found["now"]))) for found in told.seen]


@given(st.lists(st.integers(-5, 300), max_size=8), st.lists(st.integers(0, 100), max_size=4))
def test_jobs_run_in_due_order_each_with_its_due_time_as_now(dues: list[int], steps: list[int]) -> None:
    told = Told()
    for number, minutes in enumerate(dues):
        told.say(jobs=[{"due": at(minutes), "is": number}])
    now, fired = 0, len([due for due in dues if due <= 0])
    for step in steps:
        now += step
        fired += len(told.tenant.advance_to(NOON + timedelta(minutes=now)))
    early = [(number, at(due)) for number, due in enumerate(dues) if due <= 0]
    late = sorted(((due, number) for number, due in enumerate(dues) if 0 < due <= now))
    assert seen(told) == early + [(number, at(due)) for due, number in late]
    assert fired == len(early) + len(late)
    assert [job.due for job in told.tenant.due] == sorted(NOON + timedelta(minutes=due) for due in dues if due > now)


def test_a_job_that_is_due_at_once_runs_within_the_same_call() -> None:
    told = Told()
    resolved = {"kind": "dropped", "of": 1, "was": "pending"}
    answer = told.say(outcomes=[{"kind": "pending"}], jobs=[{"due": at(0), "outcomes": [resolved]}])
    assert told.ledger["items"] == {"sent": 1, "dropped": 1}
    assert [found.kind for found in answer.findings] == ["dropped"]


def test_a_job_that_makes_another_has_it_run_in_its_turn() -> None:
    told = Told()
    told.say(
        jobs=[
            {"due": at(10), "is": "first", "jobs": [{"due": at(15), "is": "made by the first"}]},
            {"due": at(20), "is": "second"},
        ]
    )
    told.tenant.advance_to(LATER)
    assert [job for job, _ in seen(told)] == ["first", "made by the first", "second"]


def test_what_became_due_meanwhile_runs_before_the_next_call_is_decided() -> None:
    told = Told()
    told.say(outcomes=[{"kind": "pending"}], jobs=[{"due": at(10), "outcomes": [{"kind": "kept", "of": 1}]}])
    told.tenant.clock.to(LATER)
    answer = told.say(outcomes=[{"kind": "kept"}])
    assert seen(told) == [(None, at(10))]
    assert answer.exchange == 2
    assert told.ledger["items"] == {"sent": 2, "kept": 2}


def test_looking_at_the_state_runs_what_is_due() -> None:
    told = Told()
    told.say(jobs=[{"due": at(10), "is": "it"}])
    told.tenant.clock.to(LATER)
    assert [job for job, _ in seen(told)] == ["it"]


def test_moving_the_clock_tells_what_was_done_on_the_way() -> None:
    told = Told()
    told.say(jobs=[{"due": at(10)}, {"due": at(5)}, {"due": at(60)}])
    assert [job.due for job in told.tenant.advance_to(NOON + timedelta(minutes=10))] == [
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=10),
    ]


def test_a_clock_that_cannot_go_back_runs_nothing() -> None:
    told = Told()
    told.say(jobs=[{"due": at(10)}])
    with pytest.raises(UsageError, match="cannot go back"):
        told.tenant.advance_to(NOON - timedelta(minutes=1))
    assert seen(told) == []


# -- the next one ---------------------------------------------------------------------------------------------------


def test_the_clock_goes_to_the_next_job_of_a_name_and_tells_what_was_done_on_the_way() -> None:
    told = Told()
    for minutes in (50, 10, 30):
        told.say(jobs=[{"due": at(minutes), "is": minutes}])
    assert [job.due for job in told.tenant.advance_to_next("later")] == [NOON + timedelta(minutes=10)]
    assert told.tenant.clock.now() == NOON + timedelta(minutes=10)
    assert [job.due for job in told.tenant.advance_to_next("later")] == [NOON + timedelta(minutes=30)]
    assert [job.due for job in told.tenant.due] == [NOON + timedelta(minutes=50)]


@pytest.mark.parametrize("name", ["later", ""])
def test_what_is_due_already_is_done_where_the_clock_is(name: str) -> None:
    told = Told()
    told.say(jobs=[{"due": at(5), "is": 1}])
    told.tenant.clock.to(LATER)
    fired = told.tenant.advance_to_next(name) if name else told.tenant.run_due()
    assert [job.due for job in fired] == [NOON + timedelta(minutes=5)]
    assert told.tenant.clock.now() == LATER
    assert told.tenant.run_due() == []


@pytest.mark.parametrize("name", ["later", "latre"])
def test_a_job_that_is_not_planned_is_no_move_and_the_error_names_what_is_due(name: str) -> None:
    told = Told()
    if name != "later":
        told.say(jobs=[{"due": at(5), "is": 1}])
    due = "nothing" if name == "later" else f"later at {at(5)}"
    with pytest.raises(UsageError, match=rf"'{name}'.*Due after {at(0)}: {due}\."):
        told.tenant.advance_to_next(name)
    assert told.tenant.clock.now() == NOON
    assert len(told.seen) == 0


@pytest.mark.parametrize("frozen", [True, False])
def test_sixty_four_threads_that_move_a_clock_lose_no_move_and_never_fail(frozen: bool) -> None:
    """Through `Control`, as fixtures, the kit and the admin API do: nobody reads the clock first and sets it then."""
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


def test_threads_that_ask_for_the_next_job_do_each_job_once() -> None:
    told = Told()
    for minutes in range(1, 65):
        told.say(jobs=[{"due": at(minutes), "is": minutes}])
    together = Barrier(64)

    def next_one(_: int) -> list[Job]:
        together.wait()
        return told.tenant.advance_to_next("later")

    with ThreadPoolExecutor(64) as pool:
        fired = list(pool.map(next_one, range(64)))
    assert sorted(job.due for jobs in fired for job in jobs) == [NOON + timedelta(minutes=at) for at in range(1, 65)]
    assert told.tenant.due == []
