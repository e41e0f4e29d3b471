"""`mockservers` on the command line: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockservers.cli.servers import serve
from mockservers.core.contract.provenance import label
from tests.asking import VENDORS, contract
from tests.listeners.command_line import COMMAND, ENVIRONMENT, run

# -- serve ------------------------------------------------------------------------------------------------------------


@contextmanager
def served(
    *words: str, cwd: Path | None = None, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A server of its own: the process, its URL, and what it printed until it was ready."""
    process = subprocess.Popen(
        [*COMMAND, "serve", *words],
        env={**ENVIRONMENT, **settings},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    printed: list[str] = []
    for line in process.stdout:
        printed.append(line.rstrip("\n"))
        if "ready on" in line:
            break
    try:
        yield process, printed[-1].rpartition(" ")[2], printed
    finally:
        process.kill()
        process.communicate()


def fetched(url: str, headers: Mapping[str, str] | None = None) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers or {}))) as response:
        return json.loads(response.read())


def test_serve_says_when_it_is_ready_and_stops_within_a_second_on_a_signal() -> None:
    with served("--port", "0") as (process, url, printed):
        assert re.fullmatch(r"mockservers ready on http://127\.0\.0\.1:\d+", printed[-1])
        assert fetched(f"{url}/__admin/health") == {"status": "ok", "vendors": list(VENDORS)}
        tenants = fetched(f"{url}/__admin/tenants")["tenants"]
        assert [tenant["id"] for tenant in tenants] == [f"demo-{vendor}" for vendor in VENDORS]
        busy = time.monotonic()
        subprocess.run([sys.executable, "-I", "-c", ""], check=True)  # 20 ms where nothing else runs
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=5)
        assert (process.returncode, err) == (0, "")
        assert re.fullmatch(r"\S+ mockservers ended: 0 calls, 0 items, 0 silent losses\n", out)
        assert time.monotonic() - asked < max(1, 20 * (asked - busy))


def test_the_printed_curl_command_of_each_demo_tenant_loses_something_silently() -> None:
    with served("--port", "0") as (_, url, printed):
        curls = [line.strip() for line in printed if "curl" in line and "/__admin/" not in line]
        assert len(curls) == len(VENDORS)
        for vendor, curl in zip(VENDORS, curls, strict=True):
            done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True)
            assert "error" not in done.stdout.lower(), done.stdout
            ledger = fetched(f"{url}/__admin/tenants/demo-{vendor}/ledger")
            assert ledger["items"]["sent"] > 0
            assert ledger["silent"] > 0, vendor


def test_flags_override_the_environment_which_overrides_the_file(tmp_path: Path) -> None:
    (tmp_path / "mockservers.toml").write_text(
        'port = 1\nhost = "127.0.0.1"\nopen = true\njournal_max = 7\nreading = ["fanship.upload.empty-file=refuse"]\n'
    )
    environment = {"MOCKSERVERS_PORT": "2", "MOCKSERVERS_ADMIN_TOKEN": "sesame"}
    with served("--port", "0", cwd=tmp_path, **environment) as (_, url, printed):
        assert "sesame" not in "".join(printed), "who gave the token knows it; a log is read by others"
        bearer = {"Authorization": "Bearer sesame"}
        readings = fetched(f"{url}/__admin/tenants/demo-fanship/readings", bearer)
        assert readings["fanship.upload.empty-file"] == "refuse"
        assert fetched(f"{url}/zangsho/v1/customers", {"Authorization": "Bearer nobody-knows-it"})["data"] == []


def test_every_setting_has_a_flag_a_variable_and_a_key_of_the_same_name() -> None:
    for option in serve.params:
        flag = option.opts[0]
        assert option.envvar == "MOCKSERVERS_" + flag.removeprefix("--").replace("-", "_").upper()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "eighty"], "Invalid value for '--port'"),
        (["--reading", "fanship.upload.empty-file"], "'fanship.upload.empty-file' is not RULE=CHOICE"),
        (["--reading", "fanship.no.rule=x"], "Unknown reading 'fanship.no.rule'"),
        (["--reading", "fanship.upload.empty-file=x"], "Choose one of: accept, refuse."),
        (["--host-name", "shopify=a.example"], "Unknown vendor 'shopify'"),
        (["--host", ""], "An empty host is not an address."),
        (["--contracts", "nowhere"], "Directory 'nowhere' does not exist"),
        (["--seed", "."], "seed.json is not a seed. /vendor: is required"),
    ],
)
def test_an_invalid_setting_stops_the_start_with_status_2(
    called: Any, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "seed.json").write_text("{}")
    ended = called("serve", "--port", "0", *words)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = ", "mockservers.toml cannot be read"),
        (
            "jurnal_max = 5",
            "mockservers.toml has 'jurnal_max', which is not a setting. Did you mean 'journal_max'? Settings: host,",
        ),
        ("port = 99999", "Invalid value for 'port' in mockservers.toml"),
    ],
)
def test_an_invalid_settings_file_stops_the_start_with_status_2(
    called: Any, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "mockservers.toml").write_text(text)
    ended = called("serve")
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


