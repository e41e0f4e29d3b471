"""What the admin API cannot do it says in a problem document, and then nothing has happened."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.testing.json_values import junk
from tests.asking import VENDORS
from tests.pages import held
from tests.web.administering import NOW, Admin, emptied


@pytest.fixture(scope="module")
def server() -> Admin:
    return Admin(vendors=("zangsho", "fanship"))


@pytest.fixture
def admin(server: Admin) -> Admin:
    emptied(server)
    return server


# -- what cannot be ---------------------------------------------------------------------------------------------------

TENANT = "/tenants/mine"
BAD: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/tenants", b"", 400, "The body is not JSON"),
    ("POST", "/tenants", b"{", 400, "The body is not JSON"),
    ("POST", "/tenants", [], 400, "a tenant is a JSON object, not []"),
    ("POST", "/tenants", {}, 400, "/vendor: a tenant needs vendor"),
    ("POST", "/tenants", {"vendor": "shopify"}, 400, "There is no vendor 'shopify'. Known: fanship, zangsho."),
    (
        "POST",
        "/tenants",
        {"vendor": "zangsho", "token": "x"},
        400,
        "/token: a tenant has no token. It takes: vendor, credentials",
    ),
    ("POST", "/tenants", {"vendor": "zangsho", "id": 5}, 400, "/id: it is a text that is not empty, not 5"),
    ("POST", "/tenants", {"vendor": "fanship", "id": "mine"}, 409, "There is a tenant 'mine' already"),
    (
        "POST",
        "/tenants",
        {"vendor": "zangsho", "credentials": {"token": "?"}},
        400,
        "'?' is not a token",
    ),
    ("POST", "/tenants", {"vendor": "zangsho", "credentials": {"token": 5}}, 400, "/credentials/token: it is a text"),
    (
        "POST",
        "/tenants",
        {"vendor": "zangsho", "credentials": "mine"},
        400,
        '/credentials: it is a JSON object, not "mine"',
    ),
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
    ("POST", "/tenants", {"vendor": "zangsho", "frozen": "no"}, 400, '/frozen: it is true or false, not "no"'),
    ("POST", "/tenants", {"vendor": "zangsho", "state": {"people": []}}, 400, "There is no collection 'people'"),
    ("GET", "/tenants/nobody", None, 404, "There is no tenant 'nobody'. Known: mine."),
    ("DELETE", "/tenants/nobody", None, 404, "There is no tenant 'nobody'"),
    ("GET", "/tenants/nobody/ledger", None, 404, "There is no tenant 'nobody'"),
    ("PUT", "/tenants/nobody/state", {}, 404, "There is no tenant 'nobody'"),
    ("PUT", f"{TENANT}/state", [], 400, "state is a JSON object, not list"),
    ("PUT", f"{TENANT}/state", {"customers": {}}, 400, "/customers: it is a list, not {}"),
    ("PUT", f"{TENANT}/state", {"customers": [5]}, 400, "/customers/0: it is a JSON object, not 5"),
    ("GET", f"{TENANT}/journal?verb=GET", None, 400, "There is no filter 'verb'. Known: after, method, operation"),
    ("GET", f"{TENANT}/journal?after=x", None, 400, "after is the number of an exchange, not 'x'"),
    ("GET", f"{TENANT}/ledger?silent=maybe", None, 400, "silent is true or false, not 'maybe'"),
    ("POST", f"{TENANT}/clock", {}, 400, 'Give {"advance": "P1D"} or {"to":'),
    (
        "POST",
        f"{TENANT}/clock",
        {"to_next": "ingst"},
        400,
        "There is no job 'ingst' of zangsho (none). Due after 2026-01-15T03:00:00Z: nothing.",
    ),
    ("POST", f"{TENANT}/clock", {"to_next": 5}, 400, "/to_next: it is a text that is not empty, not 5"),
    ("POST", f"{TENANT}/clock", {"run_due": False}, 400, "/run_due: it is true, not False"),
    ("POST", f"{TENANT}/clock", {"to": "9999-12-31T23:59:59.999999Z"}, 400, "A clock goes from"),
    ("POST", "/tenants", {"vendor": "zangsho", "now": "9999-12-31T23:59:59Z"}, 400, "A clock goes from"),
    ("POST", "/tenants", {"vendor": "zangsho", "now": "0001-01-01T00:00:00Z"}, 400, "A clock goes from"),
    ("POST", f"{TENANT}/clock", {"advance": "P1D", "to": NOW}, 400, 'Give {"advance": "P1D"} or {"to":'),
    ("POST", f"{TENANT}/clock", {"advance": "1 day"}, 400, "'1 day' is not a duration. Give ISO 8601"),
    ("POST", f"{TENANT}/clock", {"advance": "P9999999D"}, 400, "leads beyond the calendar"),
    ("POST", f"{TENANT}/clock", {"to": "2026-01-15"}, 400, "'2026-01-15' is not a moment"),
    ("POST", f"{TENANT}/clock", {"to": "2020-01-15T00:00:00Z"}, 400, "cannot go back"),
    ("PUT", f"{TENANT}/readings", {"zangsho.batch.status": "x"}, 400, "'x' is not a reading of zangsho.batch.status"),
    ("PUT", f"{TENANT}/readings", {"zangsho.auth.token": "x"}, 400, "no reading 'zangsho.auth.token'"),
    ("PUT", f"{TENANT}/readings", {"zangsho.batch.status": None}, 400, "/zangsho.batch.status: it is a text"),
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


def test_a_wrong_method_is_told_which_would_be_right(admin: Admin) -> None:
    assert admin.ask("PATCH", "/tenants", None).headers["Allow"] == "DELETE, GET, HEAD, POST"


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
        for name, given in state.items():
            assert len(found[name]) == len(given) or (given == [] and found[name] == collections[name]), name
        assert admin.json("PUT", "/tenants/mine/state", found) == found
