"""A vendor in a distribution of its own, installed into a venv: all works with it, and nothing of ours changes."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.asking import VENDORS
from tests.packaging.conftest import ACME
from tests.packaging.venvs import run, serving

pytestmark = pytest.mark.thorough

BATCH = {"orders": [{"number": "A-1", "gift": "For you"}, {"number": "A-2"}]}
RULES = ["acme.order.gift", "acme.order.schema", "acme.auth.key"]
TESTS = """
import mockservers, pytest, requests
from acme_mock.tenant import AcmeTenant
from hypothesis import HealthCheck, given, settings
from mockservers.testing import strategies

BATCH = {"orders": [{"number": "A-1", "gift": "For you"}]}

@pytest.mark.expect_loss("acme.order.gift", strict=True)
def test_the_gift_is_lost(acme: AcmeTenant):
    assert requests.post(f"{acme.url}/v1/orders", json=BATCH, headers={"X-Acme-Key": acme.key}).ok
    assert (acme.state["orders"], acme.ledger.silent) == ([{"number": "A-1"}], 1)

def test_a_loss_fails(acme):
    requests.post(f"{acme.url}/v1/orders", json=BATCH, headers={"X-Acme-Key": acme.key})

def test_its_own_host_is_intercepted():
    with mockservers.intercept(acme="acme.internal.example") as mocks:
        for host in ("api.acme.example", "acme.internal.example"):
            assert requests.post(f"https://{host}/v1/orders", json={"orders": [{"number": host}]},
                                 headers={"X-Acme-Key": mocks.acme.key}).ok
        assert len(mocks.acme.state["orders"]) == 2

@pytest.mark.expect_loss("acme.*")
def test_calls_are_generated(acme):
    numbers = set()

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategies.requests("acme", "importOrders"))
    def send(call):
        reply = requests.request(call.method, acme.url + call.path, **call.arguments(acme.credentials))
        assert reply.status_code in ((200,) if call.valid else (200, 400))
        if call.valid:
            numbers.update(order["number"] for order in call.body["orders"])

    send()
    assert requests.post(f"{acme.url}/v1/orders", json=[], headers={"X-Acme-Key": acme.key}).status_code == 400
    assert numbers == {order["number"] for order in acme.state["orders"]} >= {"A-7"}  # A-7 is in its examples
"""
CLIENT = """
import json, sys, urllib.request

def say(**line):
    print(json.dumps(line), flush=True)
    return line

def sent(asked, batch):
    body = json.dumps({"orders": batch}).encode()
    headers = {"X-Acme-Key": asked["credentials"]["key"], "Content-Type": "application/json"}
    request = urllib.request.Request(asked["url"] + "/v1/orders", body, headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)["ok"]

def export(asked):
    batch = [{"number": order["id"], **EXTRA} for order in asked["orders"]]
    for attempt in range(5):
        try:
            return {"type": "done"} if sent(asked, batch) else {"type": "error", "message": "not taken"}
        except (OSError, ValueError, __import__("http.client").client.HTTPException) as error:
            trouble = str(error)
        say(type="sleep", seconds=2 ** attempt)
        sys.stdin.readline()
    return {"type": "error", "message": trouble}

for line in sys.stdin:
    asked = json.loads(line)
    say(id=asked["id"], **export(asked))
