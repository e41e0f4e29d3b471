"""A key that the vendor does not know is named, whatever its value and wherever it stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.values.json_text import dumps
from tests.asking import VENDORS, Asking, contract
from tests.pages import bodies, held
from tests.sending import Sending

CONTACT = {
    "channels": [{"type": "email", "value": "a@example.com"}],
    "address": {"town": "Київ"},
    "fields": [{"id": "1", "value": None}],
}
ORDER = {
    "externalOrderId": "1", "externalCustomerId": "2", "totalCost": 1.5, "status": "DELIVERED",
    "email": "a@example.com", "date": "2020-05-14T10:11:00",
    "items": [{"externalItemId": "1", "name": "n", "quantity": 1, "cost": 1.5}],
}  # fmt: skip
MORE_BODIES: dict[str, Any] = {
    "sendHistoryEvents": {"events": [{"eventTypeKey": "a", "keyValue": "b", "time": 1, "params": []}]},
    "ordersBulkInsert": {"orders": [ORDER]},
    "addContact": CONTACT,
    "subscribeContact": {"contact": CONTACT},
    "contactsBulkUpdate": {"contacts": [CONTACT], "dedupeOn": "email"},
    "createSubscriptionEvent": {"subscription_id": "1", "event_type": "renewed", "occurred_at": "2026-01-01T00:00:00Z"},
}
"""Bodies for operations of which the vendor's page has no example. A member of FANSHIP's has no unknown keys."""


def bodies_with_key(vendor: str, operation: str, value: Any) -> Iterator[tuple[Any, str]]:
    """A body with an unknown key in one of its objects, for each object whose keys the vendor knows."""
    for body in (bodies(vendor, operation) or [MORE_BODIES[operation]])[-1:]:
        for at in range(len(list(_objects(body)))):
            changed = copy.deepcopy(body)
            list(_objects(changed))[at]["unknwn"] = value
            yield changed, dumps(changed).decode()


def _objects(node: Any, key: str = "") -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and key not in _FREE:
        yield node
    pairs = node.items() if isinstance(node, dict) else ((key, item) for item in node) if isinstance(node, list) else ()
    for name, item in pairs:
        if key not in _FREE:
            yield from _objects(item, name)


_FREE = frozenset({"id", "metadata", "value"})
"""Objects whose keys are the sender's own."""


def cases() -> Iterator[tuple[str, str]]:
    """Operations that store something, but for those that need the id of something stored."""
    for vendor in VENDORS:
        for operation in contract(vendor).operations.values():
            known = bodies(vendor, operation.id) or operation.id in MORE_BODIES
            if "requestBody" in operation.spec and known:
                yield vendor, operation.id


@pytest.mark.parametrize("value", [None, {}, [], {"x": None}, [None], "x", ""], ids=repr)
@pytest.mark.parametrize(("vendor", "operation"), list(cases()))
def test_an_unknown_key_is_named_and_lost_if_it_has_a_value(vendor: str, operation: str, value: Any) -> None:
    for body, sent in bodies_with_key(vendor, operation, value):
        asking = Asking(vendor)
        asking.tenant.replace_state(held(vendor))
        audit = asking.tenant.audit = Audit(asking.mock.contract)
        upload = contract(vendor).operations[operation].upload
        call = Sending(vendor, operation, path={"yyyymmdd": "20260114"}, json=body, raw=dumps(body) if upload else None)
        asking.mock.handle(call.about, call.path, call.by(asking.credentials))
        asking.advance(days=2)
        assert audit.to_list() == [], sent
        named = [found for found in asking.ledger["findings"] if "unknwn" in found["key"]]
        if not asking.items.get("refused"):
            assert {found["outcome"] for found in named} >= {"ignored"}, sent
        if value != "" and not {"refused", "dropped"} & asking.items.keys():
            assert any(found["loses"] for found in named) == (value == "x"), sent
