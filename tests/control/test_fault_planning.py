"""Which calls a fault fires on, and which plans are invalid."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.core.admin.control import Control
from mockservers.core.errors import UsageError
from mockservers.core.exchange.call import Request
from mockservers.core.faults.planned import FIRED_KEPT
from tests.asking import Asking

CALLS = ("listCustomers", "listOrders")
ASKED = Request("GET", "/v1/orders")


class Calling:
    """A tenant of Zangsho in process, and calls of it without items."""

    def __init__(self, *faults: dict[str, Any], seed: int = 0) -> None:
        self.asking = Asking("zangsho")
        self.faults = self.asking.tenant.faults
        self.faults.plan({"faults": list(faults), "seed": seed})

    def call(self, operation: str = "listCustomers") -> str:
        """The fault that the call met, or nothing."""
        before = len(self.faults.to_dict()["fired"])
        self.asking.ask(operation, headers={"Authorization": f"Bearer {self.asking.credentials['token']}"})
        fired = self.faults.to_dict()["fired"]
        return str(fired[-1]["fault"]) if len(fired) > before else ""

    def calls(self, many: int) -> list[str]:
        return [self.call() for _ in range(many)]


@pytest.mark.parametrize(
    ("fault", "fires"),
    [
        ({}, "xxxxxx"),
        ({"nth": 1}, "x....."),
        ({"nth": 3}, "..x..."),
        ({"count": 2}, "xx...."),
        ({"nth": 3, "count": 2}, "..xx.."),
        ({"nth": 5, "count": 9}, "....xx"),
        ({"rate": 1}, "xxxxxx"),
        ({"rate": 1, "nth": 4}, "...x.."),
        ({"operation": "listOrders"}, "......"),
        ({"operation": "listCustomers", "nth": 2}, ".x...."),
    ],
)
def test_a_fault_fires_on_the_calls_that_its_plan_selects(fault: dict[str, Any], fires: str) -> None:
    calling = Calling({"effect": "reset", **fault})
    assert "".join("x" if met else "." for met in calling.calls(6)) == fires


def test_faults_fire_in_the_order_of_planning_one_per_call() -> None:
    calling = Calling(
        {"effect": "reset", "count": 1},
        {"effect": "hang-up", "count": 2},
        {"effect": "unavailable", "nth": 5},
        {"effect": "garbage", "nth": 1},
    )
    assert calling.calls(6) == ["reset", "hang-up", "hang-up", "", "unavailable", ""]
    assert [planned["fired"] for planned in calling.faults.to_dict()["planned"]] == [1, 2, 1, 0]
    assert {planned["matched"] for planned in calling.faults.to_dict()["planned"]} == {6}


def test_a_fault_that_is_added_leaves_the_counts_of_the_others() -> None:
    calling = Calling({"effect": "reset", "nth": 2})
    calling.call()
    calling.faults.add({"effect": "unavailable", "nth": 2})
    assert calling.calls(3) == ["reset", "unavailable", ""]


def test_fired_faults_stay_listed_after_the_plan_is_cleared() -> None:
    calling = Calling({"effect": "reset"})
    calling.call()
    calling.faults.clear()
    assert calling.call() == ""
    assert calling.faults.to_dict() == {
        "planned": [],
        "fired": [{"exchange": 1, "fault": "reset", "at": "2026-01-15T03:00:00Z"}],
        "seed": 0,
    }


def test_unauthenticated_and_unmatched_calls_meet_no_fault() -> None:
    calling = Calling({"effect": "unavailable"})
    unauthenticated = calling.asking.ask("listCustomers", headers={"Authorization": "Bearer nobody-knows-it"})
    assert unauthenticated.reply.status == 401
    assert calling.faults.to_dict()["planned"][0]["matched"] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "the body: must be a JSON object, not []."),
        ({}, '/faults: is required. Fix: add it, for example [{"effect":"reset"}].'),
        ({"faults": {}}, "/faults: must be a list, not {}."),
        ({"faults": [], "seed": "x"}, '/seed: must be an integer, not "x".'),
        ({"faults": ["reset"]}, '/faults/0: must be a JSON object, not "reset".'),
        ({"faults": [{}]}, '/faults/0/effect: is required. Fix: add it, for example "reset".'),
        ({"faults": [{"effect": "resett"}]}, "Unknown effect 'resett'. Available: delay, drip, forbidden"),
        ({"faults": [{"effect": ["reset"]}]}, '/faults/0/effect: must be a string, not ["reset"].'),
        (
            {"faults": [{"effect": "reset", "nht": 1}]},
            "/faults/0/nht: unknown key. Did you mean 'nth'? Fix: rename it or remove it. Available: effect,",
        ),
        (
            {"faults": [{"effect": "reset", "bytes": 1}]},
            "/faults/0: The effect 'reset' takes no bytes. Available: count,",
        ),
        ({"faults": [{"effect": "delay"}]}, "The effect 'delay' needs delay. Fix: give it."),
        ({"faults": [{"effect": "reply"}]}, "The effect 'reply' needs status. Fix: give it."),
        ({"faults": [{"effect": "reset", "operation": "nope"}]}, "Unknown operation of zangsho 'nope'. Available:"),
        ({"faults": [{"effect": "reset", "operation": ["listOrders"]}]}, "/faults/0/operation: must be a string"),
        ({"faults": [{"effect": "reset", "nth": 0}]}, "/nth: must be a number from 1 to 2147483647, not 0."),
        ({"faults": [{"effect": "reset", "nth": True}]}, "/nth: must be an integer, not true."),
        ({"faults": [{"effect": "reset", "nth": None}]}, "/nth: must be an integer, not null."),
        ({"faults": [{"effect": "reset", "count": 0}]}, "/count: must be a number from 1 to 2147483647, not 0."),
        ({"faults": [{"effect": "reset", "rate": 0}]}, "/rate: must be a number above 0 and at most 1, not 0."),
        ({"faults": [{"effect": "reset", "rate": float("nan")}]}, "a number that JSON cannot represent"),
        ({"faults": [{"effect": "reset", "rate": 1.1}]}, "/rate: must be a number above 0 and at most 1, not 1.1."),
        ({"faults": [{"effect": "reset", "work": "yes"}]}, '/work: must be true or false, not "yes".'),
        (
            {"faults": [{"effect": "delay", "delay": "1s"}]},
            '/delay: must be an ISO 8601 duration, not "1s". Fix: give an ISO 8601 duration, for example',
        ),
        ({"faults": [{"effect": "delay", "delay": 1}]}, "/delay: must be a string, not 1."),
        (
            {"faults": [{"effect": "delay", "delay": "PT61M"}]},
            "/faults/0/delay: real time that a client waits: an hour (PT1H) at most, not 'PT61M'.",
        ),
        ({"faults": [{"effect": "truncated", "bytes": -1}]}, "/bytes: must be a number from 0 to 2147483647, not -1."),
        (
            {"faults": [{"effect": "drip", "bytes": 0}]},
            "/faults/0/bytes: a drip sends at least 1 byte at a time, not 0.",
        ),
        ({"faults": [{"effect": "reply", "status": 99}]}, "/status: must be a number from 200 to 599, not 99."),
        ({"faults": [{"effect": "reply", "status": "503"}]}, '/status: must be an integer, not "503".'),
        ({"faults": [{"effect": "reply", "status": 503, "headers": []}]}, "/headers: must be a JSON object, not []."),
        (
            {"faults": [{"effect": "reply", "status": 503, "headers": {"X": "a\nb"}}]},
            "Fix: A header's value is printable ASCII.",
        ),
        (
            {"faults": [{"effect": "reply", "status": 503, "headers": {"X Y": "a"}}]},
            "Fix: A header's name has letters, digits and hyphens.",
        ),
        ({"faults": [{"effect": "unavailable", "values": 1}]}, "/values: must be a JSON object, not 1."),
        ({"faults": [{"effect": "reset"}, {"effect": "reset", "nth": -1}]}, "/faults/1/nth: must be a number from 1"),
    ],
)
def test_an_invalid_plan_is_refused_with_the_fix_and_the_old_plan_stays(given: Any, said: str) -> None:
    calling = Calling({"effect": "hang-up", "nth": 2})
    calling.call()
    before = calling.faults.to_dict()
    with pytest.raises(UsageError) as caught:
        Control({"zangsho": calling.asking.mock}).put_faults(calling.asking.tenant.id, given)
    assert said in str(caught.value)
    assert calling.faults.to_dict() == before


@given(
    faults=st.lists(
        st.fixed_dictionaries(
            {"effect": st.sampled_from(["reset", "unavailable", "lost-response", "garbage-body"])},
            optional={
                "operation": st.sampled_from(CALLS),
                "nth": st.integers(1, 6),
                "count": st.integers(1, 4),
                "rate": st.floats(0.1, 1),
            },
        ),
        max_size=4,
    ),
    calls=st.lists(st.sampled_from(CALLS), max_size=12),
    seed=st.integers(),
)
@settings(max_examples=30)
def test_fired_faults_add_up_and_repeat_with_the_same_seed(
    faults: list[dict[str, Any]], calls: list[str], seed: int
) -> None:
    runs = []
    for _ in range(2):
        calling = Calling(*faults, seed=seed)
        met = [calling.call(operation) for operation in calls]
        listed = calling.faults.to_dict()
        assert sum(planned["fired"] for planned in listed["planned"]) == len(listed["fired"]) == sum(map(bool, met))
        for planned in listed["planned"]:
            assert planned["fired"] <= planned["matched"]
            assert planned["fired"] <= planned.get("count", 1 if "nth" in planned else len(calls))
        runs.append((met, listed))
    assert runs[0] == runs[1]


def test_a_rate_is_the_approximate_share_of_calls_on_which_a_fault_fires() -> None:
    rng = random.Random(7)
    fired = sum(map(bool, Calling({"effect": "reset", "rate": 0.25}, seed=7).calls(400)))
    assert 70 <= fired <= 130
    assert fired == sum(rng.random() < 0.25 for _ in range(400))


def test_a_new_plan_restarts_the_random_numbers() -> None:
    fault = {"effect": "reset", "rate": 0.5}
    calling = Calling(fault, seed=3)
    first = calling.calls(20)
    calling.faults.plan({"faults": [fault], "seed": 3})
    assert calling.calls(20) == first
    calling.faults.plan({"faults": [fault], "seed": 4})
    assert calling.calls(20) != first


def test_the_list_of_fired_faults_is_bounded() -> None:
    calling = Calling({"effect": "reset"})
    for _ in range(FIRED_KEPT + 5):
        calling.faults.take(calling.asking.mock.call("listOrders", {}, ASKED), calling.asking.tenant.clock.now())
    assert len(calling.faults.to_dict()["fired"]) == FIRED_KEPT
    assert calling.faults.to_dict()["planned"][0]["fired"] == FIRED_KEPT + 5
