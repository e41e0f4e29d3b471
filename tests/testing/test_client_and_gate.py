"""`mockservers.Client` and `mockservers ledger`: the same account, from anywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from mockservers import Client
from mockservers.core.accounting.evidence import gather
from mockservers.core.errors import Conflict, MockserversError, ServerUnavailable, UsageError
from mockservers.web.bootstrap import MockApp, Serving


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    made = MockApp(Serving(vendors=("fanship",)))
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def client(mock_app: MockApp) -> Client:
    return Client(mock_app.server.url)


def upload(tenant: dict[str, object], text: str) -> None:
    token = dict(tenant["credentials"])["token"]  # type: ignore[call-overload]
    requests.post(
        f"{tenant['base_url']}/v1/2nd/purchases/20251101/_all",
        files={"filename": ("p", text.encode(), "application/x-ndjson")},
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    ).raise_for_status()


def gate(mock_app: MockApp, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mockservers.cli", "ledger", "--url", mock_app.server.url, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_client_and_the_in_process_control_agree(client: Client, mock_app: MockApp) -> None:
    tenant = client.create_tenant({"vendor": "fanship", "now": "2026-01-15T12:00:00+09:00", "frozen": True})
    name = tenant["id"]
    upload(tenant, '{"id":"1"}\n')
    assert client.health()["status"] == "ok"
    assert client.clock(name)["due"] == [{"job": "ingest", "at": "2026-01-15T20:00:00Z", "exchange": 1}]
    assert len(client.move_clock(name, {"to_next": "ingest"})["fired"]) == 1
    assert client.state(name)["purchases"] == [{"id": "1"}]
    assert client.put_state(name, {"members": [{"id": "a"}]})["members"] == [{"id": "a"}]
    assert client.put_readings(name, {"fanship.reply.success": "empty"})["fanship.reply.success"] == "empty"
    for asked in ("state", "ledger", "clock", "readings"):
        assert getattr(client, asked)(name) == getattr(mock_app.control, asked)(name)
    assert client.journal(name, status=200)["exchanges"][0]["operation"] == "uploadPurchases"
    assert client.revoke(name)["revoked"] is True
    client.delete_tenant(name)
    assert name not in [each["id"] for each in client.tenants()]


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda client: client.ledger("nobody"), UsageError, "Unknown tenant 'nobody'"),
        (lambda client: client.create_tenant({"vendor": "acme"}), UsageError, "Unknown vendor 'acme'"),
        (lambda client: client.create_tenant({"vendor": "fanship", "id": "demo-fanship"}), Conflict, "already"),
        (
            lambda client: client.move_clock("demo-fanship", {"advance": "tomorrow"}),
            UsageError,
            "must be an ISO 8601 duration",
        ),
    ],
)
def test_an_error_of_the_server_is_raised_as_in_process(client: Client, call: object, kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        call(client)  # type: ignore[operator]


def test_an_unreachable_server_raises_its_own_error() -> None:
    with pytest.raises(ServerUnavailable, match="Is `mockservers serve` running there"):
        Client("http://127.0.0.1:9").health()
    with pytest.raises(MockserversError, match="not the address of a server"):
        Client("127.0.0.1:8080")


def test_the_gate_fails_a_job_that_lost_something_silently(client: Client, mock_app: MockApp, tmp_path: Path) -> None:
    tenant = client.create_tenant({"vendor": "fanship", "id": "gate-loss"})
    upload(tenant, '{"id":"1","orderDate":"2025-11-01"}\n')
    report = tmp_path / "ledger.xml"
    done = gate(mock_app, "--tenant", "gate-loss", "--fail-on", "silent", "--junit", str(report))
    assert done.returncode == 1
    assert "Lost: FANSHIP does not store what follows" in done.stdout
    suites = ET.parse(report).getroot()
    (failure,) = suites.iter("failure")
    assert "orderDate is not in the upload schema" in (failure.text or "")
    assert gate(mock_app, "--tenant", "gate-loss").returncode == 0


def test_the_gate_passes_a_job_that_lost_nothing(client: Client, mock_app: MockApp, tmp_path: Path) -> None:
    upload(client.create_tenant({"vendor": "fanship", "id": "gate-good"}), '{"id":"1"}\n')
    report = tmp_path / "ledger.xml"
    done = gate(mock_app, "--tenant", "gate-good", "--fail-on", "at-risk", "--junit", str(report))
    assert (done.returncode, done.stdout.strip()) == (0, "FANSHIP (gate-good): 1 item sent: 1 kept.")
    assert not list(ET.parse(report).getroot().iter("failure"))


def test_the_gate_fails_for_an_unknown_tenant(mock_app: MockApp) -> None:
    done = gate(mock_app, "--tenant", "nobody", "--fail-on", "silent")
    assert done.returncode == 2
    assert "Unknown tenant 'nobody'" in done.stderr


def test_a_tenant_that_is_deleted_meanwhile_fails_no_gate(client: Client, mock_app: MockApp) -> None:
    """Like the tenants of tests that are still running."""

    class Stale(Client):
        def tenants(self) -> list[dict[str, Any]]:
            return [*super().tenants(), {"id": "gone", "vendor": "fanship"}]

    known = [tenant["id"] for tenant in client.tenants()]
    stale = Stale(mock_app.server.url)
    assert [account.tenant for account in gather(stale).accounts] == known
    with pytest.raises(UsageError, match="Unknown tenant 'gone'"):
        gather(stale, ["gone"])
