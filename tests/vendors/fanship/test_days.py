"""利用方法 and 利用例 of https://docs.fanship.jp/integration-api-v1/upload_purchases.html: days, uploads, mornings."""

from __future__ import annotations

import pytest

from tests.vendors.fanship.fanship_tenant import FanshipTenant

LAST_WINS = "fanship.upload.last-of-day-wins"


def test_the_three_day_example_of_the_page() -> None:
    """fanship.ingestion.accumulates: on day 3 the purchases of 11/1 and of 11/2 are there."""
    fanship = FanshipTenant()
    first = [{"id": f"1101-{item}", "item_name": f"商品{item}"} for item in "ABC"]
    second = [{"id": f"1102-{item}", "item_name": f"商品{item}"} for item in "ABC"]
    fanship.upload("20251101", *first)
    assert fanship.purchase_ids == []
    fanship.next_morning()
    assert fanship.purchase_ids == ["1101-A", "1101-B", "1101-C"]
    fanship.upload("20251102", *second)
    assert fanship.purchase_ids == ["1101-A", "1101-B", "1101-C"]
    fanship.next_morning()
    assert fanship.purchase_ids == ["1101-A", "1101-B", "1101-C", "1102-A", "1102-B", "1102-C"]
    assert fanship.items == {"sent": 6, "kept": 6}
    assert fanship.silent == 0


@pytest.mark.rule("fanship.ingestion.next-morning")
def test_an_accepted_upload_is_not_visible_before_five_in_the_morning_in_japan() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1"})
    assert fanship.items == {"sent": 1, "pending": 1}
    fanship.advance(hours=16, minutes=59)
    assert fanship.purchase_ids == []
    fanship.advance(minutes=1)
    assert fanship.purchase_ids == ["1"]
    assert fanship.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("fanship.ingestion.next-morning")
def test_an_upload_after_midnight_in_japan_belongs_to_the_new_reception_day() -> None:
    fanship = FanshipTenant()
    fanship.advance(hours=14)
    fanship.upload("20260115", {"id": "1"})
    assert fanship.state["uploads"][0]["reception_day"] == "2026-01-16"
    fanship.advance(hours=3)
    assert fanship.purchase_ids == []
    fanship.advance(days=1)
    assert fanship.purchase_ids == ["1"]


@pytest.mark.rule(LAST_WINS)
def test_the_last_upload_of_the_day_replaces_the_earlier_one() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1"}, {"id": "2"})
    fanship.upload("20260115", {"id": "3"})
    assert fanship.items == {"sent": 3, "overwritten": 2, "pending": 1}
    assert fanship.silent == 2
    fanship.next_morning()
    assert fanship.purchase_ids == ["3"]
    (finding,) = [finding for finding in fanship.ledger["findings"] if finding["rule"] == LAST_WINS]
    assert (finding["exchange"], finding["where"], finding["silent"]) == (1, ["line 1", "line 2"], True)


@pytest.mark.rule(LAST_WINS)
@pytest.mark.parametrize(
    ("again", "lost"),
    [
        ([{"id": "1", "quantity": 1}, {"id": "2"}], 0),
        ([{"id": "2"}, {"quantity": 1.0, "id": "1", "item_name": None}, {"id": "3"}], 0),
        ([{"id": "1", "quantity": 2}, {"id": "2"}], 1),
        ([{"id": "2"}], 1),
        ([], 2),
    ],
    ids=["the same", "the same and more, in another order, with a null", "another quantity", "one less", "nothing"],
)
def test_overwriting_loses_what_the_later_upload_does_not_repeat(again: list[dict[str, object]], lost: int) -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1", "quantity": 1}, {"id": "2"})
    fanship.upload("20260115", *again)
    assert fanship.silent == lost
    assert fanship.items["overwritten"] == 2


def test_equal_instants_are_equal_content() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1", "order_date": "2026-01-15T10:00:00+09:00"})
    fanship.upload("20260115", {"id": "1", "order_date": "2026-01-15T01:00:00Z"})
    assert fanship.silent == 0


def test_uploads_of_several_business_days_on_one_day_are_all_ingested_and_at_risk() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1"})
    fanship.upload("20251102", {"id": "2"})
    assert fanship.rules("at-risk") == {LAST_WINS}
    fanship.next_morning()
    assert fanship.purchase_ids == ["1", "2"]
    assert fanship.silent == 0


