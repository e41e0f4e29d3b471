"""A vendor as a Flask app: answers to anything, and each of them one that the contract describes."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import flask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.errors import UnknownName
from mockservers.core.tenancy.mock import Mock
from mockservers.core.values.json_text import loads, pointer
from mockservers.web import create_app
from tests.asking import VENDORS, Asking, contract
from tests.pages import held
from tests.traffic import sendings
from tests.wire import filled, fresh_app

every_vendor = pytest.mark.parametrize("vendor", VENDORS)
law = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

KEY = {
    "omnisegment": {"X-OmniSegment-Api-Key": "{api_key}"},
    "fanship": {"Authorization": "Bearer {token}"},
    "esputnik": {"Authorization": "{basic}"},
    "zangsho": {"Authorization": "Bearer {token}"},
}


@cache
def app_of(vendor: str) -> flask.Flask:
    """An app of a test process; tests that look at what it holds make their own."""
    return fresh_app(vendor)


def mock_of(app: flask.Flask) -> Mock:
    mock: Mock = app.extensions["mockservers"]
    return mock


def key(app: flask.Flask) -> dict[str, str]:
    """The demo tenant's key, as its client sends it."""
    mock = mock_of(app)
    name = mock.vendor.name
    headers: dict[str, str] = filled(KEY[name], mock.tenant(f"demo-{name}").credentials)
    return headers


# -- any bytes --------------------------------------------------------------------------------------------------------

paths = st.from_regex(r"/[a-z0-9_.%][a-z0-9_./%{}~\- ]{0,30}", fullmatch=True) | st.text(max_size=20).map("/v1".__add__)
media_types = st.sampled_from(
    ["", "application/json", "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=b"]
) | st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=12)
part = b'--b\r\nContent-Disposition: form-data; name="filename"; filename="f"\r\n\r\n%s\r\n--b--'
multipart = st.binary(max_size=20).map(lambda content: part % content)
words = st.sampled_from(["1", "20260115", "x", "%2F", "%00", "%FF", "名"])
bodies = st.binary(max_size=60) | multipart | st.sampled_from([b"", b"{", b"[]", b"null", b'"', b"\xff", b"[" * 2_000])


@every_vendor
@law
@given(data=st.data(), body=bodies, media_type=media_types, word=words)
def test_an_operation_answers_any_bytes_in_its_vendors_words(
    vendor: str, data: st.DataObject, body: bytes, media_type: str, word: str
) -> None:
    app = app_of(vendor)
    about = data.draw(st.sampled_from(list(contract(vendor).operations.values())))
    response = app.test_client().open(
        re.sub(r"\{\w+\}", word, about.path),
        method=about.method,
        data=body,
        headers={**key(app), "Content-Type": media_type},
        query_string={"tid": word},
    )
    assert_described(contract(vendor), about, response.status_code, dict(response.headers), response.data)


