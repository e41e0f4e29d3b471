"""The admin API: what whoever tests may ask and set, and a problem document for whatever cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from mockservers.core.contracts import VENDORS
from mockservers.core.mock import Settings
from mockservers.web.harness import Harness, Serving
from tests.traffic import held, junk
from tests.wire import filled

NOW = "2026-01-15T03:00:00Z"
CUSTOMERS = "/zangsho/v1/customers/batch"


class Admin:
    """A client of a harness, at `/__admin`."""

    def __init__(self, **serving: Any) -> None:
        self.harness = Harness(Serving(demo=False, **serving))
        self.client = Client(self.harness.gateway)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        return self.client.open(f"/__admin{path}", method=method, data=data, headers=headers)

    def json(self, method: str, path: str, body: Any = None) -> Any:
        response = self.ask(method, path, body)
        assert response.status_code < 300, response.get_data(as_text=True)
        return response.get_json(silent=True)

    def tenant(self, vendor: str = "zangsho", **spec: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", "/tenants", {"vendor": vendor, "now": NOW, "standing": True, **spec})
        return made

    def send(self, tenant: dict[str, Any], *customers: dict[str, Any]) -> TestResponse:
        """A batch of customers to Zangsho."""
        headers = filled({"Authorization": "Bearer {token}"}, tenant["credentials"])
        return self.client.post(CUSTOMERS, headers=headers, json={"customers": list(customers)})


@pytest.fixture(scope="module")
def server() -> Admin:
    return Admin(vendors=("zangsho", "fanship"))


@pytest.fixture
def admin(server: Admin) -> Iterator[Admin]:
    """The one server of this file, with no tenant in it and nothing that a test before this one left."""
    yield server
    server.harness.control.delete_tenants()
    for mock in server.harness.mocks.values():
        mock.unmatched.clear()


# -- tenants ----------------------------------------------------------------------------------------------------------


def test_a_tenant_is_made_from_a_vendors_name_alone(admin: Admin) -> None:
    response = admin.ask("POST", "/tenants", {"vendor": "zangsho"})
    made = response.get_json()
    assert response.status_code == 201
    assert made["base_url"] == "http://localhost/zangsho"
    assert (made["vendor"], made["revoked"]) == ("zangsho", False)
    assert admin.send(made, {"email": "a@example.com"}).status_code == 200
    shown = admin.json("GET", f"/tenants/{made['id']}")
    assert {**shown, "now": made["now"]} == made


def test_a_tenant_is_made_as_it_is_asked_for(admin: Admin) -> None:
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


def test_tenants_are_forgotten_one_by_one_or_all_at_once(admin: Admin) -> None:
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


def test_an_id_with_a_slash_in_it_can_be_asked_for(admin: Admin) -> None:
    admin.tenant(id="team/a b")
    assert admin.json("GET", "/tenants/team/a%20b")["id"] == "team/a b"
    assert admin.json("GET", "/tenants/team/a%20b/ledger")["silent"] == 0


def test_a_tenant_opened_at_first_sight_can_be_asked_for_whatever_its_token() -> None:
    admin = Admin(settings=Settings(open=True), vendors=("fanship",))
    admin.client.post("/fanship/v1/2nd/members/_all", headers={"Authorization": "Bearer abc/def+ghi="})
    (tenant,) = admin.json("GET", "/tenants")["tenants"]
    assert tenant["id"] == "fanship:abc/def+ghi="
    assert admin.json("GET", "/tenants/fanship:abc/def+ghi=/ledger")["items"] == {"sent": 0}


# -- one tenant -------------------------------------------------------------------------------------------------------


def test_the_journal_has_what_came_and_what_went(admin: Admin) -> None:
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


def test_the_ledger_has_all_findings_or_the_silent_ones(admin: Admin) -> None:
    made = admin.tenant(id="mine")
    admin.send(made, {"email": "a@example.com", "phoneNumber": "1"}, {"name": "nobody"})
    ledger = admin.json("GET", "/tenants/mine/ledger")
    assert ledger["items"] == {"sent": 2, "kept": 1, "refused": 1}
    assert ledger["silent"] == 1
    assert {found["outcome"] for found in ledger["findings"]} == {"ignored", "refused"}
    silent = admin.json("GET", "/tenants/mine/ledger?silent=true")
    assert [found["rule"] for found in silent["findings"]] == ["zangsho.request.unknown-key"]
    assert silent["items"] == ledger["items"]


def test_the_clock_is_moved_and_tells_what_was_done_on_the_way(admin: Admin) -> None:
    admin.tenant("fanship", id="mine")
    assert admin.json("GET", "/tenants/mine/clock") == {"now": NOW, "due": []}
    assert admin.json("POST", "/tenants/mine/clock", {"advance": "P1D"})["now"] == "2026-01-16T03:00:00Z"
    moved = admin.json("POST", "/tenants/mine/clock", {"to": "2026-01-17T06:00:00+09:00"})
    assert moved == {"now": "2026-01-16T21:00:00Z", "fired": []}


def test_what_is_planned_is_shown_until_it_is_done(admin: Admin) -> None:
    made = admin.tenant("fanship", id="mine")
    headers = {"Authorization": f"Bearer {made['credentials']['token']}"}
    part = (BytesIO(b'{"id":"1"}'), "f", "application/x-ndjson")
    admin.client.post("/fanship/v1/2nd/purchases/20260115/_all", headers=headers, data={"filename": part})
    planned = [{"job": "ingest", "at": "2026-01-15T20:00:00Z", "exchange": 1}]
    assert admin.json("GET", "/tenants/mine/clock")["due"] == planned
    assert admin.json("POST", "/tenants/mine/clock", {"advance": "P1D"})["fired"] == planned
    assert admin.json("GET", "/tenants/mine/clock")["due"] == []
    assert admin.json("GET", "/tenants/mine/state")["purchases"] == [{"id": "1"}]


def test_readings_that_are_not_named_stay(admin: Admin) -> None:
    admin.tenant(id="mine")
    before = admin.json("GET", "/tenants/mine/readings")
    after = admin.json("PUT", "/tenants/mine/readings", {"zangsho.batch.status": "all-failed-422"})
    assert after == {**before, "zangsho.batch.status": "all-failed-422"}


# -- calls that fit nowhere -------------------------------------------------------------------------------------------


def test_strangers_and_unmatched_calls_can_be_asked_for(admin: Admin) -> None:
    admin.send({"credentials": {"token": "nobody-has-it"}}, {"email": "a@example.com"})
    admin.client.get("/zangsho/v9/nowhere")
    strangers = admin.json("GET", "/strangers")
    assert [exchange["operation"] for exchange in strangers["zangsho"]["exchanges"][-2:]] == ["importCustomers", None]
    assert strangers["zangsho"]["items"].keys() == {"sent", "refused"}
    assert strangers["fanship"] == {"exchanges": [], "evicted": 0, "items": {"sent": 0}}
    (call,) = admin.json("GET", "/unmatched")["calls"]
    assert (call["vendor"], call["tenant"], call["path"]) == ("zangsho", "strangers", "/v9/nowhere")
    assert (call["method"], call["status"]) == ("GET", 404)


def test_health_and_version_are_there(admin: Admin) -> None:
    assert admin.json("GET", "/health") == {"status": "ok", "vendors": ["zangsho", "fanship"]}
    assert admin.json("GET", "/version")["version"]


# -- what cannot be ---------------------------------------------------------------------------------------------------

TENANT = "/tenants/mine"
BAD: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/tenants", b"", 400, "The body is not JSON"),
    ("POST", "/tenants", b"{", 400, "The body is not JSON"),
    ("POST", "/tenants", [], 400, "a tenant is a JSON object, not list"),
    ("POST", "/tenants", {}, 400, "vendor is a text, not None"),
    ("POST", "/tenants", {"vendor": "shopify"}, 400, "There is no vendor 'shopify'. Known: fanship, zangsho."),
    ("POST", "/tenants", {"vendor": "zangsho", "token": "x"}, 400, "A tenant has no token. It takes: credentials, id"),
    ("POST", "/tenants", {"vendor": "zangsho", "id": 5}, 400, "id is a text, not 5"),
    ("POST", "/tenants", {"vendor": "fanship", "id": "mine"}, 409, "There is a tenant 'mine' already"),
    (
        "POST",
        "/tenants",
        {"vendor": "zangsho", "credentials": {"token": "?"}},
        400,
        "'?' is not a token",
    ),
    ("POST", "/tenants", {"vendor": "zangsho", "credentials": {"token": 5}}, 400, "token in credentials is a text"),
    ("POST", "/tenants", {"vendor": "zangsho", "credentials": "mine"}, 400, "credentials is a JSON object, not str"),
    ("POST", "/tenants", {"vendor": "zangsho", "credentials": {"token": "YOUR_API_TOKEN"}}, 400, "is the placeholder"),
    ("POST", "/tenants", {"vendor": "zangsho", "credentials": {"key": "x"}}, 400, "are token; given: key"),
    (
        "POST",
        "/tenants",
        {"vendor": "zangsho", "readings": {"zangsho.a.b": "x"}},
        400,
        "no rule of zangsho",
    ),
    ("POST", "/tenants", {"vendor": "zangsho", "now": "today"}, 400, "'today' is not a moment. Give RFC 3339"),
    ("POST", "/tenants", {"vendor": "zangsho", "standing": "no"}, 400, "standing is true or false, not 'no'"),
    ("POST", "/tenants", {"vendor": "zangsho", "state": {"people": []}}, 400, "There is no collection 'people'"),
    ("GET", "/tenants/nobody", None, 404, "There is no tenant 'nobody'. Known: mine."),
    ("DELETE", "/tenants/nobody", None, 404, "There is no tenant 'nobody'"),
    ("GET", "/tenants/nobody/ledger", None, 404, "There is no tenant 'nobody'"),
    ("PUT", "/tenants/nobody/state", {}, 404, "There is no tenant 'nobody'"),
    ("PUT", f"{TENANT}/state", [], 400, "state is a JSON object, not list"),
    ("PUT", f"{TENANT}/state", {"customers": {}}, 400, "The collection 'customers' must be a list of documents"),
    ("PUT", f"{TENANT}/state", {"customers": [5]}, 400, "Document 0 of 'customers' must be an object, not int"),
    ("GET", f"{TENANT}/journal?verb=GET", None, 400, "There is no filter 'verb'. Known: after, method, operation"),
    ("GET", f"{TENANT}/journal?after=x", None, 400, "after is the number of an exchange, not 'x'"),
    ("GET", f"{TENANT}/ledger?silent=maybe", None, 400, "silent is true or false, not 'maybe'"),
    ("POST", f"{TENANT}/clock", {}, 400, 'Give {"advance": "P1D"} or {"to":'),
    ("POST", f"{TENANT}/clock", {"advance": "P1D", "to": NOW}, 400, 'Give {"advance": "P1D"} or {"to":'),
    ("POST", f"{TENANT}/clock", {"advance": "1 day"}, 400, "'1 day' is not a duration. Give ISO 8601"),
    ("POST", f"{TENANT}/clock", {"advance": "P9999999D"}, 400, "leads beyond the calendar"),
    ("POST", f"{TENANT}/clock", {"to": "2026-01-15"}, 400, "'2026-01-15' is not a moment"),
    ("POST", f"{TENANT}/clock", {"to": "2020-01-15T00:00:00Z"}, 400, "cannot go back"),
    ("PUT", f"{TENANT}/readings", {"zangsho.batch.status": "x"}, 400, "'x' is not a reading of zangsho.batch.status"),
    ("PUT", f"{TENANT}/readings", {"zangsho.auth.token": "x"}, 400, "no reading 'zangsho.auth.token'"),
    ("PUT", f"{TENANT}/readings", {"zangsho.batch.status": None}, 400, "zangsho.batch.status in readings is a text"),
    ("GET", "/nowhere", None, 404, "There is nothing here"),
    ("GET", "", None, 404, "There is nothing here"),
    ("PATCH", "/tenants", None, 405, ""),
    ("OPTIONS", "/tenants", None, 405, ""),
    ("POST", f"{TENANT}/state", {}, 405, ""),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "detail"), BAD)
def test_what_cannot_be_is_a_problem_document_that_says_why(
    admin: Admin, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    admin.tenant(id="mine", state={"customers": [{"email": "a@example.com"}]})
    before = admin.json("GET", "/tenants/mine/state"), admin.json("GET", "/tenants/mine/readings")
    response = admin.ask(method, path, body)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    problem = response.get_json()
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert detail in problem["detail"]
    assert "Access-Control-Allow-Origin" not in response.headers
    assert (admin.json("GET", "/tenants/mine/state"), admin.json("GET", "/tenants/mine/readings")) == before
    assert len(admin.json("GET", "/tenants")["tenants"]) == 1


# -- any state at all -------------------------------------------------------------------------------------------------


@cache
def alone(vendor: str) -> Admin:
    return Admin(vendors=(vendor,))


@pytest.mark.parametrize("vendor", VENDORS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_state_is_held_whole_or_refused_whole(vendor: str, data: st.DataObject) -> None:
    admin = alone(vendor)
    admin.json("DELETE", "/tenants")
    admin.tenant(vendor, id="mine")
    collections = admin.json("GET", "/tenants/mine/state")
    names = sorted({key for documents in held(vendor).values() for document in documents for key in document})
    documents = st.dictionaries(st.sampled_from(names), junk, max_size=6) | junk
    state = data.draw(st.dictionaries(st.sampled_from(list(collections)), st.lists(documents, max_size=3), max_size=2))
    response = admin.client.put("/__admin/tenants/mine/state", data=json.dumps(state))
    assert response.status_code in (200, 400), response.get_data(as_text=True)
    found = admin.json("GET", "/tenants/mine/state")
    if response.status_code == 400:
        assert found == collections
    else:
        assert {name: len(found[name]) for name in state} == {name: len(given) for name, given in state.items()}
        assert admin.json("PUT", "/tenants/mine/state", found) == found


# -- beyond loopback --------------------------------------------------------------------------------------------------


def guarded(**serving: Any) -> Admin:
    return Admin(host="0.0.0.0", vendors=("fanship",), **serving)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer sesame é"}, 401),
        ({"Authorization": "Bearer sesame"}, 200),
        ({"Authorization": "bearer sesame"}, 200),
    ],
)
def test_beyond_loopback_the_admin_api_asks_for_its_token(header: dict[str, str], status: int) -> None:
    admin = guarded(admin_token="sesame")
    response = admin.ask("GET", "/tenants", **header)
    assert response.status_code == status
    if status == 401:
        assert response.mimetype == "application/problem+json"
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_nobody_gave_is_made() -> None:
    first, second = guarded().harness.admin_token, guarded().harness.admin_token
    assert first
    assert second
    assert first != second
    assert guarded().ask("GET", "/tenants").status_code == 401


def test_health_and_the_vendors_ask_for_no_token() -> None:
    admin = guarded()
    assert admin.ask("GET", "/health").status_code == 200
    assert admin.client.post("/fanship/v1/2nd/members/_all").get_json() == {"status": "NG"}


@pytest.mark.parametrize(
    ("host", "asks"),
    [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("::", True), ("mock", True)],
)
def test_only_loopback_goes_without_a_token(host: str, asks: bool) -> None:
    assert (Admin(host=host, vendors=("fanship",)).harness.admin_token is not None) is asks
