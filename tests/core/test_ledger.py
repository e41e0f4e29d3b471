"""The account: outcomes add up, a loss is silent when no reply reported it, the silent figure outlives its findings."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.accounting import finding, ledger
from mockservers.core.accounting.loss import LOSES, loses
from mockservers.core.exchange.decision import Note, NoteKind, Outcome, OutcomeKind
from tests.core.obeying import OTHER_RULE, RULE, Driver

# -- what is a loss -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "content_differs", "loss"),
    [
        ("kept", True, False),
        ("updated", True, False),
        ("pending", True, False),
        ("refused", False, True),
        ("dropped", False, True),
        ("truncated", False, True),
        ("coerced", True, False),
        ("noted", True, False),
        ("at-risk", True, False),
        ("skipped", True, True),
        ("skipped", False, False),
        ("overwritten", True, True),
        ("overwritten", False, False),
        ("ignored", True, True),
        ("ignored", False, False),
    ],
)
def test_a_loss_depends_on_the_content_that_is_gone(outcome: Any, content_differs: bool, loss: bool) -> None:
    stated = Outcome if outcome in get_args(OutcomeKind) else Note
    assert loses(stated(outcome, RULE, differs=content_differs)) is loss


def test_every_outcome_is_in_the_table_of_losses() -> None:
    assert LOSES.keys() == {*get_args(OutcomeKind), *get_args(NoteKind)}


# -- laws -----------------------------------------------------------------------------------------------------------

kinds = st.sampled_from(get_args(OutcomeKind))
outcomes = st.fixed_dictionaries({"kind": kinds, "count": st.integers(1, 5), "differs": st.booleans()})
notes = st.fixed_dictionaries(
    {"kind": st.sampled_from(["ignored", "truncated", "coerced", "noted"]), "count": st.integers(1, 5)}
)
calls = st.fixed_dictionaries(
    {
        "outcomes": st.lists(outcomes, max_size=4),
        "notes": st.lists(notes, max_size=3),
        "status": st.sampled_from([200, 204, 400, 503]),
    }
)
resolutions = st.sampled_from(["kept", "updated", "dropped", "overwritten", "skipped"])


@given(st.lists(st.tuples(calls, resolutions), max_size=5))
def test_outcomes_add_up_and_the_silent_figure_counts_unreported_losses(
    steps: list[tuple[dict[str, Any], str]],
) -> None:
    driver = Driver()
    sent = silent = 0
    for number, (call, later) in enumerate(steps, 1):
        pending = sum(outcome["count"] for outcome in call["outcomes"] if outcome["kind"] == "pending")
        resolved = {"kind": later, "count": pending, "of": number, "was": "pending"}
        jobs = [{"due": "2026-01-15T12:00:00Z", "call": number, "outcomes": [resolved]}] if pending else []
        driver.say(**call, jobs=jobs)
        is_error = call["status"] >= 400
        sent += sum(outcome["count"] for outcome in call["outcomes"]) or (1 if is_error and not call["outcomes"] else 0)
        if not is_error:
            silent += lost_without_a_word(call, resolved if pending else None)
    items = driver.ledger["items"]
    assert items.pop("sent") == sent == sum(items.values())
    assert "pending" not in items
    assert (
        driver.ledger["silent"]
        == silent
        == sum(found["count"] for found in driver.ledger["findings"] if found["silent"])
    )


def lost_without_a_word(call: dict[str, Any], resolved: dict[str, Any] | None) -> int:
    """Items and keys of one call; keys of a request that is lost as a whole are no second loss."""
    outcomes = [outcome for outcome in call["outcomes"] if outcome["kind"] != "pending"] + (
        [resolved] if resolved else []
    )
    lost_items = sum(outcome["count"] for outcome in outcomes if lose(outcome))
    nothing_held = call["outcomes"] and all(lose(outcome) for outcome in call["outcomes"])
    lost_keys = 0 if nothing_held else sum(int(found["count"]) for found in call["notes"] if lose(found))
    return int(lost_items) + lost_keys


def lose(found: dict[str, Any]) -> bool:
    if found["kind"] in ("skipped", "overwritten", "ignored"):
        return bool(found.get("differs", True))
    return found["kind"] in ("refused", "dropped", "truncated")


@given(st.lists(calls, min_size=1, max_size=8), st.integers(1, 3))
def test_the_silent_figure_survives_the_eviction_of_findings(steps: list[dict[str, Any]], most: int) -> None:
    whole = Driver()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "FINDINGS_KEPT", most)
        small = Driver()
    for call in steps:
        whole.say(**call)
        small.say(**call)
    assert small.ledger["silent"] == whole.ledger["silent"]
    assert small.ledger["items"] == whole.ledger["items"]
    assert small.ledger["findings"] == whole.ledger["findings"][-most:]
    assert small.ledger["evicted"] == len(whole.ledger["findings"]) - len(small.ledger["findings"])


def test_an_overwritten_seed_does_not_count_as_sent() -> None:
    driver = Driver()
    driver.say(outcomes=[{"kind": "overwritten", "of": 1, "was": "kept", "count": 3}])
    assert driver.ledger["items"] == {"sent": 0}
    assert driver.ledger["silent"] == 3


# -- findings -------------------------------------------------------------------------------------------------------


def test_kept_items_are_counted_and_make_no_finding() -> None:
    driver = Driver()
    driver.say(outcomes=[{"kind": "kept", "count": 100_000}, {"kind": "updated", "count": 2}, {"kind": "pending"}])
    assert driver.ledger["findings"] == []
    assert driver.ledger["items"] == {"sent": 100_003, "kept": 100_000, "updated": 2, "pending": 1}


def test_a_finding_groups_losses_by_rule_outcome_and_key() -> None:
    driver = Driver()
    driver.say(
        notes=[
            *({"kind": "ignored", "key": "a", "at": [f"/{n}/a"]} for n in range(7)),
            {"kind": "ignored", "key": "b", "at": ["/0/b"], "count": 2},
            {"kind": "ignored", "key": "a", "at": ["/7/a"], "differs": False},
            {"kind": "truncated", "key": "a", "at": ["/8/a"]},
        ],
    )
    assert [
        (found["outcome"], found["where"], found["count"], found["loses"]) for found in driver.ledger["findings"]
    ] == [
        ("ignored", ["/0/a", "/1/a", "/2/a", "/3/a", "/4/a"], 7, True),
        ("ignored", ["/0/b"], 2, True),
        ("ignored", ["/7/a"], 1, False),
        ("truncated", ["/8/a"], 1, True),
    ]


def test_a_decision_makes_at_most_a_thousand_findings_and_one_that_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two hundred thousand keys of one document are counted, each of them, and named one by one up to the limit."""
    monkeypatch.setattr(finding, "KEYS_NAMED", 3)
    driver = Driver()
    notes = [{"kind": "ignored", "key": f"k{n}", "at": [f"/k{n}"], "values": {"item_name": f"k{n}"}} for n in range(20)]
    driver.say(notes=[*notes, {"kind": "ignored", "key": "k1", "at": ["/2/k1"]}, {"kind": "truncated", "key": "k1"}])
    assert [
        (found["key"], found["where"], found["outcome"], found["count"]) for found in driver.ledger["findings"]
    ] == [
        ("k0", ["/k0"], "ignored", 1),
        ("k1", ["/k1", "/2/k1"], "ignored", 2),
        ("k2", ["/k2"], "ignored", 1),
        ("(further keys)", ["/k3", "/k4", "/k5", "/k6", "/k7"], "ignored", 17),
        ("(further keys)", [], "truncated", 1),
    ]
    further = driver.ledger["findings"][3]
    assert (further["why"], further["nearest"]) == ("item (further keys) of 17 under (further keys): 7", None)
    assert driver.ledger["silent"] == 22


