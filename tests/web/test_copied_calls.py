"""What the page offers to copy of a call runs as it is: curl in a shell, a pytest file, a Vitest file.

A copied test passes where the call lost nothing, and fails by what it lost.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from mockservers.reports.snippets.curl import variable
from mockservers.web.bootstrap import MockApp, Serving
from tests.wire import filled

ROOT = Path(__file__).parents[2]
NODE = ROOT / "clients/node"
EVENT = [
    {"name": "phone", "value": "380501234567"},
    {"name": "externalOrderId", "value": "12345679"},
    {"name": "totalCost", "value": "258.0"},
    {"name": "status", "value": "INITIALIZED"},
    {"name": "date", "value": "2020-05-14T10:11:00"},
]
ORDER = {
    "member_sn": "1",
    "datetime": "2025-11-01T09:51:23+0800",
    "transaction_id": "A-1001",
    "transaction_revenue": 1980.0,
    "transaction_status": "SHIPPED",
}
_ORGANISATION = {"tid": "{tid}", "api_key": "{api_key}"}
NDJSON = "application/x-ndjson"
LINE = '{{"id":"p-1","item_name":"商品A – it\'s \\\\ 100%","{}":"2025-11-01T10:00:00+09:00"}}\n'
CALLS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    # name: vendor, path, what is sent, the field of a collection that has it, or what is lost
    "omnisegment": (
        "omnisegment", "/api/import-purchase-data/", {"json": {**_ORGANISATION, "data": ORDER}},
        "orders transaction_id A-1001",
    ),
    "omnisegment loses": (
        "omnisegment", "/api/import-purchase-data/",
        {"json": {**_ORGANISATION, "data": {**ORDER, "transaction_status": "COMPLETED"}}}, "",
    ),
    "fanship": (
        "fanship", "/v1/2nd/purchases/20251101/_all", {"files": {"filename": ("p", LINE.format("order_date"), NDJSON)}},
        "purchases id p-1",
    ),
    "fanship loses": (
        "fanship", "/v1/2nd/purchases/20251101/_all", {"files": {"filename": ("p", LINE.format("orderDate"), NDJSON)}},
        "",
    ),
    "esputnik": (
        "esputnik", "/api/v1/event", {"json": {"eventTypeKey": "orderCreated", "params": EVENT}},
        "orders externalOrderId 12345679",
    ),
    "esputnik loses": (
        "esputnik", "/api/v1/event", {"json": {"eventTypeKey": "orderCreated", "params": [*EVENT[:2], *EVENT[3:]]}}, "",
    ),
    "zangsho": (
        "zangsho", "/v1/orders/batch",
        {"data":
            '{"orders": [{"order_no": "甲\'1", "customer_email": "wang.xiaoming@example.com",\n"amount": "12.30"}]}',
         "headers": {"Content-Type": "application/json", "X-Trace": "$(id) `id` \"it's\""}},
        "orders order_no 甲'1",
    ),
    "zangsho loses": (
        "zangsho", "/v1/customers", {"json": {"email": "a@example.com", "phoneNumber": "1"}}, "",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving()) as made:
        yield made


class Copied:
    """A call that was sent, and what the page offers to copy of it."""

    def __init__(self, mock_app: MockApp, name: str, *, query: str = "") -> None:
        vendor, path, sent, self.held = CALLS[name]
        self.vendor = vendor
        self.tenant = mock_app.control.create_tenant({"vendor": vendor, "state": _known(vendor)})
        credentials = self.tenant["credentials"]
        sent = {**sent, "headers": {**sent.get("headers", {})}}
        if "json" in sent:
            sent["json"] = filled(sent["json"], credentials)
        if vendor in ("fanship", "zangsho"):
            sent["headers"]["Authorization"] = f"Bearer {credentials['token']}"
        elif vendor == "esputnik":
            sent["auth"] = ("any", credentials["api_key"])
        if isinstance(sent.get("data"), str):
            sent["data"] = sent["data"].encode()
        requests.post(f"{mock_app.server.url}/{vendor}{path}", timeout=10, **sent).raise_for_status()
        self.page = self.shown(mock_app, query)

    def shown(self, mock_app: MockApp, query: str = "") -> str:
        url = f"{mock_app.server.url}/calls/{self.vendor}/{self.tenant['id']}/1{query}"
        return requests.get(url, headers={"Accept": "text/html"}, timeout=20).text

    def text(self, name: str) -> str:
        """The text as a browser copies it: its parser makes one line feed of a carriage return and a line feed."""
        found = re.search(f'id="snippet-{name}"[^>]*>(.*?)</pre>', self.page, re.DOTALL)
        assert found
        return html.unescape(found[1].replace("\r\n", "\n").replace("\r", "\n"))


def _known(vendor: str) -> dict[str, Any]:
    """What a call needs to be there already."""
    if vendor == "esputnik":
        return {"contacts": [{"channels": [{"type": "sms", "value": "380501234567"}]}]}
    return {"customers": [{"email": "wang.xiaoming@example.com"}]} if vendor == "zangsho" else {}


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def curled(copied: Copied, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(["/bin/sh", "-c", copied.text("curl")], folder, **environment)


@pytest.mark.parametrize("name", CALLS)
def test_copied_curl_sends_the_same_call_with_credentials_from_variables(
    mock_app: MockApp, name: str, tmp_path: Path
) -> None:
    copied = Copied(mock_app, name)
    credentials = copied.tenant["credentials"]
    assert not any(value in copied.page for value in credentials.values())
    ended = curled(copied, tmp_path, **{variable(copied.vendor, key): value for key, value in credentials.items()})
    assert (ended.returncode, ended.stderr) == (0, "")
    first, second = mock_app.control.journal(copied.tenant["id"])["exchanges"]
    assert second["request"]["body"] == first["request"]["body"]
    assert second["operation"] == first["operation"]
    headers = ("authorization", "content-type", "x-trace")
    assert [second["request"]["headers"].get(key) for key in headers] == [
        first["request"]["headers"].get(key) for key in headers
    ]


def test_copied_curl_names_an_unset_variable_and_sends_nothing(mock_app: MockApp, tmp_path: Path) -> None:
    copied = Copied(mock_app, "zangsho loses")
    ended = curled(copied, tmp_path)
    assert "ZANGSHO_TOKEN" in ended.stderr
    assert len(mock_app.control.journal(copied.tenant["id"])["exchanges"]) == 1


def test_copied_curl_contains_the_credentials_on_request(mock_app: MockApp, tmp_path: Path) -> None:
    copied = Copied(mock_app, "fanship", query="?secrets=1")
    assert curled(copied, tmp_path).stdout == '{"status":"OK"}'
    assert len(mock_app.control.journal(copied.tenant["id"])["exchanges"]) == 2


def test_a_copied_unauthenticated_call_shows_no_credentials(mock_app: MockApp) -> None:
    url = f"{mock_app.server.url}/zangsho/v1/orders"
    requests.get(url, headers={"Authorization": "Bearer 1|somebody-elses-token"}, timeout=10)
    requests.get(url, headers={"Authorization": "Token somebody-elses-token"}, timeout=10)
    for number in (1, 2):
        page = f"{mock_app.server.url}/calls/zangsho/unauthenticated/{number}"
        text = requests.get(page, headers={"Accept": "text/html"}, timeout=10).text
        assert "curl" in text
        assert "somebody-elses" not in text


def test_a_copied_pytest_file_passes_for_held_items_and_fails_for_lost_ones(mock_app: MockApp, tmp_path: Path) -> None:
    copied = {name: Copied(mock_app, name) for name in CALLS}
    for name, each in copied.items():
        (tmp_path / f"test_{name.replace(' ', '_')}.py").write_text(each.text("pytest"), "utf-8")
    ended = run([sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--junitxml=out.xml"], tmp_path)
    cases = ET.parse(tmp_path / "out.xml").iter("testcase")
    said: dict[str, str] = {}
    for case in cases:  # a test that fails and whose teardown fails, too, is there twice
        name = case.get("classname", "").removeprefix("test_").replace("_", " ")
        said[name] = said.get(name, "") + "".join(
            text or "" for each in case for text in (each.get("message"), each.text)
        )
    assert said.keys() == CALLS.keys(), ended.stdout
    for name, each in copied.items():
        _is_judged(mock_app, each, each.text("pytest"), said[name])


def test_a_copied_vitest_file_passes_for_held_items_and_fails_for_lost_ones(mock_app: MockApp, tmp_path: Path) -> None:
    if not (NODE / "dist").exists():
        pytest.skip("clients/node is not built here: scripts/node-client builds it and runs this file")
    copied = {name: Copied(mock_app, name) for name in CALLS}
    for name, each in copied.items():
        (tmp_path / f"{name.replace(' ', '_')}.test.ts").write_text(each.text("Vitest"), "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/mockservers").symlink_to(NODE)
    (tmp_path / "node_modules/vitest").symlink_to(NODE / "node_modules/vitest")
    command = [str(NODE / "node_modules/.bin/vitest"), "run", "--reporter=json", "--outputFile=out.json"]
    command += ["--testTimeout=120000", "--hookTimeout=120000"]
    ended = run(command, tmp_path, MOCKSERVERS_URL=mock_app.server.url, NO_COLOR="1")
    files = json.loads((tmp_path / "out.json").read_text("utf-8"))["testResults"]
    said = {
        Path(file["name"]).name.removesuffix(".test.ts").replace("_", " "): "".join(
            [file["message"], *(text for case in file["assertionResults"] for text in case["failureMessages"])]
        )
        for file in files
    }
    assert said.keys() == CALLS.keys(), ended.stdout + ended.stderr
    for name, each in copied.items():
        _is_judged(mock_app, each, each.text("Vitest"), said[name])


def _is_judged(mock_app: MockApp, copied: Copied, text: str, said: str) -> None:
    """A test of a call that loses nothing asks for what is held, and passes; one of another names the rule."""
    if copied.held:
        assert said == ""
        assert [word for word in copied.held.split() if word not in text] == []
    else:
        findings = mock_app.control.ledger(copied.tenant["id"], settled=True)["findings"]
        rules = [found["rule"] for found in findings if found["loses"]]
        assert rules
        assert any(rule in said for rule in rules), said
