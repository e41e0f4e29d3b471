"""The gates of the command line: by a real socket, what fails them, what they say, and what they write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from mockservers.cli import main
from mockservers.client import Client
from mockservers.core.accounting.verdict import Policy
from mockservers.reports.verdict import text
from mockservers.web.bootstrap import MockApp, Serving

Gate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving(vendors=("zangsho", "fanship"), demo=False)) as made:
        made.control.create_tenant({"vendor": "zangsho", "id": "shop", "frozen": True})
        yield made


@pytest.fixture
def gate(mock_app: MockApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gate:
    """Run `mockservers ledger`: its status, what it says, and what it says on standard error."""

    def run(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mockservers", "ledger", "--url", mock_app.server.url, *options])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def send(mock_app: MockApp, *, token: str = "", path: str = "/v1/customers", **fields: Any) -> int:
    token = token or mock_app.control.tenant("shop").credentials["token"]
    body = {"email": f"{mock_app.control.tenant('shop').last}@x.tw", **fields}
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{mock_app.server.url}/zangsho{path}", json=body, headers=headers, timeout=5).status_code


def silently(mock_app: MockApp) -> None:
    assert send(mock_app, phoneNumber="0912") == 201


def reported(mock_app: MockApp) -> None:
    assert send(mock_app, email=5) == 422


def at_risk(mock_app: MockApp) -> None:
    mock_app.control.put_limits("shop", {"mode": "observe"})
    fanship = mock_app.control.create_tenant({"vendor": "fanship", "id": "risky", "frozen": True})
    requests.post(
        f"{mock_app.server.url}/fanship/v1/2nd/purchases/20251101/_all",
        files={"filename": ("p", b'{"id":"1","promotion_id":["a"]}\n', "application/x-ndjson")},
        headers={"Authorization": f"Bearer {fanship['credentials']['token']}"},
        timeout=5,
    ).raise_for_status()


def unmatched(mock_app: MockApp) -> None:
    assert send(mock_app) == 201
    assert send(mock_app, path="/v1/costumers") == 404


def unauthenticated(mock_app: MockApp) -> None:
    assert send(mock_app) == 201
    assert send(mock_app, token="wrong-token") == 401


def nothing(mock_app: MockApp) -> None:
    """Send nothing, like an exporter that does not run at all."""


def kept(mock_app: MockApp) -> None:
    assert send(mock_app) == 201


def rewound(mock_app: MockApp) -> None:
    assert send(mock_app) == 201
    mock_app.control.checkpoint("shop", {"name": "before"})
    silently(mock_app)
    unmatched(mock_app)
    mock_app.control.rewind("shop", "before")


def unfired(mock_app: MockApp) -> None:
    assert send(mock_app) == 201
    mock_app.control.add_fault("shop", {"effect": "reset", "nth": 3})


ALL = {"silent", "lost", "at-risk"}
TABLE: list[tuple[Callable[[MockApp], None], set[str], str]] = [
    (silently, ALL, "Lost: Zangsho does not store what follows, and no answer said so (1 item sent, 1 stored)."),
    (
        reported,
        {"lost", "at-risk"},
        "Lost, and reported: Zangsho does not store what follows, and its answers said so (1 item sent, 0 stored).",
    ),
    (at_risk, {"at-risk"}, "At risk: FANSHIP would not store what follows under another reading"),
    (unmatched, ALL, "Unmatched: Zangsho has no such operation: 1 call."),
    (unauthenticated, ALL, "Unauthenticated: 1 call to Zangsho is no tenant's, as the credentials select none."),
    (nothing, ALL, "Nothing arrived: no item was sent to any tenant; at least 1 item had to arrive."),
    (unfired, ALL, "Planned for Zangsho, and never fired:"),
    (kept, set(), "Lost"),
    (rewound, set(), "Lost"),
]


@pytest.mark.parametrize(("act", "fails", "heading"), TABLE, ids=lambda value: getattr(value, "__name__", None))
def test_each_level_fails_on_what_it_names_and_says_so(
    mock_app: MockApp, gate: Gate, act: Callable[[MockApp], None], fails: set[str], heading: str, tmp_path: Path
) -> None:
    act(mock_app)
    client = Client(mock_app.server.url)
    for level in ("silent", "lost", "at-risk", "never"):
        file = tmp_path / f"{level}.xml"
        status, said, _ = gate("--fail-on", level, "--junit", str(file))
        assert status == int(level in fails), (level, said)
        assert (heading in said) is (level in fails), (level, said)
        headings = [line for line in said.splitlines() if line.startswith("Lost: ")]
        assert len(headings) == int(act is silently and level in fails), said
        failures = [each.get("message", "") for each in ET.parse(file).getroot().iter("failure")]
        assert [message for message in failures if heading in message] == (failures if level in fails else [])
        assert bool(failures) is (level in fails)
        # The client, the control and the gate are one.
        policy = Policy(level, at_least=int(level != "never"))
        verdict = client.verdict(policy)
        assert verdict == mock_app.control.verdict(policy)
        assert verdict.failed is (level in fails)
        assert text(verdict) in said


def test_a_minimum_number_of_items_can_be_required(mock_app: MockApp, gate: Gate) -> None:
    send(mock_app)
    send(mock_app)
    assert gate("--at-least", "2")[0] == 0
    status, said, _ = gate("--at-least", "3")
    assert (status, "Too little arrived: 2 of 3 items; at least 3 items had to arrive." in said) == (1, True)
    assert gate("--fail-on", "silent", "--at-least", "0")[0] == 0


def test_items_of_deleted_tenants_count_as_arrived(mock_app: MockApp, gate: Gate) -> None:
    """Tests create a tenant each and delete it at their end."""
    send(mock_app)
    mock_app.control.delete_tenant("shop")
    assert gate("--fail-on", "silent")[0] == 0


def test_each_named_tenant_must_have_received_something(mock_app: MockApp, gate: Gate) -> None:
    mock_app.control.create_tenant({"vendor": "zangsho", "id": "idle"})
    send(mock_app)
    assert gate("--fail-on", "silent", "--tenant", "shop")[0] == 0
    status, said, _ = gate("--fail-on", "silent", "--tenant", "shop", "--tenant", "idle")
    assert (status, "Nothing arrived: no item was sent to Zangsho (idle)." in said) == (1, True)


def test_a_named_tenant_is_judged_alone(mock_app: MockApp, gate: Gate) -> None:
    mock_app.control.create_tenant({"vendor": "zangsho", "id": "other"})
    silently(mock_app)
    send(mock_app, path="/v1/costumers")
    token = mock_app.control.tenant("other").credentials["token"]
    send(mock_app, token=token)
    assert gate("--fail-on", "at-risk", "--tenant", "other")[0] == 0
    assert gate("--fail-on", "silent", "--tenant", "shop")[0] == 1


def test_an_intended_failure_is_expected_by_rule_or_pattern(mock_app: MockApp, gate: Gate) -> None:
    silently(mock_app)
    unauthenticated(mock_app)
    assert gate("--fail-on", "lost", "--expect", "zangsho.auth.*", "--expect", "zangsho.request.unknown-key")[0] == 0
    assert gate("--fail-on", "lost", "--expect", "zangsho.auth.token")[0] == 1
    status, _, said = gate("--fail-on", "lost", "--expect", "zangsho.auth.tokem")
    assert (status, "Nearest: zangsho.auth.token" in said) == (2, True)


def test_equal_findings_are_one_line(mock_app: MockApp, gate: Gate) -> None:
    for _ in range(40):
        silently(mock_app)
    _, said, _ = gate("--fail-on", "silent")
    (line,) = [line for line in said.splitlines() if "unknown-key" in line]
    assert line.split("  ")[1] == "#1-#40 /phoneNumber"
    assert "phoneNumber is not a field of the vendor's schema: 40 times" in line


def test_equal_findings_of_non_consecutive_calls_name_the_first_call(mock_app: MockApp, gate: Gate) -> None:
    for _ in range(7):
        silently(mock_app)
        send(mock_app)
    _, said, _ = gate("--fail-on", "silent")
    (line,) = [line for line in said.splitlines() if "unknown-key" in line]
    places = ", ".join(f"#{number} /phoneNumber" for number in range(1, 10, 2))
    assert line.split("  ")[1] == f"{places} and 2 more"
    assert "7 times" in line


def test_the_json_has_the_ledgers_and_the_verdict(mock_app: MockApp, gate: Gate) -> None:
    silently(mock_app)
    status, said, _ = gate("--fail-on", "silent", "--json")
    found = json.loads(said)
    assert (status, found["verdict"]["failed"], found["verdict"]["sent"]) == (1, True, 1)
    assert [ledger["tenant"] for ledger in found["ledgers"]] == ["shop"]
    (failure,) = found["verdict"]["failures"]
    assert (failure["kind"], failure["count"], failure["rows"][0]["rule"]) == (
        "silent", 1, "zangsho.request.unknown-key",
    )  # fmt: skip


@pytest.mark.parametrize("place", ["/nope/x.xml", "/proc/x.xml", "/"])
def test_an_unwritable_output_is_reported_in_one_line_before_any_work(
    mock_app: MockApp, gate: Gate, place: str
) -> None:
    mock_app.server.stop()  # which it does not come to ask
    status, said, error = gate("--fail-on", "silent", "--junit", place)
    assert (status, said, len(error.splitlines())) == (2, "", 1)
    assert f"{place} cannot be written: " in error
    assert "Fix: " in error


def test_a_failed_command_leaves_no_file(mock_app: MockApp, gate: Gate, tmp_path: Path) -> None:
    mock_app.server.stop()
    file = tmp_path / "ledger.xml"
    assert gate("--junit", str(file))[0] == 2
    assert not file.exists()
