"""URL, Method, FormData, and what the page leaves open.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

import pytest

from mockservers.core.exchange.call import Part, Request
from mockservers.core.state.spool import Spooled
from tests.vendors.fanship.fanship_tenant import FanshipTenant

PART = "fanship.upload.part-named-filename"


def ingests(fanship: FanshipTenant, *ids: str) -> None:
    """Check that the next ingestion holds the purchases with these ids, and that nothing else was sent."""
    fanship.next_morning()
    assert fanship.purchase_ids == [*ids]
    assert (fanship.items, fanship.silent) == ({"sent": len(ids), "kept": len(ids)}, 0)


@pytest.mark.rule(PART)
@pytest.mark.parametrize("part", [{"name": "file"}, {"filename": None}], ids=["another name", "a plain field"])
def test_a_part_that_is_not_the_file_is_refused(part: dict[str, str | None]) -> None:
    fanship = FanshipTenant()
    assert fanship.upload("20251101", {"id": "1"}, **part).reply.status == 400
    assert PART in fanship.rules()


@pytest.mark.rule(PART)
def test_json_lines_without_a_form_are_refused() -> None:
    fanship = FanshipTenant()
    headers = {"Authorization": f"Bearer {fanship.credentials['token']}", "Content-Type": "application/x-ndjson"}
    reply = fanship.ask("uploadPurchases", b'{"id":"1"}\n', headers=headers, path={"yyyymmdd": "20251101"}).reply
    assert (reply.status, reply.body) == (400, b'{"status":"NG"}')


@pytest.mark.rule("fanship.upload.part-type")
def test_a_part_of_another_type_is_refused_unless_the_reading_accepts_it() -> None:
    strict = FanshipTenant()
    assert strict.upload("20251101", {"id": "1"}, content_type="application/json").reply.status == 400
    assert strict.items == {"sent": 1, "refused": 1}
    lenient = FanshipTenant(readings={"fanship.upload.part-type": "accept"})
    assert lenient.upload("20251101", {"id": "1"}, content_type="application/json").reply.status == 200
    ingests(lenient, "1")


@pytest.mark.rule("fanship.upload.part-type")
def test_the_part_may_have_a_charset_and_any_file_name() -> None:
    fanship = FanshipTenant()
    part = {"content_type": "application/x-ndjson; charset=utf-8", "filename": "購買.json"}
    assert fanship.upload("20251101", {"id": "1"}, **part).reply.status == 200
    ingests(fanship, "1")


@pytest.mark.rule("fanship.path.business-day")
@pytest.mark.parametrize("day", ["20251131", "2025111", "2025-11-01", "yyyymmdd", "２０２５１１０１", "00000000"])
def test_an_invalid_business_day_is_refused(day: str) -> None:
    fanship = FanshipTenant()
    assert fanship.upload(day, {"id": "1"}, {"id": "2"}).reply.status == 400
    assert fanship.items == {"sent": 2, "refused": 2}


@pytest.mark.rule("fanship.path.business-day")
@pytest.mark.parametrize("day", ["20240229", "20991231", "19700101"])
def test_any_existing_day_is_accepted(day: str) -> None:
    fanship = FanshipTenant()
    assert fanship.upload(day, {"id": "1"}).reply.status == 200
    ingests(fanship, "1")


@pytest.mark.rule("fanship.auth.bearer-token")
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong-token", "Basic dG9rZW4=", "{token}", "Bearer ${AUTH_TOKEN}"],
)
def test_an_unknown_token_is_refused_and_recorded_as_unauthenticated(authorization: str | None) -> None:
    fanship = FanshipTenant()
    headers = {"Authorization": authorization.replace("{token}", fanship.credentials["token"])} if authorization else {}
    answer = fanship.ask("uploadPurchases", headers=headers, path={"yyyymmdd": "20251101"}, file=b'{"id":"1"}\n')
    assert (answer.reply.status, answer.reply.body) == (401, b'{"status":"NG"}')
    assert fanship.items == {"sent": 0}
    assert len(fanship.mock.unauthenticated.journal) == 1
    assert fanship.mock.unauthenticated.ledger.items["refused"] == 1


def test_a_revoked_token_is_refused() -> None:
    """fanship.auth.bearer-token."""
    fanship = FanshipTenant()
    fanship.tenant.revoked = True
    assert fanship.upload("20251101", {"id": "1"}).reply.status == 401


@pytest.mark.rule("fanship.reply.success")
@pytest.mark.parametrize(
    ("reading", "status", "body"),
    [("ok-json", 200, b'{"status":"OK"}'), ("empty", 200, b""), ("accepted", 202, b""), ("no-content", 204, b"")],
)
def test_a_success_is_answered_by_the_reading(reading: str, status: int, body: bytes) -> None:
    fanship = FanshipTenant(readings={"fanship.reply.success": reading})
    reply = fanship.upload("20251101", {"id": "1"}).reply
    assert (reply.status, reply.body) == (status, body)
    ingests(fanship, "1")


@pytest.mark.rule("fanship.upload.part-named-filename")
def test_neither_of_two_files_is_accepted_silently() -> None:
    fanship = FanshipTenant()
    about = fanship.mock.contract.operations["uploadPurchases"]
    parts = tuple(
        Part("filename", "day.ndjson", "application/x-ndjson", Spooled.of(line))
        for line in (b'{"id":"1"}', b'{"id":"2"}')
    )
    headers = {"authorization": f"Bearer {fanship.credentials['token']}"}
    answer = fanship.mock.handle(
        about, {"yyyymmdd": "20251101"}, Request("POST", about.path, headers=headers, parts=parts)
    )
    assert answer.reply.status == 400
    assert fanship.silent == 0
    fanship.next_morning()
    assert fanship.purchase_ids == []
