"""What was sent and is held all the same is no loss, and what the pages list in part is at risk."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.values.json_text import dumps
from tests.vendors.zangsho.zangsho_tenant import BATCHES, CUSTOMERS, EVENT, ORDER, SUBSCRIPTION, ZangshoTenant


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "wang.xiaoming@example.com"}),
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "WANG.xiaoming@example.com", "customer_name": "王小明"}),
        ("events", {**EVENT, "customer_id": 101, "customer_name": "王小明"}),
        ("orders", {**ORDER, "customer_id": 101}),
    ],
)
def test_unlisted_keys_that_name_the_records_own_customer_are_no_loss(kind: str, item: dict[str, Any]) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    zangsho.batch(kind, item)
    assert (zangsho.silent, zangsho.items["kept"]) == (0, 1)


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("subscriptions", {**SUBSCRIPTION, "customer_email": "chen.meili@example.com"}),
        ("events", {**EVENT, "customer_id": 102}),
        ("events", {**EVENT, "customer_id": True}),
    ],
)
def test_unlisted_keys_that_name_another_customer_are_lost(kind: str, item: dict[str, Any]) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    zangsho.batch(kind, item)
    assert zangsho.silent == 1


@pytest.mark.rule("zangsho.batch.twice", "zangsho.batch.metadata")
@pytest.mark.parametrize(
    ("first", "second", "silent"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, 0),
        ({"a": 1.0}, {"a": 1}, 0),
        ({"a": 1, "b": 2}, {"a": 1}, 1),
        ({"a": 1}, {"a": True}, 1),
        ({"a": [1, 2]}, {"a": [2, 1]}, 1),
    ],
)
def test_a_later_item_of_a_batch_that_repeats_an_earlier_one_loses_nothing(
    first: dict[str, Any], second: dict[str, Any], silent: int
) -> None:
    zangsho = ZangshoTenant()
    items = [{"email": "a@example.com", "metadata": metadata} for metadata in (first, second)]
    zangsho.batch("customers", *items, on_conflict="update")
    assert zangsho.silent == silent
    assert zangsho.documents("customers", email="a@example.com")[0]["metadata"] == second


@pytest.mark.rule("zangsho.batch.metadata")
@pytest.mark.parametrize(
    ("held", "sent", "reading", "lost"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, "replace", "a"),
        ({"a": 1, "b": 2, "c": 3}, {"z": 1}, "replace", "a, b, c"),
        ({"a": 1, "b": 2}, {"b": 3}, "merge", ""),
        ({"a": 1}, {"a": 2}, "replace", ""),  # what an update names is changed as meant
        ({"a": 1}, {}, "replace", ""),  # an update with nothing in it changes nothing
        ({"a": None, "b": {}, "c": [], "d": ""}, {"z": 1}, "replace", ""),
        (None, {"a": 1}, "replace", ""),
        ({"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"x": 1}, "b": 3}, "replace", "a.y"),
        ({"a": {"x": {"p": 1, "q": 2}, "y": 3}}, {"a": {"x": {"p": 4}}}, "replace", "a.x.q, a.y"),
        ({"a": {"x": 1}, "b": {"x": None}}, {"a": 2, "b": {"y": 1}}, "replace", ""),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}, "merge", ""),
    ],
)
@pytest.mark.parametrize("kind", ["customers", "orders"])
def test_metadata_that_an_update_does_not_name_is_lost_if_it_is_replaced(
    held: dict[str, Any] | None, sent: dict[str, Any], reading: str, lost: str, kind: str
) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS, readings={"zangsho.batch.metadata": reading})
    item = {"email": "a@example.com"} if kind == "customers" else ORDER
    zangsho.batch(kind, {**item, "metadata": held})
    zangsho.batch(kind, {**item, "metadata": sent}, on_conflict="update")
    findings = zangsho.ledger["findings"]
    assert [each["why"] for each in findings if each["silent"] and each["rule"] == "zangsho.batch.metadata"] == (
        [f"metadata is replaced: 1 record, the first without {lost} now"] if lost else []
    )
    assert zangsho.ledger["items"] == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule("zangsho.batch.metadata")
def test_a_merge_of_metadata_merges_the_objects_in_it() -> None:
    held = {"email": "a@example.com", "metadata": {"a": {"x": 1, "y": 2}, "b": 3}}
    zangsho = ZangshoTenant(customers=[held], readings={"zangsho.batch.metadata": "merge"})
    zangsho.batch("customers", {"email": "a@example.com", "metadata": {"a": {"x": 4}}}, on_conflict="update")
    assert zangsho.documents("customers", email="a@example.com")[0]["metadata"] == {"a": {"x": 4, "y": 2}, "b": 3}
    assert (zangsho.silent, zangsho.ledger["at_risk"]) == (0, 1)


@pytest.mark.rule("zangsho.batch.metadata", "zangsho.batch.update-non-empty")
@pytest.mark.parametrize(
    ("items", "places"),
    [
        ([{"metadata": {"z": 1}}, {"metadata": {"z": 1, "a": 1}}], []),  # the second one brings it back
        ([{"metadata": {"a": 2}}, {"metadata": {"z": 1}}], ["/customers/0"]),  # a was changed, and that is what is lost
        ([{"metadata": {"z": 1}}, {"metadata": {"z": 1}}], ["/customers/1/metadata"]),  # lost once
        ([{"metadata": {"z": 1}}, {"name": "B"}], ["/customers/0/metadata"]),
    ],
)
def test_losses_by_updates_are_judged_at_the_end_of_the_batch(items: list[dict[str, Any]], places: list[str]) -> None:
    email = {"email": "a@example.com"}
    zangsho = ZangshoTenant(customers=[{**email, "metadata": {"a": 1}}])
    zangsho.batch("customers", *({**email, **item} for item in items), on_conflict="update")
    silent = [finding for finding in zangsho.ledger["findings"] if finding["silent"]]
    assert [place for finding in silent for place in finding["where"]] == places
    assert zangsho.silent == len(places)


@pytest.mark.rule("zangsho.batch.skip")
def test_a_skipped_item_whose_content_is_contained_in_what_is_held_loses_nothing() -> None:
    zangsho = ZangshoTenant(customers=[{"email": "a@example.com", "metadata": {"a": 1, "b": {"c": 2}}}])
    zangsho.batch("customers", {"email": "a@example.com", "metadata": {"b": {"c": 2.0}}})
    (finding,) = zangsho.findings("zangsho.batch.skip")
    assert (finding["loses"], zangsho.items["skipped"]) == (False, 1)


@pytest.mark.parametrize(
    ("rule", "kind", "changed"),
    [
        ("zangsho.order.currency", "orders", {"currency": "NTD"}),
        ("zangsho.order.currency", "orders", {"currency": "RMB"}),
        ("zangsho.order.currency", "orders", {"currency": "ABC"}),
        ("zangsho.order.billing-cycle", "orders", {"billing_cycle": "whenever"}),
        ("zangsho.order.billing-cycle", "orders", {"billing_cycle": "semi-annual"}),
        ("zangsho.order.payment-method", "orders", {"payment_method": "bitcoin"}),
        ("zangsho.item.metadata-list", "orders", {"metadata": []}),
        ("zangsho.item.half-character", "orders", {"customer_name": "王小明\ud83d"}),
        ("zangsho.item.half-character", "orders", {"metadata": {"note": ["\ud83d"]}}),
    ],
)
@pytest.mark.rule(
    "zangsho.order.currency",
    "zangsho.order.billing-cycle",
    "zangsho.order.payment-method",
    "zangsho.item.metadata-list",
    "zangsho.item.half-character",
)
def test_values_that_no_page_decides_on_are_accepted_and_at_risk(rule: str, kind: str, changed: dict[str, Any]) -> None:
    zangsho = ZangshoTenant(customers=[{**CUSTOMERS[0], "name": changed.get("customer_name", "王小明")}])
    raw = dumps({kind: [{**ORDER, **changed}]})
    zangsho.send(BATCHES[kind], raw)
    assert (zangsho.items["kept"], zangsho.silent, zangsho.rules("at-risk")) == (1, 0, {rule})
    choice = next(each for each in zangsho.tenant.contract.reading(rule).choices if each != "accept")
    strict = ZangshoTenant(customers=CUSTOMERS, readings={rule: choice})
    strict.send(BATCHES[kind], raw)
    assert (strict.items, strict.rules("refused")) == ({"sent": 1, "refused": 1}, {rule})


@pytest.mark.rule("zangsho.order.currency", "zangsho.order.billing-cycle")
@pytest.mark.parametrize("currency", ["TWD", "USD", "JPY", "HKD", "SGD", "CNY", "KRW", "MYR", "THB", "EUR", "GBP"])
def test_values_that_the_pages_list_are_not_at_risk(currency: str) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    zangsho.batch("orders", {**ORDER, "currency": currency, "billing_cycle": "one-time"})
    assert zangsho.ledger["at_risk"] == 0


@pytest.mark.rule("zangsho.amount.places")
@pytest.mark.parametrize("sent", ["123456789012.345678901", 123456789012.345678901])
def test_an_amount_is_held_with_every_digit_that_was_sent(sent: Any) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    raw = f'{{"orders":[{{"order_no":"A","customer_id":101,"amount":{"%s"}}}]}}' % (
        "123456789012.345678901" if isinstance(sent, float) else '"123456789012.345678901"'
    )
    zangsho.send("importOrders", raw.encode())
    assert zangsho.documents("orders")[0]["amount"] == "123456789012.345678901"
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.request.repeated-key")
@pytest.mark.parametrize(
    ("kind", "twice", "silent"),
    [
        ("customers", '"metadata":{"a":1},"metadata":{"a":1,"b":2}', 0),
        ("customers", '"metadata":{},"metadata":{"a":1}', 0),
        ("customers", '"metadata":{"a":1,"b":2},"metadata":{"a":1}', 1),
        ("customers", '"email":"A@example.com","email":"a@example.com"', 0),
        ("customers", '"email":"b@example.com","email":"a@example.com"', 1),
        ("customers", '"name":"1.0","name":"1"', 1),
        ("orders", '"amount":"1","amount":"1.00"', 0),
        ("orders", '"amount":"1","amount":"2"', 1),
        ("orders", '"paid_at":"2025-12-01T08:00:00Z","paid_at":"2025-12-01T16:00:00+08:00"', 0),
        ("orders", '"paid_at":"2025-12-01T08:00:00Z","paid_at":"2025-12-01T08:00:01Z"', 1),
        ("orders", '"customer_email":"WANG.xiaoming@example.com","customer_email":"wang.xiaoming@example.com"', 0),
    ],
)
def test_a_repeated_key_loses_the_parts_that_its_last_value_does_not_contain(
    kind: str, twice: str, silent: int
) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    least: dict[str, dict[str, Any]] = {
        "customers": {"email": "a@example.com"},
        "orders": {"order_no": "A", "amount": "1.00", "customer_id": 101},
    }
    rest = "".join(f'"{name}":{dumps(value).decode()},' for name, value in least[kind].items() if name not in twice)
    zangsho.send(BATCHES[kind], f'{{"{kind}":[{{{rest}{twice}}}]}}'.encode())
    assert (zangsho.silent, zangsho.items["kept"]) == (silent, 1)


@pytest.mark.rule("zangsho.request.repeated-key")
def test_a_repeated_list_that_a_longer_one_contains_loses_nothing() -> None:
    zangsho = ZangshoTenant()
    zangsho.send(
        "importCustomers", b'{"customers":[{"email":"a@x.tw"}],"customers":[{"email":"a@x.tw"},{"email":"b@x.tw"}]}'
    )
    assert (zangsho.silent, zangsho.items["kept"]) == (0, 2)


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("sent", "silent"),
    [
        ({"started_at": "2026-01-01T08:00:00+08:00"}, 0),
        ({"started_at": "2026-01-01T08:00:01+08:00"}, 1),
        ({"source": "api"}, 0),
        ({"source": ""}, 1),
    ],
)
def test_an_ignored_key_of_a_change_is_no_loss_if_its_value_is_held(sent: dict[str, Any], silent: int) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    zangsho.batch("subscriptions", SUBSCRIPTION)
    zangsho.send("updateSubscription", sent, path={"id": "1"})
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.batch.envelope")
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"on_conflict": "bad", "customers": [{"email": "a@x.tw"}], "tags": ["a", "b", "c"]}, 1),
        ({"customers": "abc", "tags": ["a", "b"]}, 1),
        ({"customer": [{"email": "a@x.tw"}, {"email": "b@x.tw"}]}, 2),
        ([{"email": "a@x.tw"}, {"email": "b@x.tw"}], 2),
        ({}, 1),
    ],
)
def test_a_refused_batch_counts_the_items_of_its_own_list(body: Any, refused: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("importCustomers", body)
    assert zangsho.items == {"sent": refused, "refused": refused}


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(("value", "silent"), [("", 1), (None, 0), ("x", 1)])
def test_an_unknown_key_beside_the_items_is_ignored(value: Any, silent: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", {"email": "a@x.tw"}, foo=value)
    (finding,) = zangsho.findings("zangsho.request.unknown-key")
    assert (finding["where"], zangsho.silent) == (["/foo"], silent)


@pytest.mark.rule("zangsho.batch.update-non-empty", "zangsho.batch.twice")
def test_under_the_reading_that_empties_omitted_fields_an_earlier_value_is_lost_once() -> None:
    zangsho = ZangshoTenant(readings={"zangsho.batch.update-non-empty": "overwrite"})
    items = [{"email": "a@x.tw", "name": "甲"}, {"email": "a@x.tw"}]
    zangsho.batch("customers", *items, on_conflict="update")
    assert (zangsho.silent, zangsho.documents("customers", email="a@x.tw")[0]["name"]) == (1, None)
