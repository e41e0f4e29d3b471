"""Items that are stored as they are sent go a quick way, which decides as the long one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Json
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.json_text import loads
from mockservers.vendors import vendor
from mockservers.vendors.zangsho import batches
from mockservers.vendors.zangsho.plain_items import plain_items
from tests.asking import NOW, contract
from tests.vendors.zangsho.zangsho_tenant import BATCHES, LEAST, ORDER, SUBSCRIPTION, ZangshoTenant

NAMES = sorted({name for item in LEAST.values() for name in item} | {"customer_id", "failed_at", "metadata", "note"})
TEXTS = ["", " ", "\x1c", "\x85", "\u3000 x", "\ufeff", "\ud83d", "月結", "atm", "EUR", "UAH", "100", "-1.00", "7.505"]
INSTANTS = ["2025-12-01T08:00:00+08:00", "20251201T080000Z", "2025-12-31T23:59:60Z", "2026-W01-4T00:00:00Z"]
EMAILS = [" wang.xiaoming@example.com", "Wang.xiaoming@Example.com", "王@example.com", "no.one@example.com"]
OTHERS = [None, True, 7, 7.5, 101, 101.0, [], {}, {"a": "\ud83d"}, {"\ud83d": 1}, {"a": None}, [1], "007.00", "07"]
VALUES = [*TEXTS, *INSTANTS, *EMAILS, *OTHERS]


def changed_items(kind: str) -> Iterator[Any]:
    """An item of the page, with each field left out, and with each value in it."""
    least = LEAST[kind]
    yield from VALUES
    for name in NAMES:
        yield {key: value for key, value in least.items() if key != name}
        yield from ({**least, name: value} for value in VALUES)


@pytest.fixture(scope="module")
def zangsho() -> ZangshoTenant:
    orders = [{**ORDER, "id": 1}, {**ORDER, "id": 2, "order_no": "7", "amount": "1.00", "metadata": {"a": "b"}}]
    return ZangshoTenant(orders=orders, subscriptions=[{"id": 1, **SUBSCRIPTION, "customer_id": 102}])


def decided(zangsho: ZangshoTenant, kind: str, envelope: dict[str, Any]) -> tuple[Decision, set[str]]:
    """The decision on a batch, and the readings that it consulted."""
    text = loads(json.dumps(envelope).encode())
    view = View(zangsho.tenant.store, NOW, contract("zangsho"))
    call = Call("zangsho", BATCHES[kind], Json(text.value, text.duplicates), NOW, NOW)
    return vendor("zangsho").operations[BATCHES[kind]](call, view), view.consulted


@pytest.mark.parametrize("on_conflict", ["skip", "update"])
@pytest.mark.parametrize("kind", sorted(BATCHES))
def test_the_quick_way_decides_as_the_long_one_and_consults_the_same_readings(
    kind: str, on_conflict: str, zangsho: ZangshoTenant
) -> None:
    for item in changed_items(kind):
        envelope = {kind: [item], "on_conflict": on_conflict}
        quick = decided(zangsho, kind, envelope)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batches, "plain_items", lambda *_: None)
            assert decided(zangsho, kind, envelope) == quick, item


@pytest.mark.parametrize("kind", sorted(BATCHES))
def test_items_of_the_page_are_plain(kind: str, monkeypatch: pytest.MonkeyPatch, zangsho: ZangshoTenant) -> None:
    assert plain_of(kind, [LEAST[kind], {**LEAST[kind], "metadata": None}], monkeypatch, zangsho) == [0, 1]


@pytest.mark.parametrize(
    "change",
    [{"paid_at": "2025-12-01T08:00:00"}, {"amount": 7}, {"status": ""}, {"payment_method": "月結"}, {"note": 1}],
)
def test_an_item_that_is_stored_otherwise_is_not(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch, zangsho: ZangshoTenant
) -> None:
    assert plain_of("orders", [ORDER, {**ORDER, **change}], monkeypatch, zangsho) is None


def plain_of(kind: str, items: list[Any], patch: pytest.MonkeyPatch, zangsho: ZangshoTenant) -> list[int] | None:
    """The indexes of the items that the quick way takes from a batch."""
    found: list[list[int] | None] = []

    def recorded(*given: Any) -> Any:
        plain = plain_items(*given)
        found.append(None if plain is None else [item.index for item in plain])
        return plain

    patch.setattr(batches, "plain_items", recorded)
    decided(zangsho, kind, {kind: items})
    return found[0]
