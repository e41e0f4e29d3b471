"""Items that are stored as they are sent go a quick way, which decides as the long one does."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Json
from mockservers.core.exchange.decision import Decision, Put, Serial
from mockservers.core.value import replace
from mockservers.core.values.json_text import loads
from mockservers.vendors import vendor
from mockservers.vendors.zangsho import batches
from mockservers.vendors.zangsho.batch_items import BatchItems
from mockservers.vendors.zangsho.plain_items import plain_fields
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
def test_the_fast_path_decides_like_the_slow_one_and_consults_the_same_readings(
    kind: str, on_conflict: str, zangsho: ZangshoTenant
) -> None:
    for item in changed_items(kind):
        envelope = {kind: [item], "on_conflict": on_conflict}
        quick = decided(zangsho, kind, envelope)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batches, "plain_fields", lambda *_: None)
            assert decided(zangsho, kind, envelope) == quick, item


@pytest.mark.parametrize("kind", sorted(BATCHES))
def test_items_of_the_page_take_the_fast_path(
    kind: str, monkeypatch: pytest.MonkeyPatch, zangsho: ZangshoTenant
) -> None:
    assert plain_of(kind, [LEAST[kind], {**LEAST[kind], "metadata": None}], monkeypatch, zangsho) == [LEAST[kind]] * 2


@pytest.mark.parametrize(
    "change",
    [{"paid_at": "2025-12-01T08:00:00"}, {"amount": 7}, {"status": ""}, {"payment_method": "月結"}, {"note": 1}],
)
def test_an_item_that_is_stored_in_another_form_takes_the_slow_path(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch, zangsho: ZangshoTenant
) -> None:
    assert plain_of("orders", [ORDER, {**ORDER, **change}], monkeypatch, zangsho) is None


def plain_of(kind: str, items: list[Any], patch: pytest.MonkeyPatch, zangsho: ZangshoTenant) -> Any:
    """The items that the quick way takes from a batch."""
    found: list[Any] = []

    def recorded(*given: Any) -> Any:
        plain = plain_fields(*given)
        found.append(plain)
        return plain

    patch.setattr(batches, "plain_fields", recorded)
    decided(zangsho, kind, {kind: items})
    return found[0]


# -- items that are created at once ----------------------------------------------------------------------------------


CHANGES: list[dict[str, Any]] = [
    {},
    {"order_no": "N-0"},
    {"order_no": "7"},  # the number of an order that is there
    *[{"customer_email": email} for email in ("chen.meili@example.com", "Wang.xiaoming@example.com", "no@example.com")],
    {"customer_email": "chen.meili@example.com", "customer_name": "陳美麗"},
    {"customer_name": "陳美麗"},
    {"customer_email": None, "customer_id": 101},
    *[{"customer_id": number} for number in (101, 102)],
    *[{name: None} for name in ("customer_name", "status", "currency", "paid_at", "note")],
    *[{"metadata": value} for value in ({"a": {"b": None}}, {})],
    {"amount": 7},
]
ENVELOPES: list[dict[str, Any]] = [{}, {"on_conflict": "update"}, {"on_conflict": "skip", "note": [1]}]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_a_batch_created_in_bulk_is_decided_as_if_item_by_item(
    zangsho: ZangshoTenant, envelope: dict[str, Any]
) -> None:
    for changes in product(CHANGES, repeat=2):
        items = [{**ORDER, "order_no": f"N-{index}", **change} for index, change in enumerate(({}, *changes))]
        quick, consulted = decided(zangsho, "orders", {**envelope, "orders": items})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batches, "plain_fields", lambda *_: None)
            slow, consulted_slowly = decided(zangsho, "orders", {**envelope, "orders": items})
        assert put_by_collection(quick) == put_by_collection(slow), changes
        assert (replace(quick, effects=()), consulted) == (replace(slow, effects=()), consulted_slowly), changes


def put_by_collection(decision: Decision) -> dict[str, list[Any]]:
    """What a decision does to each collection. Between collections the order of effects says nothing."""
    effects: defaultdict[str, list[Any]] = defaultdict(list)
    for effect in decision.effects:
        assert isinstance(effect, Put | Serial)
        document = list(effect.document.items()) if isinstance(effect, Put) else None
        effects[effect.collection].append((effect, document))
    return effects


def test_new_orders_of_known_customers_are_created_in_bulk(
    monkeypatch: pytest.MonkeyPatch, zangsho: ZangshoTenant
) -> None:
    monkeypatch.delattr(BatchItems, "process")
    items = [{**ORDER, "order_no": "N-1"}, {**ORDER, "order_no": "N-2", "customer_name": None}]
    decision, _ = decided(zangsho, "orders", {"orders": items})
    assert [(outcome.kind, outcome.count) for outcome in decision.outcomes] == [("kept", 2)]
