"""DELETE of a journal or a ledger: the account starts anew, the state and the planned jobs stay."""

from __future__ import annotations

import pytest
import requests

from mockservers.client import Client
from mockservers.core.errors import Conflict
from mockservers.testing.server import MockServer
from mockservers.web.bootstrap import MockApp

CUSTOMER = {"name": "王小明", "email": "a@example.com"}


def create(tenant_url: str, token: str, **fields: object) -> int:
    sent = {**CUSTOMER, **fields}
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{tenant_url}/v1/customers", json=sent, headers=headers, timeout=5).status_code


def upload(server_url: str, token: str, text: str) -> int:
    file = {"filename": ("day.ndjson", text, "application/x-ndjson")}
    headers = {"Authorization": f"Bearer {token}"}
    path = "/fanship/v1/2nd/purchases/20251101/_all"
    return requests.post(server_url + path, files=file, headers=headers, timeout=5).status_code


@pytest.fixture
def client(served: MockApp) -> Client:
    return Client(served.server.url)


def test_a_cleared_ledger_counts_from_zero_and_the_state_stays(served: MockApp, client: Client) -> None:
    made = client.create_tenant({"vendor": "zangsho"})
    url, token, name = f"{served.server.url}/zangsho", made["credentials"]["token"], made["id"]
    assert create(url, token, gift="杯") == 201
    assert (client.ledger(name)["items"]["sent"], client.ledger(name)["silent"]) == (1, 1)

    client.delete_ledger(name)

    assert client.ledger(name)["items"] == {"sent": 0}
    assert (client.ledger(name)["silent"], client.ledger(name)["findings"]) == (0, [])
    assert [each["email"] for each in client.state(name)["customers"]] == ["a@example.com"]
    assert [each["id"] for each in client.journal(name)["exchanges"]] == [1]
    assert create(url, token, email="b@example.com") == 201
    assert client.ledger(name)["items"] == {"sent": 1, "kept": 1}
    client.delete_tenant(name)


def test_a_cleared_journal_numbers_on_and_the_ledger_stays(served: MockApp, client: Client) -> None:
    made = client.create_tenant({"vendor": "zangsho"})
    url, token, name = f"{served.server.url}/zangsho", made["credentials"]["token"], made["id"]
    assert create(url, token, gift="杯") == 201

    client.delete_journal(name)

    assert client.journal(name) == {"exchanges": [], "evicted": 0}
    assert client.ledger(name)["silent"] == 1
    assert create(url, token, email="b@example.com") == 201
    assert [each["id"] for each in client.journal(name)["exchanges"]] == [2]
    client.delete_tenant(name)


def test_an_item_that_was_pending_is_still_named_when_it_is_lost(served: MockApp, client: Client) -> None:
    """If this fails, clearing a ledger between an upload and its ingestion would hide the loss."""
    made = client.create_tenant({"vendor": "fanship", "now": "2025-11-01T12:00:00+09:00", "frozen": True})
    token, name = made["credentials"]["token"], made["id"]
    assert upload(served.server.url, token, '{"id":"1"}\n{"id":"2"}\n') == 200

    client.delete_ledger(name)
    assert upload(served.server.url, token, '{"id":"2"}\n') == 200
    client.move_clock(name, {"to_next": "ingest"})

    ledger = client.ledger(name)
    assert ledger["items"] == {"sent": 1, "kept": 1}
    assert [(each["rule"], each["exchange"], each["loses"]) for each in ledger["findings"] if each["loses"]] == [
        ("fanship.upload.last-of-day-wins", 1, True)
    ]
    assert [each["id"] for each in client.state(name)["purchases"]] == ["2"]
    client.delete_tenant(name)


def test_a_ledger_with_checkpoints_is_not_cleared() -> None:
    server = MockServer()
    tenant = server.tenant("zangsho")
    tenant.checkpoint("before")
    with pytest.raises(Conflict, match="delete the checkpoints first: before"):
        server.control.delete_ledger(tenant.id)
    server.stop()
