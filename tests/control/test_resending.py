"""Sending again what was sent once: a call from the journal, and a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockservers.client import Client, NotFound
from mockservers.core.admin.control import Control
from mockservers.core.errors import UnknownName, UsageError
from mockservers.testing.tenant import MockTenant
from mockservers.web.bootstrap import MockApp, Serving
from tests.wire import filled

DEMO = {
    "omnisegment": "demo-omnisegment", "fanship": "demo-fanship", "esputnik": "demo-esputnik", "zangsho": "demo-zangsho"
}  # fmt: skip


@pytest.fixture
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving()) as made:
        yield made


def send_example(mock_app: MockApp, vendor: str) -> None:
    """The demo call of a vendor's contract, as a client sends it."""
    contract = mock_app.mocks[vendor].contract
    call, credentials = contract.demo.call, dict(contract.demo.credentials)
    operation = contract.operations[call["operation"]]
    path = operation.path.format(**call.get("path", {}))
    given: dict[str, Any] = {"headers": filled(call.get("headers", {}), credentials)}
    if "user" in call:
        given["auth"] = tuple(filled({"user": call["user"]}, credentials)["user"].split(":"))
    if operation.upload:
        given["files"] = {operation.upload: ("f", call["file"], "application/x-ndjson")}
    else:
        given["json"] = filled(call["json"], credentials)
    requests.request(operation.method, f"{mock_app.server.url}/{vendor}{path}", timeout=10, **given).raise_for_status()


@pytest.mark.parametrize("vendor", DEMO)
@pytest.mark.parametrize("far", [False, True], ids=["in this process", "over HTTP"])
def test_a_call_is_sent_again_as_it_was_sent(mock_app: MockApp, vendor: str, far: bool) -> None:
    send_example(mock_app, vendor)
    control = Client(mock_app.server.url) if far else mock_app.control
    again = control.resend(DEMO[vendor], 1)
    assert (again["vendor"], again["tenant"], again["exchange"]) == (vendor, DEMO[vendor], 2)
    first, second = mock_app.control.journal(DEMO[vendor])["exchanges"]
    assert second["operation"] == first["operation"] is not None
    assert second["request"]["body"] == first["request"]["body"] != ""
    assert (again["status"], again["items"]) == (second["response"]["status"], second["items"])
    assert second["response"]["status"] == first["response"]["status"] == 200


def test_a_call_that_is_sent_again_is_decided_anew(mock_app: MockApp) -> None:
    url, headers = f"{mock_app.server.url}/zangsho/v1/customers", {"Authorization": "Bearer 1|demo-zangsho-token"}
    requests.post(url, json={"email": "a@example.com"}, headers=headers, timeout=10)
    assert mock_app.control.resend("demo-zangsho", 1)["status"] == 422
    mock_app.control.add_fault("demo-zangsho", {"effect": "reset"})
    assert mock_app.control.resend("demo-zangsho", 1)["fault"] == "reset"


def test_sending_an_unknown_or_truncated_call_again_is_an_error(mock_app: MockApp) -> None:
    url = f"{mock_app.server.url}/__admin/tenants/demo-zangsho"
    with pytest.raises(UnknownName, match="Unknown exchange '7'"):
        mock_app.control.resend("demo-zangsho", 7)
    with pytest.raises(NotFound, match="Unknown exchange '7'"):
        Client(mock_app.server.url).resend("demo-zangsho", 7)
    answer = requests.post(f"{url}/journal/seven/resend", timeout=10)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "exchange")
    long = {"email": "a@example.com", "name": "a" * 70_000}
    headers = {"Authorization": "Bearer 1|demo-zangsho-token"}
    requests.post(f"{mock_app.server.url}/zangsho/v1/customers", json=long, headers=headers, timeout=10)
    with pytest.raises(UsageError, match=r"the journal keeps the first 65536. Fix: send it with your client"):
        mock_app.control.resend("demo-zangsho", 1)


def test_without_a_server_nothing_can_be_sent(mock_app: MockApp) -> None:
    send_example(mock_app, "zangsho")
    with pytest.raises(UsageError, match="Fix: use a running server"):
        Control(mock_app.mocks).resend("demo-zangsho", 1)


def test_a_webhook_is_sent_again_and_an_unknown_one_is_not(mock_app: MockApp) -> None:
    control = Client(mock_app.server.url)
    url, headers = f"{mock_app.server.url}/zangsho/v1/customers", {"Authorization": "Bearer 1|demo-zangsho-token"}
    requests.post(url, json={"email": "a@example.com"}, headers=headers, timeout=10)
    (unsent,) = control.webhooks("demo-zangsho")["deliveries"]
    with pytest.raises(UsageError, match="Fix: set the URL that they go to"):
        control.resend_webhook("demo-zangsho", unsent["id"])
    control.put_webhooks("demo-zangsho", {"url": "http://127.0.0.1:9/hook"})
    (waiting,) = control.resend_webhook("demo-zangsho", unsent["id"])["deliveries"]
    assert (unsent["state"], waiting["url"]) == ("unsent", "http://127.0.0.1:9/hook")
    with pytest.raises(NotFound, match="Unknown webhook 'msg_7'"):
        control.resend_webhook("demo-zangsho", "msg_7")


def test_a_fixture_sends_a_call_again(zangsho: MockTenant) -> None:
    url, headers = f"{zangsho.url}/v1/customers/batch", filled({"Authorization": "Bearer {token}"}, zangsho.credentials)
    requests.post(url, json={"customers": [{"email": "a@example.com"}]}, headers=headers, timeout=10)
    assert zangsho.resend(1)["items"] == {"skipped": 1}
    assert len(zangsho.state["customers"]) == 1
