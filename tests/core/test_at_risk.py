"""At-risk: what another reading of the pages would have lost, filed exactly when it is more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.errors import UnknownName, UsageError
from tests.core.obeying import CHOICES, FORK, NOON, RULE, Driver

losing = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["kept", "dropped", "skipped"]),
            "count": st.integers(1, 3),
            "differs": st.booleans(),
        }
    ),
    max_size=3,
)
forks = st.fixed_dictionaries({}, optional={name: st.fixed_dictionaries({"outcomes": losing}) for name in CHOICES})


def lost(fork: dict[str, Any], choice: str) -> int:
    outcomes = fork.get(choice, {"outcomes": []})["outcomes"]
    return sum(
        outcome["count"]
        for outcome in outcomes
        if outcome["kind"] == "dropped" or (outcome["kind"] == "skipped" and outcome["differs"])
    )


@given(forks, st.sampled_from([*CHOICES]))
def test_at_risk_is_filed_exactly_when_deciding_under_that_reading_loses_more(fork: dict[str, Any], taken: str) -> None:
    driver = Driver(readings={FORK: taken})
    driver.say(fork=fork)
    expected = {choice: lost(fork, choice) - lost(fork, taken) for choice in CHOICES if choice != taken}
    filed = [found for found in driver.ledger["findings"] if found["outcome"] == "at-risk"]
    said = "the pages leave this open: under the reading {} ({}) {} more would be lost"
    assert {found["why"]: found["count"] for found in filed} == {
        said.format(choice, CHOICES[choice]["says"], more): more for choice, more in expected.items() if more > 0
    }
    assert driver.ledger["at_risk"] == sum(more for more in expected.values() if more > 0)
    assert not any(found["loses"] or found["silent"] for found in filed)


def test_at_risk_says_which_reading_would_lose_what() -> None:
    driver = Driver()
    driver.say(
        outcomes=[{"kind": "kept", "count": 2}],
        fork={"strict": {"outcomes": [{"kind": "dropped", "count": 2, "at": ["/0", "/1"]}]}},
    )
    (found,) = driver.ledger["findings"]
    assert (found["rule"], found["outcome"], found["where"], found["count"]) == (FORK, "at-risk", ["/0", "/1"], 2)
    assert found["why"] == ("the pages leave this open: under the reading strict (it is lost) 2 more would be lost")


def test_a_value_lost_under_every_reading_is_not_at_risk() -> None:
    driver = Driver()
    both = {"kind": "dropped", "item": 0, "at": ["/0"]}
    driver.say(
        fork={
            "lenient": {"outcomes": [both, {"kind": "kept", "item": 1}]},
            "strict": {"outcomes": [both, {"kind": "dropped", "item": 1, "at": ["/1"]}]},
        }
    )
    assert [found["where"] for found in driver.ledger["findings"] if found["outcome"] == "at-risk"] == [["/1"]]


def test_a_decision_without_a_fork_is_never_at_risk() -> None:
    driver = Driver()
    driver.say(outcomes=[{"kind": "kept"}])
    assert driver.ledger["at_risk"] == 0


def test_the_risk_of_a_job_is_filed_with_the_exchange_whose_items_it_resolves() -> None:
    driver = Driver()
    dropped = {"kind": "dropped", "of": 1, "was": "pending"}
    kept = {"kind": "kept", "of": 1, "was": "pending"}
    driver.say(
        outcomes=[{"kind": "pending"}],
        jobs=[
            {
                "due": "2026-01-15T13:00:00Z",
                "fork": {"lenient": {"outcomes": [kept]}, "strict": {"outcomes": [dropped]}},
            }
        ],
    )
    driver.say()
    driver.tenant.advance_to(NOON.replace(hour=13))
    assert [(found["exchange"], found["count"]) for found in driver.ledger["findings"]] == [(1, 1)]


def test_jobs_of_another_reading_are_not_scheduled() -> None:
    driver = Driver()
    driver.say(fork={"strict": {"jobs": [{"due": "2026-01-15T12:30:00Z"}], "outcomes": [{"kind": "dropped"}]}})
    assert driver.tenant.due == []


# -- choosing -------------------------------------------------------------------------------------------------------


def test_a_tenant_has_the_default_of_every_fork_until_it_chooses() -> None:
    driver = Driver()
    assert driver.tenant.readings == {FORK: "lenient"}
    driver.tenant.set_readings({FORK: "strict"})
    assert driver.tenant.readings == {FORK: "strict"}


@pytest.mark.parametrize(
    ("readings", "error"),
    [
        ({FORK: "sideways"}, "'sideways' is not a reading of toy.item.fork. Choose one of: lenient, strict, odd."),
        ({RULE: "lenient"}, "Unknown reading 'toy.item.rule'. Available: toy.item.fork."),
        ({"toy.item.forq": "lenient"}, "Unknown rule of toy 'toy.item.forq'"),
    ],
)
def test_an_unknown_choice_changes_nothing(readings: dict[str, str], error: str) -> None:
    driver = Driver()
    with pytest.raises(UsageError, match=error):
        driver.tenant.set_readings({FORK: "strict", **readings})
    assert driver.tenant.readings == {FORK: "lenient"}
    with pytest.raises((UsageError, UnknownName)):
        Driver(readings=readings)


# -- item by item, place by place -----------------------------------------------------------------------------------

ITEMS = range(3)
item_outcomes = st.lists(st.sampled_from(["kept", "dropped"]), min_size=3, max_size=3)
key_losses = st.sets(st.tuples(st.sampled_from(ITEMS), st.sampled_from(["x", "y/z"])), max_size=4)
decided = st.tuples(item_outcomes, key_losses)


def as_asked(outcomes: list[str], keys: set[tuple[int, str]]) -> dict[str, Any]:
    return {
        "outcomes": [{"kind": kind, "item": item, "at": [f"/{item}"]} for item, kind in enumerate(outcomes)],
        "notes": [
            {"kind": "ignored", "item": item, "key": key, "at": [f"/{item}/{key}"]} for item, key in sorted(keys)
        ],
    }


def leaves_lost(outcomes: list[str], keys: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Every place that is not held: of an item that is lost whole, all that may stand in it."""
    places = ["", "x", "y/z"]
    return {(item, key) for item in ITEMS for key in places if outcomes[item] == "dropped"} | keys