"""


def ask(url: str, path: str, body: Any = None) -> Any:
    headers = {"X-Acme-Key": "acme-demo", "Content-Type": "application/json"}
    request = urllib.request.Request(url + path, body and json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_explain_names_the_silent_loss(python: Path) -> None:
    done = run(python, "-m", "mockservers", "explain", "acme", "-", "--json", stdin=json.dumps(BATCH))
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["silent"], answer["items"]["kept"]) == (1, 1, 2), done.stderr
    assert [(found["rule"], found["where"]) for found in answer["findings"]] == [
        ("acme.order.gift", ["/orders/0/gift"])
    ]
    assert run(python, "-m", "mockservers", "explain", "acme", "-", stdin=json.dumps(BATCH)).stdout.startswith("ACME ")


def test_its_rules_are_listed_with_their_values_and_its_errors_with_its_own_credentials(python: Path) -> None:
    rules = json.loads(run(python, "-m", "mockservers", "rules", "acme", "--json").stdout)
    assert [rule["rule"] for rule in rules] == RULES
    assert rules[0]["says"] == "What an order says in gift is ignored."
    errors = json.loads(run(python, "-m", "mockservers", "errors", "acme", "--json").stdout)
    (invalid,) = [error for error in errors if error["refusal"] == "invalid"]
    assert (invalid["status"], "'X-Acme-Key: acme-demo'" in invalid["curl"]) == (400, True)


def test_an_overlay_changes_its_rule_values_and_a_wrong_one_stops_the_start(python: Path, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    rules = (ACME / "acme_mock" / "contract" / "rules.yaml").read_text("utf-8")
    explain = ("-m", "mockservers", "explain", "acme", "-", "--json", "--contracts", str(tmp_path))

    (tmp_path / "acme" / "rules.yaml").write_text(rules.replace("[gift]", "[wrapping]"), "utf-8")
    answer = json.loads(run(python, *explain, stdin='{"orders": [{"number": "A-1", "wrapping": "red"}]}').stdout)
    assert [found["where"] for found in answer["findings"]] == [["/orders/0/wrapping"]]

    (tmp_path / "acme" / "rules.yaml").write_text(rules.replace("[gift]", "[card]"), "utf-8")
    done = run(python, *explain, stdin="{}")
    assert done.returncode == 2
    assert (
        '["card"] is not a list of some of gift, wrapping: "card" is not one of "gift" or "wrapping". ' in done.stderr
    )


def test_serve_has_its_demo_tenant_beside_ours_and_gates_judge_it(python: Path) -> None:
    with serving(python) as url:
        assert ask(url, "/__admin/tenants/demo-acme/state") == {"orders": [{"number": "A-0"}]}
        assert ask(url, "/acme/v1/orders", BATCH) == {"ok": True}
        assert ask(url, "/__admin/health")["vendors"] == [*VENDORS, "acme"]

        gate = ("-m", "mockservers", "ledger", "--url", url, "--tenant", "demo-acme", "--fail-on", "silent")
        failed = run(python, *gate)
        assert failed.returncode == 1, failed.stderr
        assert "no answer said so (2 items sent, 2 stored)." in failed.stdout
        passed = run(python, *gate, "--expect", "acme.order.gift", "--json")
        assert passed.returncode == 0, passed.stdout + passed.stderr
        assert [ledger["silent"] for ledger in json.loads(passed.stdout)["ledgers"]] == [1]

        covered = run(
            python, "-m", "mockservers", "coverage", "--url", url, "--tenant", "demo-acme", "--format", "json"
        )
        (vendor,) = json.loads(covered.stdout)["vendors"]
        assert [rule["rule"] for rule in vendor["of"] if rule["times"]] == ["acme.order.gift"]


def test_pytest_has_its_fixture_its_coverage_and_its_host(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS, "utf-8")
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--mockservers-audit")
    done = run(python, *command, "--mockservers-coverage=json:coverage.json", str(tmp_path), cwd=tmp_path)
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "Lost: ACME does not store what follows, and no answer said so (1 item sent, 1 stored)." in done.stdout
    (acme,) = json.loads((tmp_path / "coverage.json").read_text("utf-8"))["vendors"]
    exercised = {rule["rule"]: rule["times"] > 0 for rule in acme["of"]}
    assert exercised == {"acme.order.gift": True, "acme.order.schema": True, "acme.auth.key": False}


def test_a_type_checker_knows_its_credentials(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_ours.py").write_text(
        "from acme_mock.tenant import AcmeTenant\n\ndef test_it(acme: AcmeTenant) -> None:\n    assert acme.kee\n",
        "utf-8",
    )
    checked = run(python, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "test_ours.py", cwd=tmp_path)
    assert '"AcmeTenant" has no attribute "kee"' in checked.stdout, checked.stdout
    assert "import-untyped" not in checked.stdout


@pytest.mark.parametrize(
    ("extra", "status", "said"),
    [
        ("{}", 0, "9 of 9 properties hold (seed 1)."),
        ('{"gift": "For you"}', 1, "acme.order.gift (assumed)"),
    ],
    ids=["right", "wrong"],
)
def test_conform_tries_an_exporter(python: Path, tmp_path: Path, extra: str, status: int, said: str) -> None:
    program = tmp_path / "export.py"
    program.write_text(f"EXTRA = {extra}\n{CLIENT}", "utf-8")
    options = ["--profile", "quick", "--seed", "1", "--", str(python), str(program)]
    done = run(python, "-m", "mockservers", "conform", "acme", *options)
    assert (done.returncode, done.stdout.count(said) > 0) == (status, True), done.stdout + done.stderr
