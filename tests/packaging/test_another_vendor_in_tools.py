"""A vendor in a distribution of its own has the page's screens, and the commands that write files for a vendor."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.packaging.venvs import run, serving

pytestmark = pytest.mark.thorough

BATCH = {"orders": [{"number": "A-1", "gift": "For you"}]}


@pytest.fixture(scope="module")
def served(python: Path) -> Iterator[str]:
    """The address of a server whose demo tenant of Acme has received the batch."""
    with serving(python) as url:
        headers = {"X-Acme-Key": "acme-demo", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}/acme/v1/orders", json.dumps(BATCH).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200
        yield url


def page(url: str) -> str:
    """The text of a screen, as a browser asks for it."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html"}), timeout=20) as answer:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.read().decode())).split())


@pytest.mark.parametrize(
    ("screen", "text"),
    [
        ("/", "what the order says in gift is ignored"),
        ("/calls?vendor=acme", "POST /v1/orders"),
        ("/calls/acme/demo-acme/1", "acme.order.gift"),
        ("/tenants", "demo-acme"),
        ("/tenants/demo-acme", "acme-demo"),
        ("/tenants/demo-acme/history?id=A-1", "orders"),
        ("/try?tenant=demo-acme", "importOrders"),
        ("/try/acme/importOrders?tenant=demo-acme&variant=lossy", "gift"),
        ("/docs", "ACME"),
        ("/docs/acme", "/v1/orders"),
        ("/rules?vendor=acme", "What an order says in gift is ignored."),
    ],
)
def test_every_screen_of_the_page_has_it(served: str, screen: str, text: str) -> None:
    assert text in page(served + screen)


def test_the_index_for_programs_names_it(served: str) -> None:
    with urllib.request.urlopen(served, timeout=20) as answer:
        assert "acme" in json.dumps(json.load(answer))


def test_the_report_of_a_run_has_its_losses_and_its_coverage(served: str, python: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    done = run(python, "-m", "mockservers", "report", "--url", served, "--output", str(file), "--fail-on", "silent")
    assert done.returncode == 1, done.stderr
    text = re.sub(r"<[^>]+>", " ", file.read_text("utf-8"))
    assert all(each in text for each in ("ACME", "demo-acme", "acme.order.gift", "acme.order.schema"))


def test_init_writes_a_test_of_it_that_fails_with_its_loss(python: Path, tmp_path: Path) -> None:
    done = run(python, "-m", "mockservers", "init", "acme", "--ci", "none", "--directory", str(tmp_path))
    assert done.returncode == 0, done.stderr
    tested = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path), cwd=tmp_path)
    assert (tested.returncode, "acme.order.gift" in tested.stdout) == (1, True), tested.stdout


@pytest.mark.parametrize(("language", "text"), [("--python", "gift: NotRequired[str]"), ("--ts", "gift?: string")])
def test_models_prints_the_types_of_its_payloads(python: Path, language: str, text: str) -> None:
    done = run(python, "-m", "mockservers", "models", "acme", language)
    assert (done.returncode, text in done.stdout) == (0, True), done.stdout + done.stderr


def test_overlay_copies_its_contract(python: Path, tmp_path: Path) -> None:
    command = ("-m", "mockservers", "overlay", "acme", "rules.yaml", "openapi.yaml", "--directory", str(tmp_path))
    done = run(python, *command)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "acme").iterdir()) == ["openapi.yaml", "rules.yaml"]


def test_a_suite_is_tested_on_mutants_of_it(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import requests\n\ndef test_it(acme):\n"
        "    requests.post(f'{acme.url}/v1/orders', json={'orders': [{'number': 'A-1'}]},"
        " headers={'X-Acme-Key': acme.key})\n"
        "    assert acme.state['orders'] == [{'number': 'A-1'}]\n",
        "utf-8",
    )
    done = run(
        python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py", "--mockservers-mutate", cwd=tmp_path
    )
    assert "acme importOrders" in done.stdout, done.stdout + done.stderr
