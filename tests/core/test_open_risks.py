"""One item, one loss: an item that is lost for real is at risk no more, until the loss is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from tests.core.obeying import NOON, Driver

SENT = 4
ITEMS = range(SENT)
items = st.lists(st.sampled_from(ITEMS), unique=True).map(sorted)
keys = st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from("xy")), unique=True, max_size=5).map(sorted)
steps = st.lists(st.one_of(items, st.none()), max_size=4)
"""Which of the first call's items each later call states to be lost by now; None rewinds to the first call."""


def waiting(at_risk: Sequence[int], keys_at_risk: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Pending items, some of which another reading loses whole, and some of which lose keys under it."""
    pending = {"kind": "pending", "count": SENT}
    left = [item for item in ITEMS if item not in at_risk]
    strict: dict[str, Any] = {"outcomes": [], "notes": []}
    if at_risk:
        places = [f"/{item}" for item in at_risk]
        strict["outcomes"].append({"kind": "dropped", "count": len(at_risk), "items": at_risk, "at": places})
    if left:
        strict["outcomes"].append({"kind": "pending", "count": len(left), "items": left})
    for item, key in keys_at_risk:
        strict["notes"].append({"kind": "ignored", "item": item, "key": key, "at": [f"/{item}/{key}"]})
    fork = {"lenient": {"outcomes": [pending]}, "odd": {"outcomes": [pending]}, "strict": strict}
    return {"outcomes": [pending], "fork": fork}


def states_lost(lost: Sequence[int], was: str) -> dict[str, Any]:
    """A later call that withdraws the losses of the first call's items, and states the current ones."""
    outcomes = []
    for some, differs in ((lost, True), ([item for item in ITEMS if item not in lost], False)):
        if some:
            found = {"kind": "overwritten", "of": 1, "was": was, "count": len(some), "items": some}
            outcomes.append({**found, "differs": differs, "provisional": True})
    return {"outcomes": outcomes, "mended": [{"of": 1}]}


def at_risk_left(at_risk: Sequence[int], keys_at_risk: Sequence[tuple[int, str]], lost: Sequence[int]) -> set[str]:
    """The places at risk of items that are not lost: of an item at risk whole, the item's."""
    whole = {f"/{item}" for item in at_risk if item not in lost}
    return whole | {f"/{item}/{key}" for item, key in keys_at_risk if item not in {*at_risk, *lost}}


@given(items, keys, steps)
def test_a_lost_item_is_no_longer_at_risk_and_nothing_else_changes(
    at_risk: list[int], keys_at_risk: list[tuple[int, str]], later: list[list[int] | None]
) -> None:
    driver = Driver()
    driver.say(**waiting(at_risk, keys_at_risk))
    lost: list[int] = []
    was, before = "pending", driver.tenant.ledger.snapshot()
    for step in later:
        if step is None:
            driver.tenant.ledger.rewind(before)
            lost, was = [], "pending"
        else:
            driver.say(**states_lost(step, was))
            lost, was = step, "overwritten"
        places = at_risk_left(at_risk, keys_at_risk, lost)
        filed = [finding for finding in driver.ledger["findings"] if finding["outcome"] == "at-risk"]
        assert driver.ledger["at_risk"] == len(places) == sum(finding["count"] for finding in filed)
        if len(at_risk_left(at_risk, keys_at_risk, [])) <= PLACES_SHOWN:
            assert {place for finding in filed for place in finding["where"]} == places


def test_a_request_that_is_at_risk_as_a_whole_is_so_only_for_its_items_that_are_not_lost() -> None:
    driver = Driver()
    pending, dropped = [{"kind": "pending", "count": SENT}], [{"kind": "dropped", "count": SENT}]
    kept = {"outcomes": pending}
    driver.say(outcomes=pending, fork={"lenient": kept, "odd": kept, "strict": {"outcomes": dropped}})
    driver.say(**states_lost([1, 2], "pending"))
    assert [(each["outcome"], each["count"]) for each in driver.ledger["findings"] if each["count"]][:2] == [
        ("at-risk", SENT - 2),
        ("overwritten", 2),
    ]
    driver.say(**states_lost([*ITEMS], "overwritten"))
    assert "at-risk" not in [finding["outcome"] for finding in driver.ledger["findings"]]
    assert (driver.ledger["at_risk"], driver.ledger["silent"]) == (0, SENT)


def test_an_item_at_risk_that_a_later_job_drops_is_lost_once() -> None:
    driver = Driver()
    pending: dict[str, Any] = {"outcomes": [{"kind": "pending", "item": 0}]}
    dropped = {"kind": "dropped", "item": 0, "of": 1, "was": "pending", "at": ["/0"]}
    jobs = [{"due": "2026-01-15T13:00:00Z", "outcomes": [dropped]}]
    refused = {"outcomes": [{"kind": "dropped", "item": 0, "at": ["/0"]}]}
    driver.say(**pending, jobs=jobs, fork={"lenient": pending, "odd": pending, "strict": refused})
    assert (driver.ledger["at_risk"], driver.ledger["silent"]) == (1, 0)
    driver.tenant.advance_to(NOON.replace(hour=13))
    assert (driver.ledger["at_risk"], driver.ledger["silent"]) == (0, 1)
    assert [(finding["outcome"], finding["where"]) for finding in driver.ledger["findings"]] == [("dropped", ["/0"])]
