"""Script and markup in any field of any vendor's data, through every screen and the report: shown, never run."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Page

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.reports.run_report import html, report_of
from mockservers.web.bootstrap import MockApp
from mockservers.web.page.examples import example_of
from tests.asking import VENDORS

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "<svg/onload=alert(1)>",
    "</pre></textarea></style></title><script>alert(1)</script>",
    "{{ 7 * 191 }}",
    "javascript:alert(1)",
    "<!--",
    "' onfocus=alert(1) autofocus='",
    "<iframe srcdoc='<script>alert(1)</script>'>",
]
SCRIPT = '<script src="/page/page.js" defer></script>'
"""Runs once in a document, and is left out where one is filled again."""
CHECKPOINT = '"><img src=x onerror=alert(1)>'
RUN = """() => [...document.querySelectorAll('*')].filter((each) =>
  ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED'].includes(each.tagName) && !each.src.endsWith('/page/page.js') ||
  [...each.attributes].some(({ name, value }) => /^on/i.test(name) ||
    ['href', 'src', 'action', 'formaction'].includes(name) && /^\\s*(javascript|data):/i.test(value))
).map((each) => each.outerHTML)"""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all texts and numbers of a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        if isinstance(item, dict | list):
            yield from leaves(item, (*path, key))
        elif not str(item).startswith("{"):  # a placeholder of credentials
            yield (*path, key)


def altered(value: Any, path: tuple[Any, ...], payload: str) -> Any:
    """A copy with a payload at the path, and one beside it as an unknown key with its value."""
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = payload
    if isinstance(holder, dict):
        holder[f"k{payload}"] = payload
    return copy


def documents(example: str) -> tuple[Any, str]:
    """The first document of an example, and the lines after it, which an upload has."""
    if not example:
        return None, ""
    value, end = json.JSONDecoder().raw_decode(example)
    return value, example[end:].strip()


def send_all(mock_app: MockApp, vendor: str) -> None:
    """Each operation with a payload in each field of its example, through the page's own form."""
    contract = mock_app.mocks[vendor].contract
    payloads = itertools.cycle(PAYLOADS)
    with requests.Session() as session:
        for operation in contract.operations.values():
            example = example_of(contract, operation).body
            value, others = documents(example)
            made = (altered(value, path, next(payloads)) for path in leaves(value))
            bodies = ["\n".join(filter(None, (json.dumps(each), others))) for each in made][:40] or [example]
            for body in bodies:
                form = {
                    "tenant": f"demo-{vendor}",
                    "path": operation.path.replace("{", "").replace("}", ""),
                    "body": body,
                }
                url = f"{mock_app.server.url}/try/{vendor}/{operation.id}"
                answer = session.post(url, form, timeout=20, allow_redirects=False)
                assert answer.status_code == 303, answer.text
        for payload in PAYLOADS:
            headers = {"Authorization": f"Bearer {payload}", "User-Agent": payload, "X-Any": payload}
            session.get(f"{mock_app.server.url}/{vendor}/{payload}?{payload}", headers=headers, timeout=20)


def is_inert(page: Page, mock_app: MockApp, path: str, status: int = 200) -> None:
    """Open a screen, and check that no sent text became markup or script."""
    answer = page.goto(mock_app.server.url + path)
    assert answer is not None
    assert answer.status == status, path
    nothing_runs(page, path)


def nothing_runs(page: Page, path: str) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert (path, page.evaluate(RUN)) == (path, [])
    assert "1337" not in page.inner_text("main"), path


