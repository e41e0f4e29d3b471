"""The page of a server with an admin token: a form asks for it, and whoever logs in has every screen, live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from mockservers.web.bootstrap import MockApp, Serving

pytestmark = pytest.mark.thorough

TOKEN = "一-the-token"
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def guarded() -> Iterator[MockApp]:
    """A server beyond loopback."""
    with MockApp(Serving(host="0.0.0.0", vendors=("zangsho",), admin_token=TOKEN)) as made:
        yield made


def log_in(page: Page, token: str) -> None:
    page.get_by_label("Admin token").fill(token)
    with page.expect_response("**/page/login"):
        page.get_by_role("button", name="Log in").click()


def test_a_user_who_logs_in_has_live_screens_and_exports(page: Page, guarded: MockApp, tmp_path: Path) -> None:
    own = f"http://127.0.0.1:{guarded.server.port}"
    page.goto(f"{own}/calls")
    assert page.url == f"{own}/page/login"
    log_in(page, TOKEN)
    page.wait_for_url(f"{own}/")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert TOKEN not in cookie["value"]
    page.goto(f"{own}/calls")
    expect(page.locator(".live")).to_contain_text("live")
    customer = {"email": "a@example.com", "name": "Олена"}
    headers = {"Authorization": "Bearer 1|demo-zangsho-token"}
    requests.post(f"{own}/zangsho/v1/customers", json=customer, headers=headers, timeout=10).raise_for_status()
    expect(page.locator("tbody tr").first).to_contain_text("createCustomer")
    page.goto(f"{own}/tenants/demo-zangsho")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON").click()
    download.value.save_as(tmp_path / "export.json")
    assert "Олена" in (tmp_path / "export.json").read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wrong_token_is_refused_with_a_message_and_never_shown(
    page: Page, guarded: MockApp, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.route(  # of a 401 the browser's console would complain
        "**/page/login", lambda route: route.fulfill(response=route.fetch(), status=200)
    )
    page.goto(f"http://127.0.0.1:{guarded.server.port}/page/login")
    log_in(page, HOSTILE)
    expect(page.get_by_role("alert")).to_have_text("This is not the admin token.")
    expect(page.locator("main")).to_contain_text("MOCKSERVERS_ADMIN_TOKEN")
    assert "onerror" not in page.content()
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
