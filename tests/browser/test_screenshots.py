"""The pictures of README and docs, made by a browser from real traffic.

    SCREENSHOTS=docs/images scripts/test tests/browser/test_screenshots.py

makes them again. Without the variable they are made in a temporary folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.reports.run_report import html, report_of
from mockservers.web.bootstrap import MockApp

pytestmark = pytest.mark.thorough

LARGEST = 160 * 1024
TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
ORDER = {"order_no": "A-1001", "customer_email": "wang.xiaoming@example.com", "amount": "1280.00"}
SCREENS = {
    "losses": ("/", "light", 620),
    "call": ("/calls/zangsho/demo-zangsho/1", "light", 800),
    "calls": ("/calls", "dark", 460),
    "history": ("/tenants/demo-zangsho/history?id=A-1001", "light", 560),
    "docs": ("/docs/fanship", "dark", 720),
}


def orders_in_three_states(mock_app: MockApp) -> None:
    for status, more in (("pending", {}), ("paid", {"payment_method": "credit_card"}), ("refunded", {"colour": "red"})):
        body = {"orders": [{**ORDER, "status": status, **more}], "on_conflict": "update"}
        url = f"{mock_app.server.url}/zangsho/v1/orders/batch"
        requests.post(url, json=body, headers=TOKEN, timeout=10).raise_for_status()


@pytest.mark.parametrize("name", [*SCREENS, "report"])
def test_a_picture_is_made(chromium: Browser, mock_app: MockApp, tmp_path: Path, name: str) -> None:
    orders_in_three_states(mock_app)
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    path, scheme, height = SCREENS.get(name, ("", "light", 700))
    context = chromium.new_context(
        viewport={"width": 1100, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    if path:
        page.goto(mock_app.server.url + path)
        if page.locator("main[data-live]").count():
            expect(page.locator(".live")).to_contain_text("live")
    else:
        evidence = gather(mock_app.control)
        page.set_content(html(report_of(mock_app.control, evidence, judge(evidence, Policy("silent")))).decode())
    file = folder / f"{name}.png"
    page.screenshot(path=file)
    context.close()
    assert file.read_bytes().startswith(b"\x89PNG")
    assert 10_000 < file.stat().st_size < LARGEST
