"""The admin API: what whoever tests may ask and set."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from mockservers.core.tenancy.mock import Settings
from tests.web.administering import NOW, Admin

# -- tenants ----------------------------------------------------------------------------------------------------------


def test_a_tenant_is_created_from_the_name_of_its_vendor(admin: Admin) -> None:
    response = admin.ask("POST", "/tenants", {"vendor": "zangsho"})
    made = response.get_json()
    assert response.status_code == 201
    assert made["base_url"] == "http://localhost/zangsho"
    assert (made["vendor"], made["revoked"]) == ("zangsho", False)
    assert admin.send(made, {"email": "a@example.com"}).status_code == 200
    shown = admin.json("GET", f"/tenants/{made['id']}")
    assert {**shown, "now": made["now"], "exchanges": 0} == made
    assert shown["exchanges"] == 1


def test_a_tenant_is_created_as_requested(admin: Admin) -> None:
    made = admin.tenant(
        id="mine",
        credentials={"token": "a-token-of-mine"},
        readings={"zangsho.batch.status": "all-failed-422"},
        state={"customers": [{"email": "a@example.com"}]},
    )
    assert made.items() >= {"id": "mine", "credentials": {"token": "a-token-of-mine"}, "now": NOW}.items()
    assert admin.json("GET", "/tenants/mine/readings")["zangsho.batch.status"] == "all-failed-422"
    assert [held["email"] for held in admin.json("GET", "/tenants/mine/state")["customers"]] == ["a@example.com"]
    assert [tenant["id"] for tenant in admin.json("GET", "/tenants")["tenants"]] == ["mine"]


def test_a_tenant_can_start_at_noon_of_the_day_in_its_vendors_zone(admin: Admin) -> None:
    made = admin.json("POST", "/tenants", {"vendor": "fanship", "noon": True})
    now = datetime.fromisoformat(made["now"]).astimezone(ZoneInfo("Asia/Tokyo"))
    assert (now.hour, now.minute, now.second) == (12, 0, 0)
    assert abs(now - datetime.now(UTC)) <= timedelta(hours=12, seconds=5)


def test_a_clock_cannot_be_given_two_starting_times(admin: Admin) -> None:
    answer = admin.ask("POST", "/tenants", {"vendor": "fanship", "noon": True, "now": NOW})
    assert (answer.status_code, admin.json("GET", "/tenants")) == (422, {"tenants": []})
    assert answer.get_json()["detail"].endswith("Fix: give `now` or `noon`, not both.")


def test_tenants_are_deleted_one_by_one_or_all_at_once(admin: Admin) -> None:
    for name in ("a", "b", "c"):
        admin.tenant(id=name)
    assert admin.ask("DELETE", "/tenants/b").status_code == 204
    assert admin.ask("GET", "/tenants/b").status_code == 404
    assert admin.json("DELETE", "/tenants") == {"deleted": 2}
    assert admin.json("GET", "/tenants") == {"tenants": []}


def test_a_revoked_tenant_is_refused_by_its_vendor(admin: Admin) -> None:
    made = admin.tenant(id="mine")
    assert admin.json("POST", "/tenants/mine/revoke")["revoked"] is True
    assert admin.send(made, {"email": "a@example.com"}).status_code == 401


@pytest.mark.parametrize(
    "name",
    ["a/state", "a b", "a\r\nb", "a\0b", "注文", "x" * 201, "", " ", ".", ".."],
    ids=lambda name: ascii(name)[:12],
)
def test_an_id_that_is_not_allowed_in_a_path_or_header_is_refused(admin: Admin, name: str) -> None:
    response = admin.ask("POST", "/tenants", {"vendor": "zangsho", "id": name})
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["pointer"] == "/id"
    assert name not in [tenant["id"] for tenant in admin.json("GET", "/tenants")["tenants"]]


@pytest.mark.parametrize("name", ["shop", "...", ".a", "tests.a.py::b[c]", "x" * 200, "a%2Fb?c#d"])
def test_a_tenant_whose_id_has_any_printable_characters_can_be_read(admin: Admin, name: str) -> None:
    admin.tenant(id=name)
    assert admin.json("GET", f"/tenants/{quote(name, safe='')}/ledger")["silent"] == 0


def test_an_unreadable_tenant_is_listed_as_such_and_hides_no_other(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "bad", "two"):
        admin.tenant(id=name)
    bad = admin.mock_app.mocks["zangsho"].tenant("bad")
    monkeypatch.setattr(bad, "clock", None)
    listed = {tenant["id"]: tenant for tenant in admin.json("GET", "/tenants")["tenants"]}
    assert list(listed) == ["one", "bad", "two"]
    assert listed["bad"]["problem"].startswith("AttributeError: ")
    assert listed["bad"]["credentials"] == dict(bad.credentials)
    assert "problem" not in listed["one"]
    assert caplog.records[0].getMessage() == "Tenant bad cannot be read."
    assert admin.ask("DELETE", "/tenants/bad").status_code == 204


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("abc+ghi=", "fanship:abc+ghi="),
        ("abc/def+ghi=", f"fanship:abc_def+ghi=-{sha256(b'abc/def+ghi=').hexdigest()[:12]}"),
        ("x" * 150, "fanship:" + "x" * 40 + "-" + sha256(b"x" * 150).hexdigest()[:12]),
    ],
    ids=["plain", "with a slash", "long"],
)
def test_a_tenant_opened_on_first_use_can_be_read_whatever_its_token(token: str, name: str) -> None:
    admin = Admin(settings=Settings(open=True), vendors=("fanship",))
    admin.client.post("/fanship/v1/2nd/members/_all", headers={"Authorization": f"Bearer {token}"})
    (tenant,) = admin.json("GET", "/tenants")["tenants"]
    assert tenant["id"] == name
    assert admin.json("GET", f"/tenants/{quote(name, safe='')}/ledger")["items"] == {"sent": 1, "refused": 1}


# -- one tenant -------------------------------------------------------------------------------------------------------


def test_the_journal_has_each_request_and_its_response(admin: Admin) -> None:
    made = admin.tenant(id="mine")
    admin.send(made, {"email": "a@example.com"})
    admin.client.get("/zangsho/v1/customers", headers={"Authorization": f"Bearer {made['credentials']['token']}"})
    journal = admin.json("GET", "/tenants/mine/journal")
    first, second = journal["exchanges"]
    assert journal["evicted"] == 0
    assert (first["id"], first["at"], first["operation"]) == (1, NOW, "importCustomers")
    assert (first["request"]["method"], first["request"]["path"]) == ("POST", "/v1/customers/batch")
    assert json.loads(first["request"]["body"]) == {"customers": [{"email": "a@example.com"}]}
    assert first["request"]["body_size"] == len(first["request"]["body"])
    assert (first["response"]["status"], json.loads(first["response"]["body"])["data"]["created"]) == (200, 1)
    assert second["operation"] == "listCustomers"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]),
        ("?operation=importCustomers", [1, 2]),
        ("?method=get", [3]),
        ("?status=200", [1, 3]),
        ("?status=422", [2]),
        ("?path=/batch", [1, 2]),
        ("?after=1", [2, 3]),
        ("?after=1&method=POST", [2]),
        ("?operation=nothing", []),
    ],
)
def test_the_journal_can_be_filtered(admin: Admin, query: str, found: list[int]) -> None:
    made = admin.tenant(id="mine")
    admin.send(made, {"email": "a@example.com"})
    admin.send(made, *[{"email": "a@example.com"}] * 101)
    admin.client.get("/zangsho/v1/customers", headers={"Authorization": f"Bearer {made['credentials']['token']}"})
    exchanges = admin.json("GET", f"/tenants/mine/journal{query}")["exchanges"]
    assert [exchange["id"] for exchange in exchanges] == found


def test_the_ledger_lists_all_findings_or_only_silent_ones(admin: Admin) -> None:
    made = admin.tenant(id="mine")
    admin.send(made, {"email": "a@example.com", "phoneNumber": "1"}, {"name": "nobody"})
    ledger = admin.json("GET", "/tenants/mine/ledger")
    assert ledger["items"] == {"sent": 2, "kept": 1, "refused": 1}
    assert ledger["silent"] == 1
    assert {found["outcome"] for found in ledger["findings"]} == {"ignored", "refused"}
    silent = admin.json("GET", "/tenants/mine/ledger?silent=true")
    assert [found["rule"] for found in silent["findings"]] == ["zangsho.request.unknown-key"]
    assert silent["items"] == ledger["items"]


def test_moving_the_clock_returns_the_jobs_that_ran_meanwhile(admin: Admin) -> None:
    admin.tenant("fanship", id="mine")
    assert admin.json("GET", "/tenants/mine/clock") == {"now": NOW, "due": []}
    assert admin.json("POST", "/tenants/mine/clock", {"advance": "P1D"})["now"] == "2026-01-16T03:00:00Z"
    moved = admin.json("POST", "/tenants/mine/clock", {"to": "2026-01-17T06:00:00+09:00"})
    assert moved == {"now": "2026-01-16T21:00:00Z", "fired": []}


def test_due_jobs_are_listed_until_they_have_run(admin: Admin) -> None:
    made = admin.tenant("fanship", id="mine")
    headers = {"Authorization": f"Bearer {made['credentials']['token']}"}
    part = (BytesIO(b'{"id":"1"}'), "f", "application/x-ndjson")
    admin.client.post("/fanship/v1/2nd/purchases/20260115/_all", headers=headers, data={"filename": part})
    planned = [{"job": "ingest", "at": "2026-01-15T20:00:00Z", "exchange": 1}]
    assert admin.json("GET", "/tenants/mine/clock")["due"] == planned
    assert admin.json("POST", "/tenants/mine/clock", {"advance": "P1D"})["fired"] == planned
    assert admin.json("GET", "/tenants/mine/clock")["due"] == []
    assert admin.json("GET", "/tenants/mine/state")["purchases"] == [{"id": "1"}]


def test_readings_that_are_not_named_stay_as_they_are(admin: Admin) -> None:
    admin.tenant(id="mine")
    before = admin.json("GET", "/tenants/mine/readings")
    after = admin.json("PUT", "/tenants/mine/readings", {"zangsho.batch.status": "all-failed-422"})
    assert after == {**before, "zangsho.batch.status": "all-failed-422"}


# -- calls that fit nowhere -------------------------------------------------------------------------------------------


def test_unauthenticated_and_unmatched_calls_are_listed(admin: Admin) -> None:
    admin.send({"credentials": {"token": "nobody-has-it"}}, {"email": "a@example.com"})
    admin.client.get("/zangsho/v9/nowhere")
    found = admin.json("GET", "/unauthenticated")
    calls = found["calls"][-2:]
    assert [(call["vendor"], call["operation"]) for call in calls] == [
        ("zangsho", "importCustomers"),
        ("zangsho", None),
    ]
    assert (calls[0]["cause"], calls[0]["rule"], calls[0]["status"]) == ("unknown", "zangsho.auth.token", 401)
    assert found["items"]["zangsho"].keys() == {"sent", "refused"}
    assert found["items"]["fanship"] == {"sent": 0}
    (call,) = admin.json("GET", "/unmatched")["calls"]
    assert (call["vendor"], call["tenant"], call["path"]) == ("zangsho", "unauthenticated", "/v9/nowhere")
    assert (call["method"], call["status"], call["rule"]) == ("GET", 404, "zangsho.request.routes")


def test_credentials_of_unauthenticated_calls_are_masked_by_default(admin: Admin) -> None:
    secret = "nobody-has-this-token"
    headers = {"Authorization": f"Bearer {secret}", "X-Api-Key": secret}
    for body in (f'{{"token": "{secret}"}}', f'{{"token": "{secret}', f"a=1&token={secret}"):
        admin.client.post("/zangsho/v1/customers/batch", headers=headers, data=body)
    admin.client.get(f"/zangsho/v9/nowhere?token={secret}", headers=headers)
    for path, clear in (("/unauthenticated", 13), ("/unmatched", 0)):
        masked = json.dumps(admin.json("GET", path)["calls"][-4:])
        assert masked.count(secret) == 0
        assert json.dumps(admin.json("GET", f"{path}?secrets=0")["calls"][-4:]) == masked
        assert json.dumps(admin.json("GET", f"{path}?secrets=1")["calls"][-4:]).count(secret) == clear
    (call,) = admin.json("GET", "/unauthenticated")["calls"][-1:]
    assert call["request"]["headers"]["authorization"] == "Bearer nobo...(21 characters)"


def test_a_tenants_credentials_are_masked_in_the_path_of_an_unmatched_call(admin: Admin) -> None:
    token = admin.tenant()["credentials"]["token"]
    admin.client.get(f"/zangsho/v9/{token}", headers={"Authorization": f"Bearer {token}"})
    (call,) = admin.json("GET", "/unmatched")["calls"]
    (clear,) = admin.json("GET", "/unmatched?secrets=true")["calls"]
    assert clear == {**call, "path": f"/v9/{token}"}
    assert call["path"] == f"/v9/{token[:4]}...({len(token)} characters)"


def test_only_the_credentials_of_a_body_are_masked(admin: Admin) -> None:
    admin.client.post("/zangsho/v1/customers/batch", data='{"api_key": "key\\"-of-somebody", "name": "A", "tid": 1}')
    (call,) = admin.json("GET", "/unauthenticated")["calls"][-1:]
    assert json.loads(call["request"]["body"]) == {"api_key": "key-...(15 characters)", "name": "A", "tid": 1}


def test_health_and_version_are_answered(admin: Admin) -> None:
    assert admin.json("GET", "/health") == {"status": "ok", "vendors": ["zangsho", "fanship"]}
    assert admin.json("GET", "/version")["version"]
