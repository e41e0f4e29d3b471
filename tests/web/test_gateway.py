"""One listener for all vendors: the vendor's own host name or the first path segment selects the vendor."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.web.bootstrap import MockApp, Serving


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(MockApp(Serving(host_names={"fanship": "fan.example.jp"})).gateway)


def asked(client: Client, url: str, host: str, method: str = "GET") -> TestResponse:
    return client.open(url, method=method, headers={"Host": host})


VERSION = "/api/v1/version"


@pytest.mark.parametrize(
    ("host", "path", "allow"),
    [
        ("esputnik.com", VERSION, "esputnik"),
        ("esputnik.com:443", VERSION, "esputnik"),
        ("ESPUTNIK.com", VERSION, "esputnik"),
        ("yespo.io", VERSION, "esputnik"),
        ("localhost", f"/esputnik{VERSION}", "esputnik"),
        ("127.0.0.1:8080", f"/esputnik{VERSION}", "esputnik"),
        ("[::1]:8080", f"/esputnik{VERSION}", "esputnik"),
        ("mock.internal", f"/esputnik{VERSION}", "esputnik"),
    ],
)
def test_a_vendor_answers_at_its_own_hosts_and_under_its_prefix_elsewhere(
    client: Client, host: str, path: str, allow: str
) -> None:
    response = asked(client, path, host)
    assert (response.status_code, response.mimetype) == (401, "application/json")
    assert response.get_json()["status"] == 401


@pytest.mark.parametrize(
    ("host", "path", "method", "status"),
    [
        ("api.omnisegment.com", "/api/import-purchase-data/", "POST", 400),  # the body has no credentials
        ("api.zangsho.com", "/v1/customers", "GET", 401),
        ("fan.example.jp", "/v1/2nd/members/_all", "POST", 401),
        ("localhost", "/fanship/v1/2nd/members/_all", "POST", 401),
    ],
)
def test_vendor_hosts_come_from_the_contract_and_the_settings(
    client: Client, host: str, path: str, method: str, status: int
) -> None:
    assert asked(client, path, host, method).status_code == status


def test_a_vendors_own_host_serves_neither_prefixes_nor_the_admin_api(client: Client) -> None:
    for path in ("/zangsho/v1/customers", "/__admin/health", "/"):
        response = asked(client, path, "api.zangsho.com")
        assert (response.status_code, response.get_json()) == (404, {"message": "Not Found"}), path


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/zangshou/v1/customers", "/zangsho/v1/customers"),
        ("/v1/customers", "/zangsho/v1/customers"),
        ("/zangsho2/v1/customers", "Nearest: /zangsho/v1/customers, /zangsho/v1/customers/batch, "),
        ("/esputnik.com/api/v1/event", "/esputnik/api/v1/event"),
        ("/_admin/tenants", "/__admin/"),
        ("/nothing-like-it-at-all", "/__admin/, /esputnik/, /fanship/, /omnisegment/, /zangsho/"),
        ("/" + "x" * 5_000, "/__admin/"),
        ("/名前", "/__admin/"),
    ],
)
def test_an_unknown_vendor_is_a_404_that_names_similar_ones(client: Client, path: str, nearest: str) -> None:
    response = asked(client, path, "localhost")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    problem = response.get_json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert nearest in problem["detail"]
    assert path in problem["detail"] or len(path) > 1_000


MISSED = {
    "/v1/customers": "the path must begin with /zangsho: /zangsho/v1/customers",
    "/zangshoo/v1/customers": "nearest: GET, POST /v1/customers",
}
"""Paths that miss their vendor, and what a log line says of them."""


@pytest.mark.parametrize("path", MISSED)
def test_a_path_that_misses_its_vendor_is_an_unmatched_call_that_fails_the_gates(path: str) -> None:
    app = MockApp(Serving())
    seen: list[dict[str, Any]] = []
    app.mocks["zangsho"].watchers.append(lambda call: seen.append(call.to_dict()))
    headers = {"Host": "localhost", "Authorization": "Bearer 1|demo-zangsho-token"}
    response = Client(app.gateway).post(path, json={"email": "a@example.com"}, headers=headers)
    assert response.status_code == 404

    (call,) = app.control.unmatched()
    assert (call["tenant"], call["path"], call["status"]) == ("demo-zangsho", path, 404)
    (exchange,) = app.control.journal("demo-zangsho")["exchanges"]
    assert exchange["request"]["body"] == '{"email": "a@example.com"}'
    assert exchange["response"]["body"] == response.get_data(as_text=True)
    assert [each["why"] for each in seen] == [MISSED[path]]
    failures = judge(gather(app.control), Policy("silent")).failures
    assert "unmatched" in [failure.kind for failure in failures]


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/health", "/metrics", "/.well-known/anything"])
def test_a_path_unlike_any_vendors_is_charged_to_no_vendor(path: str) -> None:
    app = MockApp(Serving())
    assert Client(app.gateway).get(path, headers={"Host": "localhost"}).status_code == 404
    assert app.control.unmatched() == []


@pytest.mark.parametrize("path", ["/zangsho", "/zangsho/", "/zangsho/v1", "/zangsho//v1/customers"])
def test_an_unknown_path_of_a_vendor_gets_the_vendors_404(client: Client, path: str) -> None:
    response = asked(client, path, "localhost")
    assert (response.status_code, response.get_json()) == (404, {"message": "Not Found"})


def test_the_root_lists_the_addresses(client: Client) -> None:
    assert asked(client, "/", "localhost").get_json() == {
        "vendors": {
            "omnisegment": "/omnisegment",
            "fanship": "/fanship",
            "esputnik": "/esputnik/api",
            "zangsho": "/zangsho/v1",
        },
        "admin": "/__admin/",
    }


def test_a_call_is_journalled_with_the_vendors_own_path_through_every_transport(client: Client) -> None:
    asked(client, "/zangsho/v1/customers?page=1&page=2", "localhost")
    asked(client, "/v1/customers", "api.zangsho.com")
    exchanges = asked(client, "/__admin/unauthenticated", "localhost").get_json()["calls"]
    assert [exchange["request"]["path"] for exchange in exchanges[-2:]] == [
        "/v1/customers?page=1&page=2",
        "/v1/customers",
    ]
