"""The switches of a tenant's page: each changes how the next call is answered. What is exported can be imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from mockservers.web.bootstrap import MockApp

pytestmark = pytest.mark.thorough

TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
LIMIT = 120
"""Calls of Zangsho's a minute."""


def order(mock_app: MockApp, number: str, amount: str) -> dict[str, Any]:
    """Import an order, and return the counts of the vendor's answer."""
    item = {"order_no": number, "customer_email": "wang.xiaoming@example.com", "amount": amount, "status": "paid"}
    url = f"{mock_app.server.url}/zangsho/v1/orders/batch"
    answer = requests.post(url, json={"orders": [item]}, headers=TOKEN, timeout=10)
    counts: dict[str, Any] = answer.json()["data"]
    return counts


def statuses(mock_app: MockApp, calls: int) -> list[int]:
    url = f"{mock_app.server.url}/zangsho/v1/orders"
    with requests.Session() as session:
        return [session.get(url, headers=TOKEN, timeout=10).status_code for _ in range(calls)]


def test_the_next_call_is_judged_by_a_reading_that_was_switched(page: Page, mock_app: MockApp) -> None:
    rule = "zangsho.amount.negative"
    assert order(mock_app, "A-1", "-1.00")["created"] == 1
    page.goto(f"{mock_app.server.url}/tenants/demo-zangsho")
    reading = page.locator("#readings details", has_text=rule)
    expect(reading.locator("summary")).to_have_text(f"{rule} accept")
    reading.locator("summary").click()
    page.get_by_label(f"{rule} is read as").select_option("refuse")
    reading.get_by_role("button", name="Choose this reading").click()
    expect(page.locator(".said")).to_have_text(f"{rule} is read as refuse.")
    expect(reading.locator("summary")).to_have_text(f"{rule} refuse chosen")
    assert order(mock_app, "A-2", "-1.00")["failed"] == 1
    reading.locator("summary").click()
    page.get_by_label(f"{rule} is read as").select_option("accept")
    reading.get_by_role("button", name="Choose this reading").click()
    expect(reading.locator("summary")).to_have_text(f"{rule} accept")
    assert order(mock_app, "A-3", "-1.00")["created"] == 1


def test_a_form_keeps_its_values_while_calls_arrive(page: Page, mock_app: MockApp) -> None:
    rule = "zangsho.amount.negative"
    page.goto(f"{mock_app.server.url}/tenants/demo-zangsho")
    page.locator("#readings details", has_text=rule).locator("summary").click()
    choice = page.get_by_label(f"{rule} is read as")
    choice.select_option("refuse")
    choice.blur()
    order(mock_app, "A-1", "1.00")
    expect(page.locator(".live")).to_contain_text("waits for the form")
    expect(choice).to_have_value("refuse")
    page.get_by_role("button", name="Choose this reading").locator("visible=true").click()
    expect(page.locator(".said")).to_have_text(f"{rule} is read as refuse.")
    expect(page.locator("#main")).to_contain_text("created")


def test_the_mode_of_rate_limits_is_marked_and_switched(page: Page, mock_app: MockApp) -> None:
    page.goto(f"{mock_app.server.url}/tenants/demo-zangsho")
    limits = page.get_by_role("group", name="Rate limits")

    def pressed() -> list[str]:
        return [each.inner_text() for each in limits.locator("[aria-pressed=true]").all()]

    assert pressed() == ["observe"]
    expect(page.locator("#limits")).to_contain_text(f"{LIMIT} calls in PT1M")
    assert set(statuses(mock_app, LIMIT + 1)) == {200}
    limits.get_by_role("button", name="enforce").click()
    expect(page.locator(".said")).to_have_text("Rate limits: enforce.")
    assert pressed() == ["enforce"]
    answered = statuses(mock_app, LIMIT + 1)  # a switch starts to count anew
    assert (answered[:-1], answered[-1]) == ([200] * LIMIT, 429)
    limits.get_by_role("button", name="off").click()
    expect(page.locator(".said")).to_have_text("Rate limits: off.")
    assert pressed() == ["off"]
    assert statuses(mock_app, 1) == [200]


def test_an_imported_tenant_is_independent_of_the_exported_one(page: Page, mock_app: MockApp, tmp_path: Path) -> None:
    assert order(mock_app, "甲-1", "5.00")["created"] == 1
    page.goto(f"{mock_app.server.url}/tenants/demo-zangsho")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON").click()
    assert download.value.suggested_filename == "demo-zangsho.json"
    file = tmp_path / "export.json"
    download.value.save_as(file)
    assert "demo-zangsho-token" not in file.read_text("utf-8")
    page.goto(f"{mock_app.server.url}/tenants")
    page.get_by_label("An exported tenant").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("link", name="甲-1")).to_be_visible()
    name = page.locator("h1").inner_text()
    assert name != "demo-zangsho"
    held = mock_app.control.state(name)
    assert held == mock_app.control.state("demo-zangsho")
    assert mock_app.control.get_tenant(name)["credentials"]["token"] != "1|demo-zangsho-token"


@pytest.mark.parametrize("content", [b"no JSON", b"[]", json.dumps({"vendor": "zangsho"}).encode(), b""])
def test_an_invalid_export_is_refused_with_a_message(page: Page, mock_app: MockApp, content: bytes) -> None:
    page.goto(f"{mock_app.server.url}/tenants")
    sent: Any = {"name": "a.json", "mimeType": "application/json", "buffer": content}
    answer = page.request.post(f"{mock_app.server.url}/tenants/import", multipart={"file": sent})
    assert answer.status == 422
    page.set_content(answer.text().replace('<script src="/page/page.js" defer></script>', ""))
    expect(page.locator("main")).to_contain_text("Fix: ")
    assert len(mock_app.control.tenants()) == 4