def test_a_port_in_use_is_reported() -> None:
    with served("--port", "0") as (_, url, _printed):
        again = run("serve", "--port", url.rpartition(":")[2])
        assert (again.returncode, again.stdout) == (2, "")
        assert "cannot be served" in again.stderr
        assert "Choose another --port" in again.stderr


# -- healthcheck ------------------------------------------------------------------------------------------------------


def test_healthcheck_reads_the_settings_of_serve_and_ends_with_status_0_or_1() -> None:
    with served(MOCKSERVERS_PORT="0") as (_, url, _printed):
        port = url.rpartition(":")[2]
        healthy = run("healthcheck", MOCKSERVERS_PORT=port)
        assert (healthy.returncode, healthy.stdout) == (0, "healthy\n")
    gone = run("healthcheck", "--port", port)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr == f"no healthy server at 127.0.0.1:{port}\n"


# -- rules and errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
def test_rules_lists_all_rules_of_a_vendor_with_their_readings(called: Any, vendor: str) -> None:
    rules = contract(vendor).rules
    listed = called("rules", vendor, "--json").json
    assert {rule["rule"] for rule in listed} == rules.keys()
    text = called("rules", vendor).out
    for rule in rules.values():
        assert f"{rule.id}  ({label(rule.provenance_of)})" in text
        for choice in rule.reading.choices if rule.reading else ():
            assert f"--reading {rule.id}={choice}" in text


def test_rules_without_a_vendor_lists_those_of_all_vendors(called: Any) -> None:
    listed = {rule["rule"] for rule in called("rules", "--json").json}
    assert listed >= {name for vendor in VENDORS for name in contract(vendor).rules if name.startswith(vendor)}


@pytest.mark.parametrize("vendor", VENDORS)
def test_errors_lists_every_refusal_and_a_request_that_causes_it(called: Any, vendor: str) -> None:
    refusals = contract(vendor).refusals
    listed = {error["refusal"]: error for error in called("errors", vendor, "--json").json}
    assert listed.keys() == refusals.keys()
    for name, refusal in refusals.items():
        assert (listed[name]["status"], listed[name]["body"]) == (refusal.status, refusal.body)
        assert bool(listed[name]["request"]) is bool(listed[name]["curl"]) is bool(refusal.request)
        assert not re.search(r"\{(token|tid|api_key|basic)\}", json.dumps(listed[name]["request"])), name
    text = called("errors", vendor).out
    assert all(f"{name}  {refusal.status}" in text for name, refusal in refusals.items())


# -- help -------------------------------------------------------------------------------------------------------------


def test_help_names_the_commands_and_version_the_version(called: Any) -> None:
    text = called("--help").out
    assert all(name in text for name in ("serve", "explain", "rules", "errors", "healthcheck"))
    assert re.fullmatch(r"mockservers \S+\n", called("--version").out)


def test_errors_writes_its_requests_for_the_given_server(called: Any) -> None:
    curls = [error["curl"] for error in called("errors", "zangsho", "--url", "http://mocks:9000/", "--json").json]
    assert all(" http://mocks:9000/zangsho/" in curl for curl in curls if curl)
    assert called("errors", "zangsho", "--url", "mocks:9000").status == 2


def test_readings_named_in_help_exist(called: Any) -> None:
    named = re.findall(r"--reading ([a-z-]+)\.(\S+)=([a-z-]+)", called("serve", "--help").out)
    assert named
    for vendor, rule, choice in named:
        assert choice in contract(vendor).reading(f"{vendor}.{rule}").choices


@pytest.mark.parametrize("words", [["srve"], ["serve", "--prot", "1"], ["rules", "shopify"], ["errors"], []])
def test_a_misspelt_command_ends_with_status_2(called: Any, words: list[str]) -> None:
    ended = called(*words)
    assert ended.status == 2
    assert "Usage:" in ended.err
