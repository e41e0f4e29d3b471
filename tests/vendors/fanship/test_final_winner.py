"""Loss follows the final winner of a day: what a later upload brings again is taken back, values and keys."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from tests.vendors.fanship.fanship_tenant import FanshipTenant

LAST_WINS = "fanship.upload.last-of-day-wins"
DAY = "20260115"
FULL: list[Any] = [{"id": "1", "quantity": 1}, {"id": "2"}, {"id": "3"}]


@pytest.mark.rule(LAST_WINS)
@pytest.mark.parametrize(
    ("uploads", "silent"),
    [
        ([FULL, FULL[:1], FULL], [0, 2, 0]),
        ([FULL, [], FULL], [0, 3, 0]),
        ([FULL, FULL[:1], FULL[:2]], [0, 2, 1]),
        ([FULL, FULL[:1], [], FULL, FULL[1:]], [0, 2, 3 + 1, 0, 3]),
        ([FULL[:1], FULL[1:2], FULL[2:]], [0, 1, 2]),
        ([[{"id": "1", "quantity": 1}], [{"id": "1", "quantity": 2}], [{"id": "1", "quantity": 1}]], [0, 1, 1]),
        ([[{"id": "1", "quantity": -1}], [{"id": "1", "quantity": -2}]], [0, 1]),
        ([[{"id": "1", "promotion_id": 1}], [{"id": "1", "promotion_id": True}]], [0, 1]),
        ([[{"id": "1", "promotion_id": [""]}], [{"id": "1", "promotion_id": [0]}]], [0, 1]),
        ([[{"id": "1", "jan_code": 5}], [{"id": "1", "jan_code": 5 + 2**61 - 1}]], [0, 1]),
        ([[{"id": "1", "tax": 1.10}], ['{"id":"1","tax":1.1000000000000000000001}']], [0, 1]),
        # lines whose id stands twice
        ([[{"id": "1", "quantity": 1}, {"id": "1", "quantity": 2}], [{"id": "1", "quantity": 1}]], [1, 1]),
        ([[{"id": "1", "quantity": 1}, {"id": "1"}], [{"id": "1", "quantity": 1}]], [1, 0]),
        # keys that nobody knows
        ([[{"id": "1", "x": 1}], [{"id": "2"}]], [1, 1]),
        ([[{"id": "1", "x": 1, "y": 2}], [{"id": "2"}], [{"id": "1", "x": 1, "y": 2}]], [2, 1, 2 + 1]),
        ([[{"id": "1", "x": 1}], [{"id": "1", "x": 1.0}]], [1, 1]),
        ([[{"id": "1", "x": 1}], [{"id": "1", "x": 2}]], [1, 2]),
        ([[{"id": "1", "x": 1}], [{"id": "1"}]], [1, 1]),
        ([['{"id":"1","quantity":1,"quantity":2}'], ['{"id":"1","quantity":1,"quantity":2}']], [1, 1]),
    ],
)
@pytest.mark.parametrize("kind", ["purchases", "members"])
def test_a_value_is_lost_if_the_last_upload_of_the_day_does_not_repeat_it(
    uploads: list[list[Any]], silent: list[int], kind: str
) -> None:
    if kind == "members" and ("x" in str(uploads) or '"quantity":1,"quantity"' in str(uploads)):
        pytest.skip("all keys of members are kept")
    fanship = FanshipTenant()
    for lines, expected in zip(uploads, silent, strict=True):
        (fanship.upload(DAY, *lines) if kind == "purchases" else fanship.members(*lines))
        assert fanship.silent == expected
    fanship.next_morning()
    assert fanship.silent == silent[-1]
    assert fanship.items["sent"] == sum(map(len, uploads))


@pytest.mark.rule(LAST_WINS)
def test_a_lasting_loss_is_one_finding_however_many_uploads_follow() -> None:
    fanship = FanshipTenant()
    fanship.upload(DAY, *FULL)
    fanship.upload(DAY, *FULL[1:])
    for day, lines in {"20260116": [{"id": "4"}], "20260117": [{"id": "5"}], "20260113": []}.items():
        fanship.upload(day, *lines)
    lost = [found for found in fanship.ledger["findings"] if found["loses"]]
    assert [(found["exchange"], found["where"], found["mended"]) for found in lost] == [(1, ["line 1"], False)]
    fanship.upload(DAY, *FULL)
    assert fanship.silent == 0
    fanship.upload(DAY, *FULL[1:])
    assert fanship.silent == 2  # that line of either upload


@pytest.mark.rule(LAST_WINS, "fanship.ingestion.no-change")
def test_earlier_ingested_purchases_are_held_whatever_arrives_later_that_day() -> None:
    fanship = FanshipTenant()
    fanship.upload(DAY, {"id": "1", "quantity": 1})
    fanship.next_morning()
    fanship.upload(DAY, {"id": "1", "quantity": 1})
    fanship.upload(DAY, {"id": "2"})
    assert fanship.silent == 0
    fanship.next_morning()
    assert fanship.silent == 0
    assert fanship.purchase_ids == ["1", "2"]


@pytest.mark.rule(LAST_WINS)
def test_a_withdrawn_loss_is_marked_mended_and_leaves_every_count() -> None:
    fanship = FanshipTenant()
    for lines in (FULL, FULL[:1], FULL):
        fanship.upload(DAY, *lines)
    losses = [finding for finding in fanship.ledger["findings"] if finding["loses"] and finding["rule"] == LAST_WINS]
    assert [(finding["count"], finding["mended"], finding["silent"]) for finding in losses] == [(2, True, False)]


@pytest.mark.rule("fanship.record.unknown-key", LAST_WINS, "fanship.ingestion.no-change")
@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ([], [{"id": "2"}]),  # line 1 is overwritten on the same day
        ([{"id": "1", "quantity": 1}], []),  # line 1 is known on a later day
    ],
)
def test_a_lost_key_is_named_only_in_lines_that_are_held(earlier: list[Any], later: list[Any]) -> None:
    fanship = FanshipTenant()
    if earlier:
        fanship.upload(DAY, *earlier)
        fanship.next_morning()
    before = len(fanship.ledger["findings"])
    fanship.upload(DAY, {"id": "1", "quantity": 2, "x": 1}, {"id": "2", "x": 1})
    if later:
        fanship.upload(DAY, *later)
    fanship.next_morning()
    silent = [finding for finding in fanship.ledger["findings"][before:] if finding["silent"]]
    assert sorted((finding["key"], finding["where"], finding["count"]) for finding in silent) == [
        ("", ["line 1"], 1),
        ("x", ["line 2 /x"], 1),
    ]


@pytest.mark.rule("fanship.path.far-business-day")
@pytest.mark.parametrize(
    ("day", "is_far"),
    [
        ("99991231", True),
        ("00010101", True),
        ("20260117", True),
        ("20260116", False),
        ("20260115", False),
        ("20251101", False),
        ("20160116", False),
        ("20160101", True),
    ],
)
@pytest.mark.parametrize("order_date", [None, "2026-01-15T10:00:00+09:00"])
def test_a_business_day_far_from_today_is_at_risk(day: str, is_far: bool, order_date: str | None) -> None:
    fanship = FanshipTenant()
    assert fanship.upload(day, {"id": "1", "order_date": order_date}, {"id": "2"}).reply.status == 200
    assert ("fanship.path.far-business-day" in fanship.rules("at-risk")) == is_far
    assert fanship.ledger["at_risk"] == 2 * is_far
    assert fanship.silent == 0
    strict = FanshipTenant(readings={"fanship.path.far-business-day": "refuse"})
    assert strict.upload(day, {"id": "1"}).reply.status == (400 if is_far else 200)
    assert strict.items == {"sent": 1, ("refused" if is_far else "pending"): 1}


@pytest.mark.rule("fanship.record.orphan")
@pytest.mark.parametrize("members_first", [True, False])
def test_members_and_purchases_of_one_evening_are_held_when_both_are_ingested(members_first: bool) -> None:
    fanship = FanshipTenant()
    lines = [{"id": "1", "member_id": "m"}, {"id": "2", "member_id": "nobody"}, {"id": "3"}]
    if members_first:
        fanship.members({"id": "m"})
    fanship.upload(DAY, *lines)
    if not members_first:
        fanship.members({"id": "m"})
    assert fanship.rules("noted") == set()
    fanship.next_morning()
    found = [finding for finding in fanship.ledger["findings"] if finding["rule"] == "fanship.record.orphan"]
    assert [(finding["count"], finding["where"], finding["why"]) for finding in found] == [
        (1, ["line 2 /member_id"], "member_id is not in the member list: 1 line"),
        (1, ["line 3"], "no member_id, so the purchase belongs to no member: 1 line"),
    ]
    assert {finding["exchange"] for finding in found} == {2 if members_first else 1}
    assert fanship.silent == 0


@pytest.mark.rule("fanship.record.orphan")
def test_a_member_that_the_new_list_omits_is_unknown() -> None:
    fanship = FanshipTenant(members=[{"id": "m"}])
    fanship.upload(DAY, {"id": "1", "member_id": "m"})
    fanship.members({"id": "n"})
    fanship.next_morning()
    assert "fanship.record.orphan" in fanship.rules("noted")


# -- days in Tokyo ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("fanship.ingestion.next-morning", LAST_WINS)
@pytest.mark.parametrize(
    ("first", "second", "is_same_day"),
    [
        ("2026-01-15T14:59:59Z", "2026-01-15T15:00:00Z", False),
        ("2026-01-15T15:00:00Z", "2026-01-15T19:59:00Z", True),
        ("2026-01-15T19:59:00Z", "2026-01-15T20:01:00Z", True),
        ("2026-01-15T20:01:00Z", "2026-01-16T14:59:59Z", True),
    ],
    ids=["around midnight", "after midnight", "04:59 and 05:01", "from 05:01 to the end of the day"],
)
def test_a_reception_day_lasts_from_midnight_to_midnight_in_japan(first: str, second: str, is_same_day: bool) -> None:
    fanship = FanshipTenant()
    for moment, line in ((first, {"id": "1"}), (second, {"id": "2"})):
        fanship.tenant.advance_to(datetime.fromisoformat(moment).astimezone(UTC))
        fanship.upload(DAY, line)
    fanship.advance(days=2)
    assert fanship.purchase_ids == (["2"] if is_same_day else ["1", "2"])
    assert fanship.silent == is_same_day


@pytest.mark.rule("fanship.ingestion.next-morning")
@pytest.mark.parametrize(("moment", "held"), [("2026-01-15T19:59:59Z", []), ("2026-01-15T20:00:00Z", ["1"])])
def test_the_morning_is_at_five_in_japan(moment: str, held: list[str]) -> None:
    fanship = FanshipTenant()
    fanship.upload(DAY, {"id": "1"})
    fanship.tenant.advance_to(datetime.fromisoformat(moment).astimezone(UTC))
    assert fanship.purchase_ids == held


@pytest.mark.rule(LAST_WINS)
def test_of_simultaneous_uploads_one_is_the_last_and_the_others_are_overwritten() -> None:
    fanship = FanshipTenant()
    threads = [Thread(target=fanship.upload, args=(DAY, {"id": str(n)}, {"id": "all"})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fanship.next_morning()
    assert fanship.items == {"sent": 16, "kept": 2, "overwritten": 14}
    assert fanship.silent == 7
    assert len(fanship.purchase_ids) == 2


# -- other readings ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("fanship.upload.all-or-nothing")
def test_under_another_reading_valid_lines_are_kept_despite_a_400() -> None:
    fanship = FanshipTenant(readings={"fanship.upload.all-or-nothing": "good-lines-kept"})
    lines = [{"id": "1"}, "not JSON", {"id": "2", "order_date": "today"}, {"id": "3", "x": 1}]
    assert fanship.upload(DAY, *lines).reply.status == 400
    assert fanship.items == {"sent": 4, "refused": 2, "pending": 2}
    fanship.upload(DAY, {"id": "4"}, {"id": 5})
    fanship.next_morning()
    assert fanship.purchase_ids == ["4"]
    assert fanship.items == {"sent": 6, "refused": 3, "overwritten": 2, "kept": 1}
    assert fanship.silent == 0  # each answer was 400, which reports the whole file


@pytest.mark.rule("fanship.ingestion.no-change")
@pytest.mark.parametrize(
    ("reading", "held", "silent", "items"),
    [
        ("keep-held", [("1", 1), ("2", 1), ("3", 1), ("4", 2)], 1, {"kept": 4, "skipped": 2}),
        ("replace-held", [("1", 2), ("2", 1), ("3", 1), ("4", 2)], 0, {"kept": 4, "skipped": 1, "updated": 1}),
        ("both-kept", [("1", 1), ("1", 2), ("2", 1), ("2", 1), ("3", 1), ("4", 2)], 0, {"kept": 6}),
        ("replace-day", [("1", 2), ("2", 1), ("4", 2)], 1, {"kept": 3, "updated": 2, "overwritten": 1}),
    ],
)
def test_a_business_day_sent_again_on_a_later_day_follows_the_reading(
    reading: str, held: list[tuple[str, int]], silent: int, items: dict[str, int]
) -> None:
    fanship = FanshipTenant(readings={"fanship.ingestion.no-change": reading})
    fanship.upload("20260114", *({"id": name, "quantity": 1} for name in "123"))
    fanship.next_morning()
    fanship.upload("20260114", {"id": "1", "quantity": 2}, {"id": "2", "quantity": 1}, {"id": "4", "quantity": 2})
    fanship.next_morning()
    assert sorted((each["id"], each["quantity"]) for each in fanship.state["purchases"]) == held
    assert fanship.silent == silent
    assert fanship.items == {"sent": 6, **items}
    assert fanship.tenant.store.count("purchases") == len(held)


@pytest.mark.rule("fanship.members.full-replacement", "fanship.ingestion.accumulates", "fanship.ingestion.no-change")
@pytest.mark.parametrize(
    "readings",
    [
        {"fanship.ingestion.accumulates": "full-replacement"},
        {"fanship.ingestion.no-change": "replace-day"},
        {},  # the member list
    ],
)
def test_a_purchase_that_a_later_day_removes_is_named_by_its_line(readings: dict[str, str]) -> None:
    fanship = FanshipTenant(readings=readings)
    first: list[Any] = ["", {"id": "1"}, "  ", *({"id": str(number)} for number in range(9, 1, -1))]
    for lines in (first, [{"id": "9"}, {"id": "8"}, {"id": "1"}]):
        (fanship.upload(DAY, *lines) if readings else fanship.members(*lines))
        fanship.next_morning()
    (silent,) = [finding for finding in fanship.ledger["findings"] if finding["silent"]]
    assert (silent["exchange"], silent["count"]) == (1, 6)
    assert silent["where"] == [f"line {number}" for number in range(6, 11)]
    assert fanship.silent == 6