def test_under_the_strict_reading_only_the_last_upload_of_the_reception_day_survives() -> None:
    fanship = FanshipTenant(readings={LAST_WINS: "one-upload-per-reception-day"})
    fanship.upload("20251101", {"id": "1"})
    fanship.upload("20251102", {"id": "2"})
    fanship.next_morning()
    assert fanship.purchase_ids == ["2"]
    assert fanship.silent == 1


def test_the_same_business_day_uploaded_on_the_next_day_is_another_upload() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1"})
    fanship.next_morning()
    fanship.upload("20251101", {"id": "2"})
    fanship.next_morning()
    assert fanship.purchase_ids == ["1", "2"]
    assert fanship.items == {"sent": 2, "kept": 2}


@pytest.mark.rule("fanship.ingestion.no-change")
def test_an_ingested_purchase_cannot_be_changed() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "order_status": "buy"})
    fanship.next_morning()
    fanship.upload("20251101", {"id": "1", "order_status": "return"}, {"id": "2"})
    fanship.next_morning()
    assert fanship.state["purchases"][0]["order_status"] == "buy"
    assert fanship.items == {"sent": 3, "kept": 2, "skipped": 1}
    assert fanship.silent == 1


@pytest.mark.rule("fanship.ingestion.no-change")
def test_sending_a_day_again_after_its_ingestion_loses_nothing() -> None:
    fanship = FanshipTenant()
    for _ in range(2):
        fanship.upload("20251101", {"id": "1", "quantity": 1})
        fanship.next_morning()
    assert fanship.items == {"sent": 2, "kept": 1, "skipped": 1}
    assert fanship.silent == 0


def test_a_refused_upload_leaves_the_good_one_before_it() -> None:
    """fanship.upload.refused-is-not-received."""
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1"})
    assert fanship.upload("20251101", {"name": "no id"}).reply.status == 400
    fanship.next_morning()
    assert fanship.purchase_ids == ["1"]
    assert fanship.silent == 0


def test_an_empty_file_overwrites_a_good_upload() -> None:
    """fanship.upload.empty-file."""
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1"})
    assert fanship.upload("20251101").reply.status == 200
    fanship.next_morning()
    assert fanship.purchase_ids == []
    assert fanship.silent == 1


def test_under_full_replacement_earlier_days_are_removed() -> None:
    """fanship.ingestion.accumulates, as another edition of the page reads."""
    fanship = FanshipTenant(readings={"fanship.ingestion.accumulates": "full-replacement"})
    fanship.upload("20251101", {"id": "1"})
    fanship.next_morning()
    fanship.upload("20251102", {"id": "2"})
    fanship.next_morning()
    assert fanship.purchase_ids == ["2"]
    assert fanship.items == {"sent": 2, "kept": 1, "overwritten": 1}
    assert fanship.silent == 1


@pytest.mark.rule("fanship.ingestion.no-change")
@pytest.mark.parametrize("reading", ["replace-held", "replace-day"])
def test_keys_that_a_replaced_purchase_had_and_its_new_line_omits_are_lost(reading: str) -> None:
    fanship = FanshipTenant(readings={"fanship.ingestion.no-change": reading})
    fanship.upload("20251101", {"id": "0"}, {"id": "1", "quantity": 1, "item_name": "茶", "tax": 8, "card_brand": ""})
    fanship.next_morning()
    fanship.upload("20251101", {"id": "0"}, {"id": "1", "quantity": 2, "tax": None})
    fanship.next_morning()
    (silent,) = [finding for finding in fanship.ledger["findings"] if finding["silent"]]
    assert (silent["exchange"], silent["where"], silent["count"]) == (1, ["line 2 /item_name"], 1)
    assert fanship.silent == 1


@pytest.mark.rule("fanship.ingestion.no-change")
def test_a_purchase_with_fewer_keys_on_a_later_day_is_at_risk_of_being_replaced() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "quantity": 1, "item_name": "茶"})
    fanship.next_morning()
    fanship.upload("20251101", {"id": "1", "quantity": 1})
    fanship.next_morning()
    at_risk = {
        each["why"].split(" (")[0].rpartition(" ")[2]
        for each in fanship.ledger["findings"]
        if each["outcome"] == "at-risk"
    }
    assert {"replace-held", "replace-day"} <= at_risk
    assert fanship.silent == 0


