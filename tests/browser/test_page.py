"""The page of a server in a browser: what it shows, what its forms do, and that it shows hostile text as text."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.reports.run_report import html, report_of
from mockservers.web.bootstrap import MockApp

pytestmark = pytest.mark.thorough

TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
SCREENS = [
    "/",
    "/calls",
    "/calls?tenant=nobody",
    "/calls/zangsho/demo-zangsho/1",
    "/calls/fanship/demo-fanship/1",
    "/calls/esputnik/demo-esputnik/1",
    "/calls/omnisegment/demo-omnisegment/1",
    "/calls/zangsho/unauthenticated/1",
    "/tenants",
    "/tenants/demo-fanship",
    "/tenants/demo-zangsho",
    "/try",
    "/try?tenant=demo-fanship",
    "/try/fanship/uploadPurchases?variant=loses",
    "/try/esputnik/getImportSessionStatus",
    "/try/omnisegment/batchImportPurchaseData",
    "/try/zangsho/createOrder",
    "/rules?vendor=zangsho",
    "/rules?only=readings",
    "/page/login",
    "/docs",
    "/docs/omnisegment",
    "/docs/fanship",
    "/docs/esputnik",
    "/docs/zangsho",
    "/tenants/demo-zangsho/history?id=wang.xiaoming@example.com",
    "/tenants/demo-zangsho/history",
]


def see(page: Page, mock_app: MockApp, path: str) -> None:
    answer = page.goto(mock_app.server.url + path)
    assert answer is not None
    assert answer.status == 200, page.inner_text("body")


def customer(mock_app: MockApp, **fields: Any) -> None:
    url = f"{mock_app.server.url}/zangsho/v1/customers"
    requests.post(url, json=fields, headers=TOKEN, timeout=10).raise_for_status()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible(page: Page, mock_app: MockApp, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in SCREENS:
        see(page, mock_app, path)
        assert violations(page) == []
    page.route("**/tenants/nobody", lambda route: route.fulfill(response=route.fetch(), status=200))
    see(page, mock_app, "/tenants/nobody")  # a 404, of which the browser's console would complain
    assert "Unknown tenant" in page.inner_text("main")
    assert violations(page) == []


def violations(page: Page) -> list[tuple[str, str, str]]:
    """The accessibility rules that a screen violates with all its details open."""
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    found = Axe().run(page).response["violations"]
    return [(page.url, each["id"], each["nodes"][0]["html"]) for each in found]


def test_no_screen_is_wider_than_a_phone(page: Page, mock_app: MockApp) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in SCREENS:
        see(page, mock_app, path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 360)


def test_losses_of_all_vendors_come_first_with_their_fixes(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/")
    expect(page.get_by_text("Rename orderDate to order_date.")).to_be_visible()
    expect(page.get_by_text("Rename phoneNumber to phone.")).to_be_visible()
    figures = [each.split("\n")[0:2] for each in page.locator(".figures li").all_inner_texts()]
    assert figures[0] == ["4", "silent"]
    assert figures[3:5] == [["1", "unauthenticated"], ["1", "unmatched"]]  # a call to no operation is not both
    assert page.locator(".line.ignored").all_inner_texts()[0].startswith('"orderDate": "2025-11-01"')


def test_calls_appear_as_they_are_answered(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/calls?vendor=zangsho")
    expect(page.locator(".live")).to_contain_text("live")
    before = page.locator("tbody tr").count()
    customer(mock_app, email="live@example.com", name="Олена")
    expect(page.locator("tbody tr")).to_have_count(before + 1)
    expect(page.locator("tbody tr").first).to_contain_text("1 kept")


def test_the_permalink_of_a_call_marks_each_key(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/calls/zangsho/demo-zangsho/1")
    expect(page.locator(".line.ignored")).to_contain_text("phoneNumber")
    expect(page.locator(".line.kept", has_text="wang.xiaoming@example.com")).to_be_visible()
    assert "demo-zangsho-token" not in page.content()


def test_a_call_is_sent_again(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/calls/zangsho/demo-zangsho/1")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/calls/zangsho/demo-zangsho/*")
    assert mock_app.mocks["zangsho"].tenant("demo-zangsho").ledger.items["skipped"] == 2


def test_a_button_moves_the_clock_to_the_ingestion(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/tenants/demo-fanship")
    page.get_by_role("button", name="To the next ingest").click()
    expect(page.locator(".said")).to_contain_text("Ran: ingest at")
    expect(page.get_by_role("cell", name="商品A")).to_be_visible()


def test_what_changed_since_a_checkpoint_is_shown_field_by_field(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/tenants/demo-zangsho")
    page.get_by_label("Name", exact=True).fill("before")
    page.get_by_role("button", name="Take a checkpoint").click()
    known, new = {"email": "wang.xiaoming@example.com", "name": "王大明"}, {"email": "new@x.tw", "name": "新"}
    body = {"on_conflict": "update", "customers": [known, new]}
    url = f"{mock_app.server.url}/zangsho/v1/customers/batch"
    requests.post(url, json=body, headers=TOKEN, timeout=10).raise_for_status()
    page.get_by_role("link", name="changes since before").click()
    changes = page.locator("#changes")
    expect(changes).to_contain_text("customers: 1 added, 0 removed, 1 changed")
    expect(changes.locator("li", has_text="changed").first).to_contain_text('name "王小明" "王大明"')


def test_a_fault_is_planned_and_fires(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/tenants/demo-zangsho")
    page.locator('select[name="effect"]').select_option("unavailable")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".said")).to_contain_text("Planned: unavailable")
    answer = requests.get(f"{mock_app.server.url}/zangsho/v1/orders", headers=TOKEN, timeout=10)
    assert answer.status_code == 503
    see(page, mock_app, "/tenants/demo-zangsho")
    expect(page.get_by_text("Fired: unavailable")).to_be_visible()


@pytest.mark.parametrize(
    ("effect", "field", "value"), [("reply", "Status, for reply", "418"), ("delay", "Time, for delay", "PT1S")]
)
def test_the_fault_form_shows_the_parameters_of_each_fault(
    page: Page, mock_app: MockApp, effect: str, field: str, value: str
) -> None:
    see(page, mock_app, "/tenants/demo-zangsho")
    page.locator('select[name="effect"]').select_option(effect)
    page.get_by_label(field).fill(value)
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".said")).to_have_text(f"Planned: {effect}.")
    answer = requests.get(f"{mock_app.server.url}/zangsho/v1/orders", headers=TOKEN, timeout=10)
    assert answer.status_code == (418 if effect == "reply" else 200)
    assert (answer.elapsed.total_seconds() >= 1) is (effect == "delay")


def test_a_webhook_shows_its_attempts_and_is_sent_again(page: Page, mock_app: MockApp) -> None:
    control = mock_app.control
    customer(mock_app, email="hook@example.com", name="鈎")
    see(page, mock_app, "/tenants/demo-zangsho")
    page.get_by_label("URL").fill(f"{mock_app.server.url}/nowhere")
    page.get_by_role("button", name="Send there").click()
    page.get_by_text("of #2 unsent").click()
    page.get_by_role("button", name="Send msg_demo-zangsho_1 again").click()
    expect(page.locator(".said")).to_contain_text("sent again")
    deadline = time.monotonic() + 20
    while not (sent := control.webhooks("demo-zangsho")["deliveries"][0])["attempts"] and time.monotonic() < deadline:
        time.sleep(0.02)
    see(page, mock_app, "/tenants/demo-zangsho")
    page.locator("summary", has_text="of #2").click()
    assert sent["attempts"][0]["status"] == 404
    expect(page.locator("ol li", has_text="404").first).to_be_visible()


def test_a_call_shows_what_it_would_be_under_other_readings(page: Page, mock_app: MockApp) -> None:
    url = f"{mock_app.server.url}/zangsho/v1/orders/batch"
    order = {"order_no": "A-1", "customer_email": "wang.xiaoming@example.com", "amount": "-1.00", "status": "paid"}
    requests.post(url, json={"orders": [order]}, headers=TOKEN, timeout=10).raise_for_status()
    see(page, mock_app, "/calls/zangsho/demo-zangsho/2")
    table = page.get_by_role("region", name="Readings of zangsho.amount.negative")
    expect(table.locator("tr", has_text="as it was")).to_contain_text("1 kept")
    other = table.locator("tr", has_text="refuse")
    expect(other).to_contain_text("1 refused")
    expect(other).to_contain_text("/orders/0")


def test_every_place_of_a_finding_is_marked(page: Page, mock_app: MockApp) -> None:
    customers = [{"email": f"{number}@example.com", "nick": "x"} for number in range(12)]
    url = f"{mock_app.server.url}/zangsho/v1/customers/batch"
    requests.post(url, json={"customers": customers}, headers=TOKEN, timeout=10).raise_for_status()
    see(page, mock_app, "/calls/zangsho/demo-zangsho/2")
    expect(page.locator(".line.ignored")).to_have_count(12)
    expect(page.get_by_text("and 7 more, all marked below")).to_be_visible()


def test_the_history_of_an_order_shows_what_changed_from_call_to_call(page: Page, mock_app: MockApp) -> None:
    url = f"{mock_app.server.url}/zangsho/v1/orders/batch"
    for status in ("pending", "paid"):
        order = {"order_no": "甲-1", "customer_email": "wang.xiaoming@example.com", "amount": "1.00", "status": status}
        body = {"orders": [order], "on_conflict": "update"}
        requests.post(url, json=body, headers=TOKEN, timeout=10).raise_for_status()
    see(page, mock_app, "/tenants/demo-zangsho")
    page.get_by_role("link", name="甲-1").click()
    moments = page.locator(".timeline li")
    expect(moments).to_have_count(2)
    expect(moments.nth(1)).to_contain_text('status "pending" "paid"')
    expect(moments.nth(1).locator("a")).to_have_attribute("href", "/calls/zangsho/demo-zangsho/3")


def test_the_contract_shows_the_rules_of_each_operation_and_links_a_form(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/docs/fanship")
    upload = page.locator("#uploadPurchases")
    expect(upload.locator("td", has_text="order_date").first).to_be_visible()
    expect(upload.locator(".rules-beside")).to_contain_text("fanship.upload.last-of-day-wins")
    upload.get_by_role("link", name="Try it").click()
    content = b'{"id": "p-1"}\n{"id": "p-2", "orderDate": "x"}\n'
    file: Any = {"name": "purchases.ndjson", "mimeType": "application/x-ndjson", "buffer": content}
    page.get_by_label("Or your own file").set_input_files(file)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/calls/fanship/demo-fanship/*")
    expect(page.locator(".line.ignored")).to_contain_text("orderDate")
    assert mock_app.mocks["fanship"].tenant("demo-fanship").journal.newest(1)[0].items == {"pending": 2}


def test_an_example_that_loses_a_key_can_be_sent(page: Page, mock_app: MockApp) -> None:
    see(page, mock_app, "/try/zangsho/createCustomer?variant=loses")
    body = page.get_by_label("Body")
    body.fill(body.input_value().replace("wang.xiaoming", "somebody.else"))
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/calls/zangsho/demo-zangsho/*")
    expect(page.locator(".line.ignored")).to_contain_text("note_from_the_shop")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_is_accessible_and_fits_a_phone(page: Page, mock_app: MockApp, scheme: Any) -> None:
    evidence = gather(mock_app.control)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.set_content(html(report_of(mock_app.control, evidence, judge(evidence, Policy("lost")))).decode())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
