"""A server, and an empty one for each test of its admin API."""

from __future__ import annotations

import pytest

from tests.web.administering import Admin


@pytest.fixture(scope="module")
def admin_server() -> Admin:
    return Admin(vendors=("zangsho", "fanship"))


@pytest.fixture
def admin(admin_server: Admin) -> Admin:
    """The server without the tenants and the unmatched calls of earlier tests."""
    admin_server.empty()
    return admin_server
