"""The token of the admin API: beyond loopback every call needs it, but for health and the vendors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.administering import Admin


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


def test_a_token_that_was_not_given_is_generated() -> None:
    first, second = guarded().mock_app.admin_token, guarded().mock_app.admin_token
    assert first
    assert second
    assert first != second
    assert guarded().ask("GET", "/tenants").status_code == 401


def test_health_and_the_vendors_need_no_admin_token() -> None:
    admin = guarded()
    assert admin.ask("GET", "/health").status_code == 200
    assert admin.client.post("/fanship/v1/2nd/members/_all").get_json() == {"status": "NG"}


@pytest.mark.parametrize(
    ("host", "asks"),
    [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("::", True), ("mock", True)],
)
def test_only_loopback_needs_no_token(host: str, asks: bool) -> None:
    assert (Admin(host=host, vendors=("fanship",)).mock_app.admin_token is not None) is asks
