"""The sample bodies in fixtures/esputnik, against the seed state there: each is lost or taken as its name has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockservers.core.contract.loading import data_directory
from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant

FIXTURES = data_directory("fixtures") / "esputnik"
EVENT, ORDERS = "registerEvent", "ordersBulkInsert"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "operation", "status", "items", "silent"),
    [
        ("order-created", EVENT, 200, {"kept": 1}, 0),
        ("order-created-raw-items", EVENT, 200, {"kept": 1}, 0),
        ("order-created-misspelt", EVENT, 200, {"dropped": 1}, 1),
        ("order-created-incomplete-item", EVENT, 200, {"dropped": 1}, 1),
        ("order-created-nobody", EVENT, 200, {"dropped": 1}, 1),
        ("order-updated", EVENT, 200, {"dropped": 1}, 1),
        ("order-delivered", EVENT, 200, {"dropped": 1}, 1),
        ("order-cancelled", EVENT, 200, {"dropped": 1}, 1),
        ("event", EVENT, 200, {"kept": 1}, 0),
        ("event-invalid", EVENT, 400, {"refused": 1}, 0),
        ("orders", ORDERS, 200, {"kept": 2}, 0),
        ("orders-one-wrong", ORDERS, 200, {"kept": 2, "refused": 1}, 1),
        ("contact", "addContact", 200, {"kept": 1}, 0),
        ("contacts", "contactsBulkUpdate", 200, {"refused": 1, "updated": 2}, 7),
        ("subscription", "subscribeContact", 200, {"kept": 1}, 0),
        ("past-events", "sendHistoryEvents", 200, {"kept": 2, "refused": 1}, 0),
    ],
)
def test_a_sample_is_accepted_or_lost_as_its_name_says(
    name: str, operation: str, status: int, items: dict[str, int], silent: int
) -> None:
    account = EsputnikTenant(**fixture("state"))
    assert account.send(operation, fixture(name)).reply.status == status
    counts = {kind: count for kind, count in account.items.items() if count and kind != "sent"}
    assert (counts, account.silent) == (items, silent)


def test_the_order_of_the_samples_reaches_its_final_status() -> None:
    account = EsputnikTenant(**fixture("state"))
    for name in ("order-created", "order-updated", "order-delivered", "order-cancelled"):
        account.send(EVENT, fixture(name))
    order = account.stored_order("UA-1001")
    assert order is not None
    assert (order["status"], order["statusDescription"]) == ("CANCELLED", "Збирається 準備中")
    assert account.silent == 0


def test_every_sample_is_tried() -> None:
    (cases,) = (mark.args[1] for mark in test_a_sample_is_accepted_or_lost_as_its_name_says.pytestmark)  # type: ignore[attr-defined]
    assert {path.stem for path in FIXTURES.glob("*.json")} == {case[0] for case in cases} | {"state"}