def test_a_finding_explains_itself_with_its_values_and_its_source() -> None:
    driver = Driver()
    values = {"item_name": "商品A"}
    driver.say(outcomes=[{"kind": "dropped", "count": 2, "key": "email", "at": ["/3"], "values": values}])
    (found,) = driver.ledger["findings"]
    assert found == {
        "exchange": 1,
        "rule": RULE,
        "key": "email",
        "nearest": None,
        "outcome": "dropped",
        "where": ["/3"],
        "why": "item 商品A of 2 under email: 7",
        "sentence": "item {item_name} of {count} under {key}: {limit}",
        "values": {"item_name": "商品A", "count": 2, "key": "email", "limit": 7},
        "loses": True,
        "reported": False,
        "silent": True,
        "count": 2,
        "provenance": "documented",
        "provenance_of": {"condition": "documented", "consequence": "documented"},
        "source": "https://toy.example",
        "at": "2026-01-15T12:00:00Z",
        "mended": False,
        "rewound": False,
        "fix": finding.FIXES["dropped"],
        "earlier_value": False,
    }


def test_a_rule_without_an_explanation_uses_its_own_sentence() -> None:
    driver = Driver()
    driver.say(notes=[{"kind": "noted", "rule": OTHER_RULE}])
    assert driver.ledger["findings"][0]["why"] == "Another rule."