@pytest.mark.parametrize(
    "vendor",
    [pytest.param(vendor, marks=[] if vendor == "fanship" else pytest.mark.thorough) for vendor in VENDORS],
)
def test_sent_script_and_markup_are_shown_and_never_run(page: Page, mock_app: MockApp, vendor: str) -> None:
    send_all(mock_app, vendor)
    control, name = mock_app.control, f"demo-{vendor}"
    control.checkpoint(name, {"name": CHECKPOINT})
    tenant = mock_app.mocks[vendor].tenant(name)
    tenant.advance_to(max([tenant.clock.now(), *(job.due for job in tenant.due)]))
    newest = tenant.last
    quoted = [quote(payload, safe="") for payload in PAYLOADS]
    screens = ["/", "/calls", "/calls?only=losses", "/tenants", f"/tenants/{name}", f"/docs/{vendor}"]
    screens += [
        f"/tenants/{name}?changes={quote(CHECKPOINT)}&said={quoted[1]}",
        f"/calls/{vendor}/unauthenticated/{len(PAYLOADS)}",
    ]
    screens += [f"/calls/{vendor}/{name}/{number}" for number in range(max(1, newest - 12), newest + 1)]
    screens += [f"/tenants/{name}/history?id={payload}" for payload in quoted]
    screens += [
        f"{path}={quoted[number]}" for number, path in enumerate(("/calls?text", "/calls?tenant", "/rules?text"))
    ]
    operations = mock_app.mocks[vendor].contract.operations
    screens += [f"/try/{vendor}/{operation}?tenant={name}" for operation in operations]
    screens += ["/try", f"/try?tenant={name}", "/docs", "/rules", "/page/login"]
    for path in screens:
        is_inert(page, mock_app, path)


def test_a_call_that_is_sent_again_shows_script_and_never_runs_it(page: Page, mock_app: MockApp) -> None:
    send_all(mock_app, "zangsho")
    tenant = mock_app.mocks["zangsho"].tenant("demo-zangsho")
    number = next(each.id for each in tenant.journal if b"<script>" in each.body)
    is_inert(page, mock_app, f"/calls/zangsho/demo-zangsho/{number}")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url(f"**/calls/zangsho/demo-zangsho/{tenant.last}")
    nothing_runs(page, page.url)
    assert "<script>" in page.inner_text("main")


def test_a_refused_address_or_form_value_is_shown_as_text(page: Page, mock_app: MockApp) -> None:
    own = mock_app.server.url
    for payload in PAYLOADS:
        quoted = quote(payload, safe="")
        names = ("/tenants/", "/docs/", "/try/zangsho/", "/try?tenant=")
        for path in names:
            answer = page.request.get(own + path + quoted, headers={"Accept": "text/html"})
            assert answer.status == 404, path
            page.set_content(answer.text().replace(SCRIPT, ""))
            nothing_runs(page, path)
            assert "Unknown" in page.inner_text("main")
        fields = ("rule", "choice", "value", "effect", "mode", "name", "url")
        for action in ("reading", "clock", "fault", "limits", "webhooks", "rewind", quoted):
            form: Any = {**dict.fromkeys(fields, payload), "kind": "advance"}
            answer = page.request.post(f"{own}/tenants/demo-zangsho/do/{action}", form=form)
            page.set_content(answer.text().replace(SCRIPT, ""))
            nothing_runs(page, action)
            assert "This cannot be done" in page.inner_text("main"), action


def test_a_payload_in_a_held_field_is_shown_in_the_state_and_in_the_call(page: Page, mock_app: MockApp) -> None:
    token = {"Authorization": "Bearer 1|demo-zangsho-token"}
    for number, payload in enumerate(PAYLOADS):
        customer = {"email": f"{number}@example.com", "name": payload}
        url = f"{mock_app.server.url}/zangsho/v1/customers"
        requests.post(url, json=customer, headers=token, timeout=10).raise_for_status()
    is_inert(page, mock_app, "/tenants/demo-zangsho")
    text = page.inner_text("main")
    assert [payload for payload in PAYLOADS if payload not in text] == []
    is_inert(page, mock_app, "/calls/zangsho/demo-zangsho/2")
    assert json.dumps(PAYLOADS[0]) in page.inner_text("main")


def test_a_report_shows_script_and_never_runs_it(page: Page, mock_app: MockApp) -> None:
    for vendor in VENDORS:
        send_all(mock_app, vendor)
    evidence = gather(mock_app.control)
    report = html(report_of(mock_app.control, evidence, judge(evidence, Policy("at-risk")))).decode()
    page.set_content(report.replace("http-equiv", "data-was"))  # without its policy, which would hide a fault
    assert page.evaluate(RUN) == []
    assert f"k{PAYLOADS[0]}" in page.inner_text("main")
