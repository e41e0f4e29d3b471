"""The items of an order: raw or escaped, six required fields, flat, and adding up.

https://esputnik.com/support/peredacha-dannyh-resursom-v1event
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, escaped, params, without

REQUIRED = "esputnik.order.items-required"
BLANK = "esputnik.order.items-blank"
RAW = "esputnik.event.raw-values"


def items_held(account: EsputnikTenant) -> Any:
    order = account.stored_order()
    assert order is not None
    return order["items"]


@pytest.mark.rule("esputnik.order.items-json", RAW)
def test_items_are_the_same_raw_and_as_json_text() -> None:
    raw, text = EsputnikTenant(), EsputnikTenant()
    raw.create(items=[ITEM])
    text.create(items=escaped([ITEM]))
    assert items_held(raw) == items_held(text) == [ITEM]


@pytest.mark.rule("esputnik.order.items-required")
@pytest.mark.parametrize("items", [None, "", [], "[]"])
def test_items_may_be_left_out(items: Any) -> None:
    account = EsputnikTenant()
    account.create(items=items)
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize("field", ["externalItemId", "name", "quantity", "cost", "url", "imageUrl"])
@pytest.mark.parametrize("form", [list, escaped])
def test_an_item_without_a_required_field_makes_the_whole_order_ignored(field: str, form: Any) -> None:
    account = EsputnikTenant()
    account.create(items=form([ITEM, without(ITEM, field)]))
    assert account.state["orders"] == []
    (found,) = [one for one in account.ledger["findings"] if one["outcome"] == "dropped"]
    assert (found["rule"], found["where"]) == (REQUIRED, [f"/params/5/value/1/{field}"])
    assert found["why"] == f"items.1.{field} is missing, and the order is ignored: once"


@pytest.mark.rule(REQUIRED)
@pytest.mark.parametrize(
    "item", [{**ITEM, "name": None}, {**ITEM, "quantity": "two"}, {**ITEM, "cost": True}, {}, "sock", 7, None, [ITEM]]
)
def test_an_invalid_item_makes_the_vendor_ignore_the_order(item: Any) -> None:
    account = EsputnikTenant()
    account.create(items=[item])
    assert account.rules("dropped") == {REQUIRED}


@pytest.mark.rule(REQUIRED, BLANK)
@pytest.mark.parametrize(
    ("items", "blank", "held", "silent"),
    [
        ([without(ITEM, "url"), ITEM], "kept", [ITEM], 1),
        ([without(ITEM, "url"), ITEM, {}, None], "kept", [ITEM], 3),
        ([{**ITEM, "url": " "}, ITEM], "kept", [{**ITEM, "url": " "}, ITEM], 0),
        ([{**ITEM, "url": " "}, ITEM], "missing", [ITEM], 1),
        ([without(ITEM, "url"), {**ITEM, "name": ""}, ITEM], "missing", [ITEM], 2),
        ([{**ITEM, "name": ""}], "missing", [], 1),
    ],
)
def test_under_another_reading_only_the_incomplete_items_are_lost(
    items: list[Any], blank: str, held: list[Any], silent: int
) -> None:
    account = EsputnikTenant(readings={REQUIRED: "item-dropped", BLANK: blank})
    account.create(items=escaped(items))
    assert items_held(account) == held
    assert account.items == {"sent": 1, "kept": 1}
    assert account.silent == silent


@pytest.mark.rule("esputnik.order.items-json")
@pytest.mark.parametrize("items", ["sock", "{}", '"[]"', "[", 7, True, {"0": ITEM}, escaped(ITEM), "\ud800"])
def test_items_that_are_not_a_list_make_the_vendor_ignore_the_order(items: Any) -> None:
    account = EsputnikTenant()
    event = {"eventTypeKey": "orderCreated", "params": params({**ORDER, "items": items})}
    account.send("registerEvent", json.dumps(event).encode())
    assert account.rules("dropped") == {"esputnik.order.items-json"}


@pytest.mark.rule("esputnik.order.items-nesting")
@pytest.mark.parametrize("form", [list, escaped])
@pytest.mark.parametrize("value", [{"size": "XL", "колір": ["синій", "藍"]}, [1, {"a": []}], []])
def test_a_list_or_an_object_within_an_item_stays_text(form: Any, value: Any) -> None:
    account = EsputnikTenant()
    account.create(items=form([{**ITEM, "attributes": value}]))
    text = items_held(account)[0]["attributes"]
    assert isinstance(text, str)
    assert json.loads(text) == value
    assert account.rules("coerced") == {"esputnik.order.items-nesting"}
    assert account.silent == 0


@pytest.mark.rule("esputnik.order.items-nesting")
def test_brackets_in_a_text_of_an_item_are_not_nesting() -> None:
    account = EsputnikTenant()
    account.create(items=[{**ITEM, "attributes": '{"size":"XL"}'}])
    assert items_held(account)[0]["attributes"] == '{"size":"XL"}'
    assert account.rules("coerced") == set()


@pytest.mark.rule("esputnik.order.price-match")
@pytest.mark.parametrize(
    ("total", "items", "matches"),
    [
        ("258.0", [ITEM], True),
        (258, [{**ITEM, "cost": "129.00", "quantity": "2"}], True),
        ("0.3", [{**ITEM, "cost": 0.1}, {**ITEM, "cost": 0.2}], True),
        ("258.0", [{**ITEM, "cost": 990}], False),
        ("258.0", [{**ITEM, "quantity": 2}], False),
        ("258.01", [ITEM], False),
    ],
)
def test_items_that_do_not_add_up_to_the_total_are_accepted_and_at_risk(
    total: Any, items: Any, *, matches: bool
) -> None:
    account = EsputnikTenant()
    account.create(totalCost=total, items=items)
    assert account.items == {"sent": 1, "kept": 1}
    assert ("esputnik.order.price-match" in account.risks) is not matches
    strict = EsputnikTenant(readings={"esputnik.order.price-match": "ignore-order"})
    strict.create(totalCost=total, items=items)
    assert strict.items == {"sent": 1, "kept" if matches else "dropped": 1}


@pytest.mark.rule("esputnik.order.price-match")
def test_huge_amounts_do_not_match_and_do_not_crash() -> None:
    account = EsputnikTenant(readings={"esputnik.order.price-match": "ignore-order"})
    digits = "9" * 9_000
    account.create(totalCost="1", items=[{**ITEM, "cost": digits, "quantity": "0." + digits}])
    assert account.items == {"sent": 1, "dropped": 1}


@pytest.mark.rule(RAW)
@pytest.mark.parametrize(
    ("version", "kind", "values", "risky"),
    [
        (1, "orderCreated", {"items": [ITEM]}, True),
        (2, "orderCreated", {"items": [ITEM]}, True),
        (1, "orderCreated", {"items": escaped([ITEM])}, False),
        (1, "orderCreated", {"loyalty": {"points": 1}}, True),
        (2, "orderCreated", {"loyalty": {"points": 1}}, False),
        (1, "viewed", {"array": [{"field1": "value1"}]}, True),
        (1, "viewed", {"escapedArray": '[{"field1": "value111"}]'}, False),
        (2, "viewed", {"complexObject": {"json1": {"innerField1": "innerValue1"}}}, False),
        (2, "viewed", {"items": [1]}, False),
        (1, "viewed", {"count": 3, "gift": True, "note": None}, False),
    ],
)
def test_raw_values_are_at_risk_items_always_and_others_on_version_1(
    version: int, kind: str, values: dict[str, Any], *, risky: bool
) -> None:
    account = EsputnikTenant()
    account.event(kind, version=version, **{**ORDER, **values})
    assert account.items == {"sent": 1, "kept": 1}
    assert (RAW in account.risks) is risky
    strict = EsputnikTenant(readings={RAW: "raw-refused"})
    assert strict.event(kind, version=version, **{**ORDER, **values}).reply.status == (400 if risky else 200)