# -- reported -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "is_reported"), [(200, False), (204, False), (302, False), (400, True), (503, True)]
)
def test_an_error_status_reports_everything(status: int, is_reported: bool) -> None:
    driver = Driver()
    driver.say(
        status=status,
        outcomes=[{"kind": "refused", "count": 2}, {"kind": "kept"}],
        notes=[{"kind": "ignored"}],
    )
    assert {found["reported"] for found in driver.ledger["findings"]} == {is_reported}
    assert driver.ledger["silent"] == (0 if is_reported else 3)


A, B, C = {"id": "a", "name": "Anna"}, {"id": "b", "name": "Anna"}, {"id": "c", "name": "Anna"}
DROPPED = [{"kind": "dropped", "item": item, "at": [f"/{item}"]} for item in range(3)]


@pytest.mark.parametrize(
    ("operation", "orders", "reply", "silently"),
    [
        ("byIndex", [], {"failed": [{"index": 0}, {"index": 2}]}, [1]),
        ("byIndex", [], {"failed": {"index": 1}}, [0, 2]),
        ("byIndex", [], {"failed": [{"index": True}, {"index": "2"}, {"index": None}, {}, 1, None]}, [0, 1, 2]),
        ("byIndex", [], {"failed": []}, [0, 1, 2]),
        ("byIndex", [], {"failed": "all of them"}, [0, 1, 2]),
        ("byIndex", [], [], [0, 1, 2]),
        ("byEcho", [A, B, C], {"failed": [A, C]}, [1]),
        ("byEcho", [A, B, C], {"failed": {**B, "error": "no"}}, [0, 2]),
        ("byEcho", [A, B, A], {"failed": A}, [1, 2]),
        ("byEcho", [A, B, A], {"failed": [A, A]}, [1]),
        ("byEcho", [{"id": "1"}, {"id": 1}, {"id": 1.0, "n": None}], {"failed": [{"id": 1}]}, [0, 2]),
        ("byEcho", [None, {}, "None"], {"failed": [{"error": "no"}, None, {"error": "no"}]}, [2]),
        ("byEcho", [{"id": "a", "n": 1}, {"id": "a", "n": 2}, B], {"failed": [{"id": "a"}]}, [0, 1, 2]),
        ("inOrder", [], {"results": [{"status": "ok"}, {"status": "no"}, {"status": "ok"}]}, [0, 2]),
        ("inOrder", [], {"results": [{"status": "no"}, {}, {"status": None}]}, []),
        ("inOrder", [], {"results": [{"status": "no"}]}, [1, 2]),
        ("plain", [], {"failed": [{"index": 0}]}, [0, 1, 2]),
    ],
)
def test_a_reply_reports_the_items_at_the_places_that_the_contract_declares(
    operation: str, orders: list[Any], reply: Any, silently: list[int]
) -> None:
    driver = Driver()
    driver.say(operation, outcomes=DROPPED, reply=reply, orders=orders)
    silent = [place for found in driver.ledger["findings"] if found["silent"] for place in found["where"]]
    assert silent == [f"/{item}" for item in silently]
    assert driver.ledger["silent"] == len(silently)


@pytest.mark.parametrize("sent", [None, [], {"orders": 5}, {"orders": [1, None]}, "orders"])
def test_a_request_without_a_list_of_items_reports_none_of_them(sent: Any) -> None:
    driver = Driver()
    driver.say("byEcho", outcomes=DROPPED, reply={"failed": [{"id": "a"}]}, **({"orders": sent} if sent else {}))
    assert driver.ledger["silent"] == 3


def test_a_note_on_an_item_that_the_reply_names_is_reported_too() -> None:
    driver = Driver()
    driver.say("byIndex", notes=[{"kind": "ignored", "item": 0}, {"kind": "ignored"}], reply={"failed": {"index": 0}})
    assert [found["reported"] for found in driver.ledger["findings"]] == [True, False]
