"""What somebody sees who has sent nothing yet, who has a narrow window, or whose values are very long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from mockservers.web.bootstrap import MockApp, Serving

TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
LONG = {"email": "long@example.com", "name": "住所" * 50, "k" * 1000: "v" * 3000, "ключ" * 250: "地址" * 900}
EMPTY = ["/", "/calls", "/tenants", "/tenants/demo-fanship", "/try", "/docs", "/rules"]


@pytest.fixture
def fresh() -> Iterator[MockApp]:
    """A server to which nothing was sent."""
    with MockApp(Serving()) as made:
        yield made


def customer(mock_app: MockApp, fields: dict[str, Any]) -> None:
    url = f"{mock_app.server.url}/zangsho/v1/customers"
    requests.post(url, json=fields, headers=TOKEN, timeout=10).raise_for_status()


def test_the_first_screen_says_where_to_send_and_updates_itself(page: Page, fresh: MockApp) -> None:
    page.goto(fresh.server.url)
    rows = page.get_by_role("region", name="Base URLs").locator("tbody tr")
    expect(rows).to_have_count(4)
    zangsho = rows.filter(has_text="Zangsho")
    base = zangsho.locator("code").inner_text()
    assert base == f"{fresh.server.url}/zangsho"
    expect(zangsho.get_by_role("link", name="demo-zangsho")).to_have_attribute("href", "/tenants/demo-zangsho")
    expect(page.locator(".live")).to_contain_text("live")
    sent = {"email": "a@example.com", "name": "a", "phoneNumber": "1"}
    requests.post(f"{base}/v1/customers", json=sent, headers=TOKEN, timeout=10).raise_for_status()
    expect(page.get_by_text("Rename phoneNumber to phone.")).to_be_visible()
    expect(page.get_by_text("Nothing was sent yet")).to_have_count(0)


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_screens_are_accessible_and_say_what_to_do(page: Page, fresh: MockApp, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in EMPTY:
        page.goto(fresh.server.url + path)
        found = Axe().run(page).response["violations"]
        assert [(path, each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.goto(f"{fresh.server.url}/calls")
    expect(page.locator("main")).to_contain_text("No call yet.")
    page.goto(f"{fresh.server.url}/calls?text=nothing")
    expect(page.get_by_role("link", name="Show all calls")).to_be_visible()


def test_a_narrow_window_shows_status_and_outcome_of_each_call(page: Page, mock_app: MockApp) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    cells = ("Status", "401"), ("Status", "404"), ("Status", "200"), ("Outcome", "1 silent"), ("Outcome", "unmatched")
    for path, named in (("/calls", cells), ("/tenants", (("Silent", "1"), ("At risk", "0")))):
        page.goto(mock_app.server.url + path)
        columns = page.locator("table.rows th").all_inner_texts()
        for column, text in named:
            cell = page.locator(f"table.rows td:nth-child({columns.index(column) + 1})", has_text=text).first
            box = cell.bounding_box()
            assert box, (path, text)
            assert 0 <= box["x"] < box["x"] + box["width"] <= 360, (path, text)


@pytest.mark.parametrize("width", [360, 1200])
def test_overlong_keys_and_values_make_no_screen_wider(page: Page, mock_app: MockApp, width: int) -> None:
    customer(mock_app, LONG)
    page.set_viewport_size({"width": width, "height": 740})
    paths = ["/", "/calls", "/calls/zangsho/demo-zangsho/2", "/tenants/demo-zangsho"]
    for path in (*paths, "/tenants/demo-zangsho/history?id=long@example.com"):
        page.goto(mock_app.server.url + path)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
    page.goto(f"{mock_app.server.url}/calls")
    table = page.locator("table.rows")
    assert table.bounding_box()["width"] <= width  # type: ignore[index]
    page.goto(mock_app.server.url)
    assert "k" * 81 not in page.locator(".why, .fix").all_inner_texts()


def test_a_missing_key_is_shown_in_the_object_that_lacks_it(page: Page, mock_app: MockApp) -> None:
    order = {"externalOrderId": "Замовлення-7", "totalCost": 1, "status": "INITIALIZED", "date": "2026-01-15"}
    url = f"{mock_app.server.url}/esputnik/api/v1/orders"
    answer = requests.post(
        url,
        json={"orders": [{**order, "email": "olena@example.com"}]},
        auth=("any", "demo-esputnik-api-key"),
        timeout=10,
    )
    assert answer.json()["failedOrders"]["error"] == "currency is required"
    page.goto(mock_app.server.url)
    group = page.locator("article", has_text="currency is missing")
    expect(group.locator("pre")).to_contain_text("Замовлення-7")


def test_an_unmatched_call_is_shown_with_the_nearest_operation(page: Page, mock_app: MockApp) -> None:
    page.goto(mock_app.server.url)
    expect(page.locator("li", has_text="/v9/orders")).to_contain_text("nearest: GET, POST /v1/orders")