@every_vendor
@law
@given(method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"]), path=paths, body=bodies)
def test_an_unknown_path_gets_the_error_response_of_its_vendor(
    vendor: str, method: str, path: str, body: bytes
) -> None:
    app = app_of(vendor)
    response = app.test_client().open(path, method=method, data=body, headers=key(app))
    assert response.status_code < 500
    assert response.headers.get("Content-Type", "").partition(";")[0] in ("application/json", "text/plain", "")


# -- answers of the contract ------------------------------------------------------------------------------------------


@every_vendor
@law
@given(data=st.data())
def test_every_answer_is_one_that_the_contract_describes(vendor: str, data: st.DataObject) -> None:
    asking = Asking(vendor)
    asking.tenant.replace_state(held(vendor))
    for call in data.draw(st.lists(sendings(vendor), min_size=1, max_size=4)):
        reply = asking.mock.handle(call.about, call.path, call.by(asking.credentials)).reply
        assert_described(contract(vendor), call.about, reply.status, dict(reply.headers), reply.body)


def assert_described(found: Contract, about: Operation, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """The status is one of the operation's, the media type one that it has there, and the body holds to its schema."""
    if body == found.refusal("not-found").body:
        return
    place = ("paths", about.path.removeprefix(found.base_path), about.method.lower(), "responses", str(status))
    assert str(status) in about.spec["responses"], body
    reference = f"#{pointer(*place)}"
    response = found.resolve(reference)
    if "$ref" in response:
        reference = response["$ref"]
        response = found.resolve(reference)
    if not body:
        return
    media_type = headers["Content-Type"]
    content = response["content"][media_type]
    if media_type.startswith("application/json") and "schema" in content:
        validator = found.validator(reference + pointer("content", media_type, "schema"))
        assert validator.violations(loads(body).value) == []


# -- what is no call of an operation ----------------------------------------------------------------------------------


@pytest.mark.rule("fanship.path.only-all", "zangsho.request.routes")
@pytest.mark.parametrize(
    ("vendor", "method", "path", "status"),
    [
        ("fanship", "POST", "/v1/2nd/purchases/20260115", 404),
        ("fanship", "POST", "/v1/2nd/purchases/20260115/_all/", 404),
        ("fanship", "POST", "/v1/2nd//purchases/20260115/_all", 404),
        ("fanship", "GET", "/v1/2nd/purchases/20260115/_all", 405),
        ("fanship", "OPTIONS", "/v1/2nd/members/_all", 405),
        ("fanship", "POST", "/", 404),
        ("omnisegment", "POST", "/api/import-purchase-data", 404),
        ("omnisegment", "POST", "/api/import-purchase-data//", 404),
        ("omnisegment", "POST", "/API/import-purchase-data/", 404),
        ("omnisegment", "GET", "/api/import-purchase-data/", 405),
        ("omnisegment", "GET", "/api/v1/orders/", 404),
        ("esputnik", "GET", "/api/v1/event", 405),
        ("esputnik", "POST", "/v1/event", 404),
        ("esputnik", "POST", "/api/v3/event", 404),
        ("zangsho", "POST", "/v1/customers/", 404),
        ("zangsho", "POST", "/customers", 404),
        ("zangsho", "DELETE", "/v1/customers", 405),
        ("zangsho", "PATCH", "/v1/orders/1", 405),
    ],
)
def test_a_call_that_matches_no_operation_is_refused_in_its_vendors_words_and_noted(
    vendor: str, method: str, path: str, status: int
) -> None:
    app = fresh_app(vendor)
    response = app.test_client().open(path, method=method, headers=key(app), json={})
    name = "not-found" if status == 404 else "method-not-allowed"
    refusal = contract(vendor).refusal(name)
    assert (response.status_code, response.data) == (refusal.status, refusal.body) == (status, refusal.body)
    (stray,) = mock_of(app).unmatched
    assert (stray["method"], stray["path"], stray["status"]) == (method, path, status)
    tenant = "unauthenticated" if vendor == "omnisegment" else f"demo-{vendor}"
    assert stray["tenant"] == tenant, "OmniSegment has its credentials in the body of what it knows"


@pytest.mark.parametrize(
    ("vendor", "method", "path", "allowed"),
    [
        ("fanship", "GET", "/v1/2nd/members/_all", "POST"),
        ("omnisegment", "POST", "/api/v1/orders", "GET, HEAD"),
        ("zangsho", "DELETE", "/v1/customers", "GET, HEAD, POST"),
        ("zangsho", "PATCH", "/v1/subscriptions/1", "GET, HEAD, PUT"),
    ],
)
def test_the_answer_to_a_wrong_method_names_the_right_ones(vendor: str, method: str, path: str, allowed: str) -> None:
    app = fresh_app(vendor)
    response = app.test_client().open(path, method=method, headers=key(app))
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/api/v1/version", "/api/v1/version/"])
def test_esputnik_does_not_mind_a_slash_at_the_end(path: str) -> None:
    app = app_of("esputnik")
    assert app.test_client().get(path, headers=key(app)).status_code == 200


def test_a_head_request_is_answered_like_get_without_the_body() -> None:
    app = app_of("esputnik")
    response = app.test_client().head("/api/v1/version", headers=key(app))
    assert (response.status_code, response.data) == (200, b"")


# -- large bodies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", [name for name in VENDORS if "x-max-body" in contract(name).openapi])
def test_a_body_beyond_the_vendors_limit_is_refused_before_it_is_read(vendor: str) -> None:
    app = fresh_app(vendor)
    about = next(about for about in contract(vendor).operations.values() if about.method == "POST")
    most = contract(vendor).openapi["x-max-body"]
    response = large(app, about.path, most + 1)
    refusal = contract(vendor).refusal("too-large")
    assert (response.status_code, response.data) == (refusal.status, refusal.body)
    assert large(app, about.path, most).status_code != refusal.status


@every_vendor
def test_a_large_body_to_an_unknown_path_gets_the_same_404_as_a_small_one(vendor: str) -> None:
    assert large(fresh_app(vendor), "/nowhere", 10**9).status_code == 404


def large(app: flask.Flask, path: str, length: int) -> TestResponse:
    """The answer to a body that says it is so long, and is not."""
    headers = {**key(app), "Content-Type": "application/json"}
    return app.test_client().post(path, data=b"{}", headers=headers, environ_overrides={"CONTENT_LENGTH": str(length)})


# -- what the mock found ----------------------------------------------------------------------------------------------


def test_findings_are_sent_in_headers_only_on_request_and_never_in_the_body() -> None:
    app = fresh_app("zangsho")
    plain, asked = (
        app.test_client().post(
            "/v1/customers/batch",
            headers={**key(app), **explain},
            json={"customers": [{"email": f"{number}@example.com", "phoneNumber": "1", "faxNumber": "2"}]},
        )
        for number, explain in enumerate([{}, {"Mock-Explain": "1"}])
    )
    assert not [name for name, _ in plain.headers if name.startswith("Mock-")]
    assert asked.headers["Mock-Tenant"] == "demo-zangsho"
    assert asked.headers["Mock-Exchange"] == "2"
    assert asked.headers["Mock-Silent"] == "2"
    assert "ignored zangsho.request.unknown-key x2" in asked.headers.getlist("Mock-Finding")
    assert plain.get_json().keys() == asked.get_json().keys()


def test_an_internal_error_is_never_presented_as_the_vendors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = fresh_app("zangsho")

    def broken(*_: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr(mock_of(app), "handle", broken)
    with caplog.at_level(logging.ERROR, "mockservers"):
        response = app.test_client().get("/v1/customers", headers=key(app))
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "ours" in caplog.text


def test_an_unknown_vendor_has_no_app() -> None:
    with pytest.raises(
        UnknownName, match=r"Unknown vendor 'shopify'. Available: esputnik, fanship, omnisegment, zangsho"
    ):
        create_app("shopify")


@every_vendor
def test_a_vendor_is_a_flask_app_with_its_demo_tenant(vendor: str) -> None:
    app = create_app(vendor)
    assert isinstance(app, flask.Flask)
    assert [tenant.id for tenant in mock_of(app)] == [f"demo-{vendor}"]