@pytest.mark.rule("fanship.upload.last-of-day-wins", "fanship.upload.repeated-id")
def test_a_line_of_a_later_upload_that_does_not_count_is_lost() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "quantity": 1})
    fanship.upload("20251101", {"id": "1", "quantity": 1}, {"id": "1", "item_name": "商品A"})
    assert fanship.items == {"sent": 3, "overwritten": 2, "pending": 1}
    assert fanship.silent == 2


@pytest.mark.rule("fanship.upload.last-of-day-wins", "fanship.upload.repeated-id", "fanship.ingestion.no-change")
@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({}, {"quantity": 1}),
        ({"quantity": 1}, {"quantity": 1.0, "item_name": "商品A"}),
        ({"property": []}, {"item_name": "商品A"}),
        ({"property": [{"key": "k"}]}, {"property": [{"key": "j"}, {"value": "v", "key": "k"}]}),
        ({"order_date": "2026-01-15T00:00:00Z"}, {"order_date": "2026-01-15T09:00:00+09:00", "tax": 1}),
    ],
)
def test_a_value_contained_in_the_held_one_is_not_lost(less: dict[str, object], more: dict[str, object]) -> None:
    less, more = {"id": "1", **less}, {"id": "1", **more}
    same_day, same_file, next_day = FanshipTenant(), FanshipTenant(), FanshipTenant()
    same_day.upload("20260115", less)
    same_day.upload("20260115", more)
    same_file.upload("20260115", less, more)
    next_day.upload("20260115", more)
    next_day.next_morning()
    next_day.upload("20260115", less)
    for fanship in (same_day, same_file, next_day):
        fanship.next_morning()
        assert fanship.silent == 0
    for fanship, sent in ((FanshipTenant(), (more, less)), (FanshipTenant(), (less, more, less))):
        for line in sent:
            fanship.upload("20260115", line)
        assert fanship.silent == 1


@pytest.mark.rule("fanship.upload.last-of-day-wins", "fanship.upload.repeated-id")
def test_if_every_line_counts_all_of_them_are_overwritten() -> None:
    fanship = FanshipTenant(readings={"fanship.upload.repeated-id": "both-kept"})
    fanship.upload("20251101", {"id": "1"}, {"id": "1", "quantity": 1})
    fanship.upload("20251101", {"id": "2"}, {"id": "1"}, {"id": "1", "quantity": 2})
    assert fanship.items == {"sent": 5, "overwritten": 2, "pending": 3}
    assert fanship.silent == 1
    fanship.next_morning()
    assert fanship.items == {"sent": 5, "overwritten": 2, "kept": 3}


RECEPTION = "fanship.ingestion.reception-day"


@pytest.mark.rule(RECEPTION)
def test_an_upload_between_midnight_and_the_ingestion_belongs_to_the_new_day_and_is_at_risk() -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1"}, {"id": "2"})
    fanship.advance(hours=12)
    fanship.upload("20260115", {"id": "1"})
    assert RECEPTION in fanship.rules("at-risk")
    assert fanship.silent == 0
    fanship.advance(hours=5)
    assert fanship.purchase_ids == ["1", "2"]
    assert fanship.items["pending"] == 1
    fanship.advance(days=1)
    assert fanship.purchase_ids == ["1", "2"]
    assert fanship.silent == 0


@pytest.mark.rule(RECEPTION)
@pytest.mark.parametrize(("minutes", "held"), [(719, ["1"]), (720, ["1"]), (1019, ["1"]), (1020, ["1", "2"])])
def test_under_a_day_that_ends_at_the_ingestion_a_nightly_upload_replaces_the_days(
    minutes: int, held: list[str]
) -> None:
    fanship = FanshipTenant(readings={RECEPTION: "until-ingestion"})
    fanship.upload("20260115", {"id": "1"}, {"id": "2"})
    fanship.advance(minutes=minutes)
    fanship.upload("20260115", {"id": "1"})
    assert fanship.silent == 2 - len(held)
    fanship.advance(minutes=1020 - minutes)
    assert fanship.purchase_ids == held
    fanship.next_morning()
    assert fanship.purchase_ids == held
    assert fanship.silent == 2 - len(held)


@pytest.mark.rule(RECEPTION)
def test_a_nightly_upload_that_replaces_nothing_is_not_at_risk() -> None:
    fanship = FanshipTenant()
    fanship.advance(hours=13)
    fanship.upload("20260115", {"id": "1"})
    assert RECEPTION not in fanship.rules("at-risk")
