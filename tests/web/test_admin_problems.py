"""What the admin API cannot do it says in a problem document, and then nothing has happened."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.core.contract.schema_errors import MOST
from mockservers.testing.json_values import junk
from tests.asking import VENDORS
from tests.pages import held
from tests.web.administering import NOW, Admin

# -- what cannot be ---------------------------------------------------------------------------------------------------

TENANT = "/tenants/mine"
SHOP = {"vendor": "zangsho"}
JSON_WRONG: list[tuple[str, str, Any, str, str, str]] = [
    ("POST", "/tenants", b"", "", "is not JSON: Input is a zero-length, empty document", "send a JSON text in UTF-8."),
    ("POST", "/tenants", b"{", "", "is not JSON: unexpected end of data", "send a JSON text in UTF-8."),
    ("POST", "/tenants", [], "", "must be a JSON object, not [].", "give a JSON object."),
    ("POST", "/tenants", {}, "/vendor", "is required.", "add it."),
    ("POST", "/tenants", {**SHOP, "token": "x"}, "/token", "unknown key.", "remove it. Available: vendor, id, "),
    ("POST", "/tenants", {**SHOP, "reading": {}}, "/reading", "Did you mean 'readings'?", "remove it."),
    ("POST", "/tenants", {**SHOP, "id": 5}, "/id", "must be a string, not 5.", "give a string."),
    ("POST", "/tenants", {**SHOP, "id": ""}, "/id", '"" is not allowed.', "Generated if omitted. Printable ASCII"),
    (
        "POST",
        "/tenants",
        {**SHOP, "credentials": {"token": 5}},
        "/credentials/token",
        "must be a string, not 5.",
        "give",
    ),
    ("POST", "/tenants", {**SHOP, "credentials": "mine"}, "/credentials", 'a JSON object, not "mine".', "give a JSON"),
    (
        "POST",
        "/tenants",
        {**SHOP, "now": "today"},
        "/now",
        'date-time with an offset, not "today".',
        "give an RFC 3339",
    ),
    ("POST", "/tenants", {**SHOP, "frozen": "no"}, "/frozen", 'true or false, not "no".', "give true or false."),
    ("PUT", f"{TENANT}/state", [], "", "must be a JSON object, not [].", "give a JSON object."),
    ("PUT", f"{TENANT}/state", {"customers": {}}, "/customers", "must be a list, not {}.", "give a list."),
    ("PUT", f"{TENANT}/state", {"customers": [5]}, "/customers/0", "must be a JSON object, not 5.", "give"),
    ("POST", f"{TENANT}/clock", {}, "", "must have exactly one key, not {}.", "give one of: advance, to, to_next"),
    ("POST", f"{TENANT}/clock", {"advance": "P1D", "to": NOW}, "", "must have exactly one key", "give one of: advance"),
    ("POST", f"{TENANT}/clock", {"to_next": 5}, "/to_next", "must be a string", 'give a string, for example "ingest".'),
    ("POST", f"{TENANT}/clock", {"run_due": False}, "/run_due", "must be true, not false.", "give true."),
    (
        "POST",
        f"{TENANT}/clock",
        {"advance": "1 day"},
        "/advance",
        'ISO 8601 duration, not "1 day".',
        "give an ISO 8601",
    ),
    ("POST", f"{TENANT}/clock", {"to": "2026-01-15"}, "/to", 'with an offset, not "2026-01-15".', "give an RFC 3339"),
    ("PUT", f"{TENANT}/readings", {"zangsho.a/b~c": None}, "/zangsho.a~1b~0c", "must be a string, not null.", "give"),
    ("PUT", f"{TENANT}/limits", {"mode": "of"}, "/mode", 'must be one of "observe", "enforce", "off"', "give one of"),
    ("PUT", f"{TENANT}/webhooks", {"url": "ftp://h"}, "/url", '"ftp://h" is not allowed.', "http or https"),
    ("PUT", "/tenants/nobody/state", [], "", "must be a JSON object, not [].", "give a JSON object."),
]
QUERY_WRONG: list[tuple[str, str, str, str]] = [
    (
        f"{TENANT}/journal?verb=GET",
        "verb",
        "unknown query parameter.",
        "remove it. Available: operation, method, status",
    ),
    (f"{TENANT}/journal?oper=x", "oper", "Did you mean 'operation'?", "remove it."),
    (f"{TENANT}/journal?after=x", "after", 'must be an integer, not "x".', "give an integer."),
    (f"{TENANT}/journal?after=-1", "after", "must be a number at least 0, not -1.", "give a number at least 0."),
    (f"{TENANT}/journal?status=600", "status", "must be a number from 100 to 599, not 600.", "give a number from 100"),
    (f"{TENANT}/journal?after=1&after=1", "after", "is repeated", "give it once."),
    (
        f"{TENANT}/ledger?silent=maybe",
        "silent",
        'must be one of "true", "1", "false", "0", not "maybe".',
        "give one of",
    ),
    (f"{TENANT}/export?secrets=", "secrets", 'not "".', "give one of"),
    ("/coverage?format=pdf", "format", 'must be one of "json", "text", "html", not "pdf".', "give one of"),
    ("/health?x=1", "x", "unknown query parameter.", "remove it. Available: none."),
]
BAD: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/tenants", {"vendor": "shopify"}, 422, "Unknown vendor 'shopify'. Available: fanship, zangsho."),
    ("POST", "/tenants", {"vendor": "fanship", "id": "mine"}, 409, "There is a tenant 'mine' already"),
    ("POST", "/tenants", {**SHOP, "credentials": {"token": "?"}}, 422, "'?' is not a token"),
    ("POST", "/tenants", {**SHOP, "credentials": {"token": "YOUR_API_TOKEN"}}, 422, "is the placeholder"),
    ("POST", "/tenants", {**SHOP, "credentials": {"key": "x"}}, 422, "are token; given: key"),
    ("POST", "/tenants", {**SHOP, "readings": {"zangsho.a.b": "x"}}, 422, "Unknown rule of zangsho"),
    ("POST", "/tenants", {**SHOP, "state": {"people": []}}, 422, "Unknown collection 'people'"),
    ("GET", "/tenants/nobody", None, 404, "Unknown tenant 'nobody'. Available: mine."),
    ("DELETE", "/tenants/nobody", None, 404, "Unknown tenant 'nobody'"),
    ("GET", "/tenants/nobody/ledger", None, 404, "Unknown tenant 'nobody'"),
    ("PUT", "/tenants/nobody/state", {}, 404, "Unknown tenant 'nobody'"),
    ("GET", "/tls", None, 404, "This server has no HTTPS. Start it with --tls."),
    (
        "POST",
        f"{TENANT}/clock",
        {"to_next": "ingst"},
        422,
        "There is no job 'ingst' of zangsho (none). Due after 2026-01-15T03:00:00Z: nothing.",
    ),
    ("POST", f"{TENANT}/clock", {"to": "9999-12-31T23:59:59.999999Z"}, 422, "A clock can be from"),
    ("POST", "/tenants", {**SHOP, "now": "9999-12-31T23:59:59Z"}, 422, "A clock can be from"),
    ("POST", "/tenants", {**SHOP, "now": "0001-01-01T00:00:00Z"}, 422, "A clock can be from"),
    ("POST", f"{TENANT}/clock", {"advance": "P9999999D"}, 422, "the latest moment of a clock"),
    ("POST", f"{TENANT}/clock", {"to": "2020-01-15T00:00:00Z"}, 422, "cannot go back"),
    ("PUT", f"{TENANT}/readings", {"zangsho.batch.status": "x"}, 422, "'x' is not a reading of zangsho.batch.status"),
    ("PUT", f"{TENANT}/readings", {"zangsho.auth.token": "x"}, 422, "Unknown reading 'zangsho.auth.token'"),
    ("GET", "/nowhere", None, 404, "There is nothing here"),
    ("GET", "", None, 404, "There is nothing here"),
    ("PATCH", "/tenants", None, 405, ""),
    ("OPTIONS", "/tenants", None, 405, ""),
    ("POST", f"{TENANT}/state", {}, 405, ""),
]


@pytest.mark.parametrize(("method", "path", "body", "pointer", "detail", "fix"), JSON_WRONG)
def test_a_wrong_body_is_answered_with_the_place_what_is_wrong_and_the_fix(
    admin: Admin, method: str, path: str, body: Any, pointer: str, detail: str, fix: str
) -> None:
    admin.tenant(id="mine")
    response = admin.ask(method, path, body)
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    problem = response.get_json()
    (error,) = problem["errors"]
    assert error["pointer"] == pointer
    assert (detail in error["detail"], fix in error["fix"]) == (True, True), error
    assert problem["detail"] == f"{pointer or 'the body'}: {error['detail']} Fix: {error['fix']}"


@pytest.mark.parametrize(("path", "parameter", "detail", "fix"), QUERY_WRONG)
def test_a_wrong_query_is_answered_with_the_parameter_what_is_wrong_and_the_fix(
    admin: Admin, path: str, parameter: str, detail: str, fix: str
) -> None:
    admin.tenant(id="mine")
    response = admin.ask("GET", path)
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    (error,) = response.get_json()["errors"]
    assert error["parameter"] == parameter
    assert (detail in error["detail"], fix in error["fix"]) == (True, True), error


def test_all_problems_of_a_body_are_reported_at_once(admin: Admin) -> None:
    body = {"vendr": "zangsho", "now": 5, "state": {"customers": [1, {}, 2]}}
    errors = admin.ask("POST", "/tenants", body).get_json()["errors"]
    assert {error["pointer"] for error in errors} == {
        "/vendor",
        "/vendr",
        "/now",
        "/state/customers/0",
        "/state/customers/2",
    }
    many = admin.ask("POST", "/tenants", {**SHOP, "state": {"customers": [1] * 100}}).get_json()["errors"]
    assert len(many) == MOST


@pytest.mark.parametrize(("method", "path", "body", "status", "detail"), BAD)
def test_an_impossible_request_gets_a_problem_document_with_the_reason(
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


def test_the_answer_to_a_wrong_method_names_the_right_ones(admin: Admin) -> None:
    assert admin.ask("PATCH", "/tenants", None).headers["Allow"] == "DELETE, GET, HEAD, POST"


# -- any state at all -------------------------------------------------------------------------------------------------


@cache
def alone(vendor: str) -> Admin:
    return Admin(vendors=(vendor,))


@pytest.mark.parametrize("vendor", VENDORS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_state_is_stored_completely_or_refused_completely(vendor: str, data: st.DataObject) -> None:
    admin = alone(vendor)
    admin.json("DELETE", "/tenants")
    admin.tenant(vendor, id="mine")
    collections = admin.json("GET", "/tenants/mine/state")
    names = sorted({key for documents in held(vendor).values() for document in documents for key in document})
    documents = st.dictionaries(st.sampled_from(names), junk, max_size=6) | junk
    state = data.draw(st.dictionaries(st.sampled_from(list(collections)), st.lists(documents, max_size=3), max_size=2))
    response = admin.ask("PUT", "/tenants/mine/state", state)
    assert response.status_code in (200, 400, 422), response.get_data(as_text=True)
    found = admin.json("GET", "/tenants/mine/state")
    if response.status_code != 200:
        assert found == collections
    else:
        for name, given in state.items():
            assert len(found[name]) == len(given) or (given == [] and found[name] == collections[name]), name
        assert admin.json("PUT", "/tenants/mine/state", found) == found
