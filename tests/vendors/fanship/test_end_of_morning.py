"""What is lost is weighed against what is held at the end of the morning, in whatever order the uploads come."""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asking import NOW
from tests.vendors.fanship.fanship_tenant import FanshipTenant
from tests.vendors.fanship.naive import Naive
from tests.vendors.fanship.test_naive_model import CHOICES
from tests.vendors.under_readings import defaults

LAST_WINS, REPEATED = "fanship.upload.last-of-day-wins", "fanship.upload.repeated-id"
NO_CHANGE = "fanship.ingestion.no-change"
D, E = {"id": "d"}, {"id": "e"}
A, A1, A2 = {"id": "a"}, {"id": "a", "tax": 1}, {"id": "a", "tax": 2}

Sent = tuple[str, list[Any]]


def after_each(*mornings: list[Sent]) -> list[int]:
    """Send the uploads of one day after another; silent loss after each upload and after each morning."""
    fanship, silent_after_each = FanshipTenant(), list[int]()
    for uploads in mornings:
        for day, lines in uploads:
            fanship.upload(day, *lines)
            silent_after_each.append(fanship.silent)
        fanship.next_morning()
        silent_after_each.append(fanship.silent)
    return silent_after_each


@pytest.mark.rule(LAST_WINS)
@pytest.mark.parametrize("order", list(permutations([("14", [D, E]), ("14", [E]), ("13", [D])])))
def test_the_order_of_business_days_does_not_matter(order: list[tuple[str, list[Any]]]) -> None:
    of_14 = [lines for day, lines in order if day == "14"]
    silent_after_each = after_each([(f"202601{day}", lines) for day, lines in order])
    assert silent_after_each[-2:] == [0, 0]
    assert silent_after_each[0] == 0
    assert silent_after_each[1] == (order[2][0] == "13" and of_14[-1] == [E])


@pytest.mark.rule(LAST_WINS, REPEATED)
@pytest.mark.parametrize(
    ("mornings", "silent"),
    [
        # overwritten lines
        ([[("20260114", [D, E]), ("20260114", [E]), ("20260113", [D])]], [0, 1, 0, 0]),
        ([[("20260114", [D, E]), ("20260114", [E]), ("20260113", [D]), ("20260113", [])]], [0, 1, 0, 2, 2]),
        ([[("20260114", [A1]), ("20260114", []), ("20260113", [A2])]], [0, 1, 1, 1]),
        ([[("20260114", [A1]), ("20260114", []), ("20260113", [A2]), ("20260112", [A1])]], [0, 1, 1, 1, 2]),
        ([[("20260114", [A]), ("20260114", []), ("20260113", [A1])]], [0, 1, 0, 0]),
        (
            [
                [
                    ("20260113", [{"id": "b", "zz": 1, "yy": 1}]),
                    ("20260113", [{"id": "a", "quantity": 2, "tax": 2}]),
                    ("20260114", [{"id": "a", "zz": 2}]),
                    ("20260114", [{"id": "b"}]),
                ]
            ],
            [2, 1, 2, 3, 3],
        ),
        # lines whose id stands twice
        ([[("20260114", [A1])], [("20260115", [A1, A])]], [0, 0, 0, 0]),
        ([[("20260114", [A1])], [("20260115", [A1, A2])]], [0, 0, 0, 1]),
        ([[("20260114", [A1])], [("20260115", [A2, A1])]], [0, 0, 1, 1]),
        ([[("20260114", [A1])], [("20260115", [A2, A2])]], [0, 0, 0, 1]),
        ([[("20260114", [A1]), ("20260115", [A1, A])]], [0, 0, 0]),
        ([[("20260115", [A1, A]), ("20260114", [A1])]], [1, 1, 2]),  # the first to come in stays
        ([[("20260115", [A1, A2]), ("20260115", [A1])]], [1, 1, 1]),
        ([[("20260113", [A1]), ("20260115", [A1, A]), ("20260113", [])]], [0, 0, 2, 2]),
        ([[("20260114", [A1])], [("20260115", [{**A1, "zz": 1}, A])]], [0, 0, 1, 1]),
        ([[("20260113", [A1]), ("20260115", [{**A1, "zz": 1}, A]), ("20260113", [])]], [0, 1, 2, 2]),
        # keys of lines that are passed over say nothing again
        (
            [
                [
                    ("20260115", [{"id": "c", "yy": 2}]),
                    ("20260115", [{"id": "c", "tax": 1, "yy": 2}, {"id": "c", "quantity": 1}]),
                ]
            ],
            [1, 2, 2],
        ),
    ],
)
def test_a_value_is_lost_exactly_if_it_is_not_held_after_the_ingestion(
    mornings: list[list[Sent]], silent: list[int]
) -> None:
    assert after_each(*mornings) == silent


@pytest.mark.rule("fanship.ingestion.next-morning", LAST_WINS)
def test_waiting_uploads_of_the_previous_day_are_ingested_first() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260114", A1)
    fanship.advance(hours=13)  # one o'clock of the next day
    fanship.upload("20260115", A1)
    fanship.upload("20260115", E)
    assert fanship.silent == 0
    fanship.advance(days=2)
    assert fanship.silent == 0
    assert fanship.purchase_ids == ["a", "e"]


@pytest.mark.rule(REPEATED)
def test_the_ingestion_withdraws_the_loss_of_a_repeated_id_that_is_held_by_then() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", A1, A2)
    assert fanship.silent == 1
    fanship.tenant.replace_state({"purchases": [A1]})
    fanship.next_morning()
    assert fanship.items == {"sent": 2, "overwritten": 1, "skipped": 1}
    assert fanship.rules("skipped") == {NO_CHANGE}
    assert fanship.silent == 1  # line 2 is lost now; line 1 is held


FIELDS = st.fixed_dictionaries({}, optional={"tax": st.just(1), "quantity": st.sampled_from([1, 2]), "zz": st.just(1)})
LINES = st.lists(st.builds(lambda name, fields: {"id": name, **fields}, st.sampled_from("ab"), FIELDS), max_size=3)
UPLOADS = st.tuples(st.sampled_from(["20260113", "20260114"]), LINES, st.sampled_from([0, 0, 0, 13, 24]))
READINGS: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.sampled_from(["replace-held", "both-kept", "replace-day"]).map(lambda choice: {NO_CHANGE: choice}),
    st.just({"fanship.ingestion.accumulates": "full-replacement"}),
    st.just({LAST_WINS: "one-upload-per-reception-day"}),
    st.just({REPEATED: "both-kept"}),
)


@pytest.mark.rule(LAST_WINS, REPEATED, NO_CHANGE)
@settings(max_examples=10 * settings().max_examples)
@given(st.lists(UPLOADS, min_size=2, max_size=6), READINGS)
def test_every_figure_equals_a_model_evaluated_after_the_ingestion(
    uploads: list[tuple[str, list[Any], int]], readings: dict[str, str]
) -> None:
    others = {rule.removeprefix("fanship."): choice for rule, choice in readings.items()}
    fanship, naive = FanshipTenant(readings=readings), Naive(NOW, defaults(CHOICES) | others)
    for day, lines, hours in [*uploads, ("20260112", [], 48)]:
        fanship.upload(day, *lines)
        naive.upload(day, [json.dumps(line) for line in lines], {})
        assert fanship.silent == naive.silent
        fanship.advance(hours=hours)
        naive.wait(hours)
        assert fanship.silent == naive.silent
        outcomes = Counter(fanship.items)
        outcomes.pop("sent", None)
        assert outcomes == naive.outcomes
