"""What a vendor does later: in due order, each at its own time, and at once when it is due at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.clock import text
from mockservers.core.errors import UsageError
from tests.core.obeying import NOON, Told

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
    resolved = {"outcome": "dropped", "of": 1, "was": "pending"}
    answer = told.say(fates=[{"outcome": "pending"}], jobs=[{"due": at(0), "fates": [resolved]}])
    assert told.ledger["items"] == {"sent": 1, "dropped": 1}
    assert [found.outcome for found in answer.findings] == ["dropped"]


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
    told.say(fates=[{"outcome": "pending"}], jobs=[{"due": at(10), "fates": [{"outcome": "kept", "of": 1}]}])
    told.tenant.clock.to(LATER)
    answer = told.say(fates=[{"outcome": "kept"}])
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