@given(here=decided, there=decided)
def test_the_losses_of_another_reading_are_compared_place_by_place(
    here: tuple[list[str], set[tuple[int, str]]], there: tuple[list[str], set[tuple[int, str]]]
) -> None:
    driver = Driver()
    driver.say(fork={"lenient": as_asked(*here), "strict": as_asked(*there), "odd": as_asked(*here)})
    beyond = leaves_lost(*there) - leaves_lost(*here)
    whole = {item for item, key in beyond if not key}
    more = len(whole) + len({(item, key) for item, key in beyond if key and item not in whole})
    filed = [found["count"] for found in driver.ledger["findings"] if found["outcome"] == "at-risk"]
    assert filed == ([more] if more else [])


def test_losses_of_an_immediate_job_are_compared_after_it_has_run() -> None:
    driver = Driver()
    pending = [{"kind": "pending", "item": 0}]
    dropped = [{"kind": "dropped", "item": 0, "of": 1, "was": "pending", "at": ["/0"]}]
    driver.say(
        fork={
            "lenient": {"outcomes": pending, "jobs": [{"due": "2026-01-15T12:00:00Z", "outcomes": dropped}]},
            "strict": {"outcomes": [{"kind": "dropped", "item": 0, "at": ["/0"]}]},
            "odd": {"outcomes": [{"kind": "dropped", "item": 0, "at": ["/0"]}]},
        }
    )
    assert (driver.ledger["at_risk"], driver.ledger["silent"]) == (0, 1)
