"""`serve --audit`: the law of conservation, held to whatever a user sends."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.admin.control import Control
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.exchange.decision import Decision, Put
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.core.value import replace
from mockservers.core.values.equality import Equality
from mockservers.vendors import load_contract, vendor
from tests.sending import Sending

ESPUTNIK_ORDER = b"""{"orders":[{"externalOrderId":"1","email":"a@x.tw","status":"DELIVERED",
    "date":"2020-05-14T10:11:00","externalCustomerId":"1",%b}]}"""
CUSTOMER = {"email": "chen.meili@example.com", "name": "陳美麗"}


class Audited:
    """Zangsho under an audit."""

    def __init__(self, about: Vendor) -> None:
        self.mock = Mock(about, load_contract("zangsho"), Settings(audit=True))
        self.tenant = self.mock.create(name="t")

    def create(self, **customer: Any) -> dict[str, Any]:
        """Create a customer, and return the ledger."""
        call = Sending("zangsho", "createCustomer", json={**CUSTOMER, **customer})
        self.mock.handle(call.about, {}, call.by(self.tenant.credentials))
        return Control({"zangsho": self.mock}).ledger("t")


def without_names(decide: Any) -> Any:
    """A vendor's decision that loses the name of whatever it holds."""

    def decided(call: Any, view: Any) -> Decision:
        decision: Decision = decide(call, view)
        effects = [
            replace(each, document={**each.document, "name": None}) if isinstance(each, Put) else each
            for each in decision.effects
        ]
        return replace(decision, effects=tuple(effects))

    return decided


def test_values_that_are_held_or_named_are_accounted_for() -> None:
    ledger = Audited(vendor("zangsho")).create(phoneNumber="0923456789")
    assert (ledger["silent"], ledger["unaccounted"]) == (1, [])


def test_a_value_that_vanishes_silently_is_in_the_ledger_with_its_place() -> None:
    about = vendor("zangsho")
    wrong = {**about.operations, "createCustomer": without_names(about.operations["createCustomer"])}
    ledger = Audited(replace(about, operations=wrong)).create()
    lost = {"exchange": 1, "operation": "createCustomer", "where": "/name", "value": "陳美麗"}
    assert (ledger["silent"], ledger["unaccounted"]) == (0, [lost])


def test_without_an_audit_a_vanished_value_is_not_in_the_ledger() -> None:
    mock = Mock(vendor("zangsho"), load_contract("zangsho"))
    mock.create(name="t")
    assert "unaccounted" not in Control({"zangsho": mock}).ledger("t")


@pytest.mark.parametrize(
    ("name", "operation", "raw"),
    [
        ("zangsho", "createCustomer", b'{"email":"a@x.tw","metadata":{"a":{"b":1}},"metadata":{"a":{"b":1,"c":2}}}'),
        ("zangsho", "createCustomer", b'{"email":"A@x.tw","email":"a@x.tw"}'),
        ("zangsho", "importCustomers", b'{"customers":[{"email":"A@x.tw","email":"a@x.tw"}]}'),
        ("zangsho", "importCustomers", b'{"customers":[{"email":"a@x.tw"}],"customers":[{"email":"a@x.tw"},{}]}'),
        ("esputnik", "ordersBulkInsert", ESPUTNIK_ORDER % b'"totalCost":1,"totalCost":1.0'),
        ("esputnik", "ordersBulkInsert", ESPUTNIK_ORDER % b'"items":[{"name":"a"}],"items":[{"name":"a","cost":1}]'),
    ],
)
def test_a_value_that_a_repeated_key_contains_is_accounted_for(name: str, operation: str, raw: bytes) -> None:
    mock = Mock(vendor(name), load_contract(name), Settings(audit=True))
    call = Sending(name, operation, raw=raw)
    mock.handle(call.about, {}, call.by(mock.create(name="t").credentials))
    ledger = Control({name: mock}).ledger("t")
    assert [finding["loses"] for finding in ledger["findings"] if "repeated" in finding["rule"]] == [False]
    assert ledger["unaccounted"] == []


def test_lines_that_later_uploads_repeat_are_found_by_their_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, compared, compare = 300, list[object](), Equality.missing

    def counted(*given: Any) -> Any:
        compared.append(given)
        return compare(*given)

    mock = Mock(vendor("fanship"), load_contract("fanship"), Settings(audit=True))
    tenant = mock.create(name="t")
    for quantity in (2, 1, 1):
        raw = b"\n".join(b'{"id":"p%d","item_name":"tea","quantity":%d}' % (at, quantity) for at in range(lines))
        call = Sending("fanship", "uploadPurchases", raw=raw)
        mock.handle(call.about, {"yyyymmdd": "20251101"}, call.by(tenant.credentials))
    monkeypatch.setattr(Equality, "missing", counted)
    Control({"fanship": mock}).move_clock("t", {"to_next": "ingest"})
    assert len(compared) < 100 * lines  # each line with each other one would be 90000 pairs
    ledger = Control({"fanship": mock}).ledger("t")
    assert (ledger["silent"], ledger["unaccounted"]) == (lines, [])
