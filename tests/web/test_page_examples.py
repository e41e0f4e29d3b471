"""The page's forms: of an operation's example all is kept, and of one that loses something is lost; at all vendors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from werkzeug.test import Client

from mockservers.core.contract.contract import Contract
from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.page.examples import example_of
from tests.asking import VENDORS, contract

OPERATIONS = [(vendor, name) for vendor in VENDORS for name in contract(vendor).operations]
SENDING = [
    (vendor, name)
    for vendor, name in OPERATIONS
    if example_of(contract(vendor), contract(vendor).operations[name]).body
]


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    made = MockApp(Serving())
    yield made
    made.stop()


class Form:
    """The form of an operation, as a browser has it, for a tenant that holds what the demo tenant does."""

    def __init__(self, mock_app: MockApp, vendor: str, operation: str, variant: str) -> None:
        self._control = mock_app.control
        self._client = Client(mock_app.gateway)
        state = mock_app.mocks[vendor].contract.demo.state
        self.tenant: str = self._control.create_tenant({"vendor": vendor, "state": state})["id"]
        self._url = f"/try/{vendor}/{operation}"
        page = self._client.get(f"{self._url}?variant={variant}", base_url="http://127.0.0.1").text
        self.text = page
        self._fields = {"tenant": self.tenant}
        self._fields |= dict(map(_unescaped, re.findall(r'<input name="(path)" value="([^"]*)"', page)))
        self._fields |= dict(
            map(_unescaped, re.findall(r'<textarea name="(body)"[^>]*>(.*?)</textarea>', page, re.DOTALL))
        )
        self._fields |= {name: "1" for name in ("given", "after") if f'name="{name}"' in page}

    def send(self) -> tuple[int, dict[str, Any]]:
        """Send it as it is. Return the status, and the ledger once all jobs have run."""
        answer = self._client.post(self._url, data=self._fields, base_url="http://127.0.0.1")
        assert answer.status_code == 303, answer.text
        exchanges = self._control.journal(self.tenant)["exchanges"]
        assert len(exchanges) == 1 + ("after" in self._fields)
        exchange = exchanges[-1]
        assert answer.headers["Location"].endswith(f"/{self.tenant}/{exchange['id']}")
        return exchange["response"]["status"], self._control.ledger(self.tenant, settled=True)


def _unescaped(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0], unescape(pair[1])


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_sending_an_example_keeps_every_item(mock_app: MockApp, vendor: str, operation: str) -> None:
    status, ledger = Form(mock_app, vendor, operation, "right").send()
    assert status < 400
    assert [found for found in ledger["findings"] if found["loses"] or found["outcome"] == "at-risk"] == []
    sent = ledger["items"].get("sent", 0)
    assert sum(ledger["items"].get(outcome, 0) for outcome in ("kept", "updated")) == sent
    assert sent > 0 or (vendor, operation) not in SENDING


@pytest.mark.parametrize(("vendor", "operation"), SENDING)
def test_sending_an_example_that_loses_makes_a_loss(mock_app: MockApp, vendor: str, operation: str) -> None:
    form = Form(mock_app, vendor, operation, "loses")
    assert "No variant of the example" not in form.text
    _, ledger = form.send()
    assert [found for found in ledger["findings"] if found["loses"]]


def test_a_vendor_without_examples_has_generated_ones() -> None:
    own = contract("zangsho")
    bare = Contract(own.vendor, {**own.files, "vendor.yaml": _without_examples(own.files["vendor.yaml"])})
    example = example_of(bare, bare.operations["createCustomer"])
    assert (example.path, example.given) == ("/v1/customers", {})
    assert '"email"' in example.body


def _without_examples(about: Any) -> Any:
    return {**about, "demo": {key: value for key, value in about["demo"].items() if key != "examples"}}
