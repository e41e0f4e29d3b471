"""The account: outcomes add up, a loss is silent when no reply reported it, the silent figure outlives its findings."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.accounting import ledger
from mockservers.core.accounting.loss import LOSES, loses
from mockservers.core.exchange.decision import Note, NoteKind, Outcome, OutcomeKind
from tests.core.obeying import NOON, OTHER_RULE, RULE, Told

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
def test_loss_is_a_matter_of_content(outcome: Any, content_differs: bool, loss: bool) -> None:
    stated = Outcome if outcome in get_args(OutcomeKind) else Note
    assert loses(stated(outcome, RULE, differs=content_differs)) is loss


def test_every_outcome_is_in_the_table() -> None:
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
def test_outcomes_add_up_and_silent_is_what_was_lost_without_a_word(steps: list[tuple[dict[str, Any], str]]) -> None:
    told = Told()
    sent = silent = 0
    for number, (call, later) in enumerate(steps, 1):
        pending = sum(outcome["count"] for outcome in call["outcomes"] if outcome["kind"] == "pending")
        resolved = {"kind": later, "count": pending, "of": number, "was": "pending"}
        jobs = [{"due": "2026-01-15T12:00:00Z", "call": number, "outcomes": [resolved]}] if pending else []
        told.say(**call, jobs=jobs)
        is_error = call["status"] >= 400
        sent += sum(outcome["count"] for outcome in call["outcomes"]) or (1 if is_error and not call["outcomes"] else 0)
        if not is_error:
            silent += lost_without_a_word(call, resolved if pending else None)
    items = told.ledger["items"]
    assert items.pop("sent") == sent == sum(items.values())
    assert "pending" not in items
    assert (
        told.ledger["silent"] == silent == sum(found["count"] for found in told.ledger["findings"] if found["silent"])
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
    whole = Told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "FINDINGS_KEPT", most)
        small = Told()
    for call in steps:
        whole.say(**call)
        small.say(**call)
    assert small.ledger["silent"] == whole.ledger["silent"]
    assert small.ledger["items"] == whole.ledger["items"]
    assert small.ledger["findings"] == whole.ledger["findings"][-most:]
    assert small.ledger["evicted"] == len(whole.ledger["findings"]) - len(small.ledger["findings"])


def test_what_was_seeded_and_leaves_was_never_sent() -> None:
    told = Told()
    told.say(outcomes=[{"kind": "overwritten", "of": 1, "was": "kept", "count": 3}])
    assert told.ledger["items"] == {"sent": 0}
    assert told.ledger["silent"] == 3


# -- findings -------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_counted_and_no_finding() -> None:
    told = Told()
    told.say(outcomes=[{"kind": "kept", "count": 100_000}, {"kind": "updated", "count": 2}, {"kind": "pending"}])
    assert told.ledger["findings"] == []
    assert told.ledger["items"] == {"sent": 100_003, "kept": 100_000, "updated": 2, "pending": 1}


def test_a_finding_gathers_what_has_rule_outcome_and_key_in_common() -> None:
    told = Told()
    told.say(
        notes=[
            *({"kind": "ignored", "key": "a", "at": [f"/{n}/a"]} for n in range(7)),
            {"kind": "ignored", "key": "b", "at": ["/0/b"], "count": 2},
            {"kind": "ignored", "key": "a", "at": ["/7/a"], "differs": False},
            {"kind": "truncated", "key": "a", "at": ["/8/a"]},
        ],
    )
    assert [
        (found["outcome"], found["where"], found["count"], found["loses"]) for found in told.ledger["findings"]
    ] == [
        ("ignored", ["/0/a", "/1/a", "/2/a", "/3/a", "/4/a"], 7, True),
        ("ignored", ["/0/b"], 2, True),
        ("ignored", ["/7/a"], 1, False),
        ("truncated", ["/8/a"], 1, True),
    ]


def test_a_finding_says_why_with_the_values_in_it_and_where_that_is_written() -> None:
    told = Told()
    told.say(outcomes=[{"kind": "dropped", "count": 2, "key": "email", "at": ["/3"], "values": {"item_name": "商品A"}}])
    (found,) = told.ledger["findings"]
    assert found == {
        "exchange": 1,
        "rule": RULE,
        "outcome": "dropped",
        "where": ["/3"],
        "why": "item 商品A of 2 under email: 7",
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
    }


def test_a_rule_without_a_why_says_itself() -> None:
    told = Told()
    told.say(notes=[{"kind": "noted", "rule": OTHER_RULE}])
    assert told.ledger["findings"][0]["why"] == "Another rule."


# -- told -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "is_told"), [(200, False), (204, False), (302, False), (400, True), (503, True)])
def test_an_error_status_tells_of_everything(status: int, is_told: bool) -> None:
    told = Told()
    told.say(
        status=status,
        outcomes=[{"kind": "refused", "count": 2}, {"kind": "kept"}],
        notes=[{"kind": "ignored"}],
    )
    assert {found["reported"] for found in told.ledger["findings"]} == {is_told}
    assert told.ledger["silent"] == (0 if is_told else 3)


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
def test_a_reply_reports_the_items_that_the_contract_says_it_reports(
    operation: str, orders: list[Any], reply: Any, silently: list[int]
) -> None:
    told = Told()
    told.say(operation, outcomes=DROPPED, reply=reply, orders=orders)
    silent = [place for found in told.ledger["findings"] if found["silent"] for place in found["where"]]
    assert silent == [f"/{item}" for item in silently]
    assert told.ledger["silent"] == len(silently)


@pytest.mark.parametrize("sent", [None, [], {"orders": 5}, {"orders": [1, None]}, "orders"])
def test_a_request_of_any_shape_names_nothing_and_breaks_nothing(sent: Any) -> None:
    told = Told()
    told.say("byEcho", outcomes=DROPPED, reply={"failed": [{"id": "a"}]}, **({"orders": sent} if sent else {}))
    assert told.ledger["silent"] == 3


def test_a_note_on_an_item_that_the_reply_names_was_told_too() -> None:
    told = Told()
    told.say("byIndex", notes=[{"kind": "ignored", "item": 0}, {"kind": "ignored"}], reply={"failed": {"index": 0}})
    assert [found["reported"] for found in told.ledger["findings"]] == [True, False]


@pytest.mark.parametrize(("status", "silent"), [(200, 2), (400, 0)])
def test_what_becomes_of_an_item_later_was_told_if_its_own_reply_told_of_everything(status: int, silent: int) -> None:
    told = Told()
    dropped = {"kind": "dropped", "of": 1, "was": "pending", "count": 2}
    told.say(
        status=status,
        outcomes=[{"kind": "pending", "count": 2}],
        jobs=[{"due": "2026-01-15T13:00:00Z", "outcomes": [dropped]}],
    )
    told.say(status=400)
    told.tenant.advance_to(NOON.replace(hour=13))
    assert told.ledger["silent"] == silent
    assert [found["exchange"] for found in told.ledger["findings"] if found["outcome"] == "dropped"] == [1]
    assert told.ledger["items"] == {"sent": 3, "refused": 1, "dropped": 2}


# -- what later decisions change ------------------------------------------------------------------------------------


def test_the_loss_of_a_key_is_no_second_loss_of_an_item_that_is_lost_whole() -> None:
    told = Told()
    told.say(
        outcomes=[{"kind": "dropped", "item": 0}, {"kind": "kept", "item": 1}],
        notes=[{"kind": "ignored", "item": item, "key": "x", "at": [f"/{item}/x"]} for item in (0, 1)],
    )
    assert told.ledger["silent"] == 2
    assert [found["where"] for found in told.ledger["findings"] if found["silent"]] == [[], ["/1/x"]]


def test_the_loss_of_a_key_is_taken_out_when_its_item_is_lost_later() -> None:
    told = Told()
    keys = [{"kind": "ignored", "item": item, "key": "x", "at": [f"/{item}/x"]} for item in (0, 1)]
    of_the_request = {"kind": "ignored", "key": "y", "at": ["/y"]}
    resolved = [
        {"kind": "dropped", "item": 0, "of": 1, "was": "pending"},
        {"kind": "kept", "item": 1, "of": 1, "was": "pending"},
    ]
    told.say(
        outcomes=[{"kind": "pending", "item": 0}, {"kind": "pending", "item": 1}],
        notes=[*keys, of_the_request],
        jobs=[{"due": "2026-01-15T13:00:00Z", "outcomes": resolved}],
    )
    assert told.ledger["silent"] == 3
    told.tenant.advance_to(NOON.replace(hour=13))
    assert told.ledger["silent"] == 3  # one item, one key of the other, one of the request


def test_a_provisional_loss_is_taken_back_and_stated_anew() -> None:
    told = Told()
    told.say(outcomes=[{"kind": "pending", "count": 3}])
    told.say(
        outcomes=[
            {"kind": "overwritten", "of": 1, "was": "pending", "items": [0, 1, 2], "provisional": True, "count": 3}
        ]
    )
    assert told.ledger["silent"] == 3
    mark = told.tenant.ledger.snapshot()
    again = {"kind": "overwritten", "of": 1, "was": "overwritten", "provisional": True}
    told.say(
        mended=[{"of": 1}],
        outcomes=[{**again, "items": [1], "count": 1}, {**again, "items": [0, 2], "count": 2, "differs": False}],
    )
    assert told.ledger["silent"] == 1
    assert told.ledger["items"] == {"sent": 3, "overwritten": 3}
    assert [(found["count"], found["mended"], found["silent"]) for found in told.ledger["findings"]] == [
        (3, True, False),
        (1, False, True),
        (2, False, False),
    ]
    told.tenant.ledger.rewind(mark)
    assert told.ledger["silent"] == 3
    assert [found["silent"] for found in told.ledger["findings"]] == [True, False, False]


def test_a_loss_that_was_reported_is_mended_and_stated_anew_as_reported() -> None:
    told = Told()
    told.say(status=503, outcomes=[{"kind": "pending"}])
    again = {"kind": "overwritten", "of": 1, "provisional": True}
    told.say(outcomes=[{**again, "was": "pending"}])
    told.say(mended=[{"of": 1}], outcomes=[{**again, "was": "overwritten"}])
    assert told.ledger["silent"] == 0
    assert [found["reported"] for found in told.ledger["findings"]] == [True, True]
