"""What a web page of another site can send is refused on the admin API and at `/`; vendor paths stay open."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from mockservers.web.bootstrap import MockApp, Serving

CLOCK = "/__admin/tenants/demo-zangsho/clock"
ADVANCE = b'{"advance": "P1D"}'


@pytest.fixture(scope="module")
def mock_app() -> MockApp:
    return MockApp(Serving(allow_hosts=["mocks.internal"]))


def asked(mock_app: MockApp, path: str, method: str = "GET", **options: Any) -> TestResponse:
    return Client(mock_app.gateway).open(path, method=method, **options)


def moved(mock_app: MockApp, headers: dict[str, str]) -> tuple[int, bool]:
    """The status of a call that moves a clock, and whether the clock has moved."""
    before = mock_app.control.clock("demo-zangsho")["now"][:10]
    headers = {"Host": "127.0.0.1:8080", "Content-Type": "application/json", **headers}
    response = asked(mock_app, CLOCK, "POST", headers=headers, data=ADVANCE)
    return response.status_code, mock_app.control.clock("demo-zangsho")["now"][:10] != before


@pytest.mark.parametrize("path", ["/", "/__admin/tenants", "/__admin/health", "/nothing"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8080", "[::1", "a@b"]
)
def test_a_host_name_that_is_not_of_this_machine_is_refused(mock_app: MockApp, path: str, host: str) -> None:
    """A site whose name is rebound to 127.0.0.1 sends its own name."""
    response = asked(mock_app, path, headers={"Host": host})
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert "--allow-host" in response.get_json()["detail"]
    assert b"token" not in response.data


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "127.8.8.8", "[::1]:8080", "localhost:1", "LOCALHOST", "a.localhost", "mocks.internal:80"],
)
def test_this_machine_has_its_addresses_localhost_and_the_configured_names(mock_app: MockApp, host: str) -> None:
    assert asked(mock_app, "/__admin/tenants", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://localhost:8080"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_request_from_another_origin_is_refused_and_changes_nothing(
    mock_app: MockApp, headers: dict[str, str]
) -> None:
    assert moved(mock_app, headers) == (403, False)
    assert asked(mock_app, "/", headers={"Host": "127.0.0.1:8080", **headers}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_programs_and_pages_of_the_server_itself_are_allowed(mock_app: MockApp, headers: dict[str, str]) -> None:
    assert moved(mock_app, headers) == (200, True)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_is_not_declared_as_json_is_refused_and_changes_nothing(mock_app: MockApp, media_type: str) -> None:
    """Those three types are what a form of any page can send without the server's consent."""
    assert moved(mock_app, {"Content-Type": media_type}) == (415, False)


def test_a_vendors_paths_stay_open_to_every_host_and_origin(mock_app: MockApp) -> None:
    """The code under test may be a web page."""
    headers = {"Host": "shop.example", "Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    response = asked(mock_app, "/zangsho/v1/orders/1", headers={**headers, "Authorization": "Bearer 1|nobody"})
    assert (response.status_code, response.mimetype) == (401, "application/json")


def test_a_server_with_a_token_may_be_called_by_any_host_name() -> None:
    """Beyond loopback names are the network's, and no page knows the token."""
    app = MockApp(Serving(host="0.0.0.0", admin_token="secret"))
    headers = {"Host": "mockservers:8080", "Authorization": "Bearer secret"}
    assert asked(app, "/__admin/tenants", headers=headers).status_code == 200
    assert asked(app, "/__admin/tenants", headers={**headers, "Origin": "https://evil.example"}).status_code == 403
