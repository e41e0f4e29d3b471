"""The addresses that pytest prints beside a failure lead to the calls, on a server that outlives the run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mockservers.web.bootstrap import MockApp

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
TESTS = """
import requests

def send(zangsho, **customer):
    headers = {"Authorization": f"Bearer {zangsho.token}"}
    requests.post(f"{zangsho.url}/v1/customers", headers=headers, json=customer, timeout=10)

def test_loses(zangsho):
    send(zangsho, email="loses@example.com", phoneNumber="0912")

def test_asserts(zangsho):
    send(zangsho, email="asserts@example.com")
    assert zangsho.state["customers"] == []

def test_passes(zangsho):
    send(zangsho, email="passes@example.com")
"""


def output_of(folder: Path, *options: str, **environment: str) -> str:
    (folder / "test_shop.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    ended = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert "2 failed, 1 passed" in ended.stdout, ended.stdout
    return ended.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_on_a_shared_server_permalinks_show_what_became_of_each_key(
    page: Page, mock_app: MockApp, tmp_path: Path, workers: str
) -> None:
    printed = output_of(tmp_path, f"-n{workers}", MOCKSERVERS_URL=mock_app.server.url)
    addresses = set(re.findall(rf"{re.escape(mock_app.server.url)}/calls/\S+", printed))
    assert len(addresses) == 2
    seen = []
    for address in addresses:
        answer = page.goto(address)
        assert answer
        assert answer.status == 200
        seen.append(page.inner_text("main"))
        if "loses@example.com" in seen[-1]:
            expect(page.locator(".line.ignored")).to_contain_text("phoneNumber")
    assert {email for email in ("loses", "asserts", "passes") if any(f"{email}@" in text for text in seen)} == {
        "loses", "asserts"
    }  # fmt: skip
    names = [tenant["id"] for tenant in mock_app.control.tenants() if not tenant["id"].startswith("demo-")]
    assert len(names) == 2  # those of the tests that failed


def test_a_server_that_ends_with_the_run_has_no_permalinks(tmp_path: Path) -> None:
    printed = output_of(tmp_path, "-n0")
    assert "/calls/" not in printed
    assert "--mockservers-report" in printed
