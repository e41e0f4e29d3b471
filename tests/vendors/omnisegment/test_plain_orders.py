"""Orders and envelopes with nothing to explain go a quick way, which decides as the long one does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.immediate_jobs import with_immediate_jobs
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Json
from mockservers.core.value import replace
from mockservers.core.values.json_text import loads
from mockservers.vendors import load_contract, vendor
from mockservers.vendors.omnisegment import order_processing, purchases
from mockservers.vendors.omnisegment.plain_orders import is_plain_import, plain_order
from mockservers.vendors.omnisegment.state import COLLECTIONS
from tests.asking import NOW, contract
from tests.overlays import edited, put
from tests.vendors.omnisegment.omnisegment_tenant import ORDER, OmniSegmentTenant

LISTS = {"products": "P001,P002", "products_name": "Product1,Product2", "products_quantity": "1,1"}
ADDRESS = {"address1": "123 Shipping Street", "address2": None, "city": "Shippington"}
FULL: dict[str, Any] = {
    **ORDER,
    **LISTS,
    "quantities": 2,
    "transaction_status": "PAID",
    "shipping_address": ADDRESS,
    "voucher": [{"voucher_name": "birthday_gift"}, {"voucher_name": "coupon"}],
    "device": "PC",
    "user_agent": None,
}
IDENTIFIERS = {"source_id": "s-1", "source_system": "pos", "phone": "886912345678", "email": "a@example.com"}
NAMES = [*FULL, *IDENTIFIERS, "coupon", "purchase_custom_size", "purchase_custom_other", "unknown"]

LIST_TEXTS = ["P001", "P002,P001", "P001,P001", "P001,P003", "P001,P004", "P001,", " P001 , P002", "P001,\u3000", ","]
NAME_TEXTS = ["Product1", "Product2,Product1", "Product1,Product1", " Product1 , Product2 ", "Product1,", "7,Product2"]
QUANTITY_TEXTS = [
    "1",
    "1, 1",
    " 1,1 ",
    "2,1",
    "1,1,1",
    "01,1",
    "1.5,0.5",
    "-1,3",
    "1,",
    "\uff11,1",
    "1\n,1",
    "1" * 16,
    f"{'1' * 400},1",
]
TIMES = ["2025-11-01", "2025-11-01T09:51:23", "20251101T095123Z", "2025-W44-6", "2025-11-01T09:51:23Z\n", "yesterday"]
NUMBERS = [0, 2, 2.0, 3, -5, 1e14, 1e15, -1e15, 10**20, 10**400, "1980", "1e3"]
TEXTS = ["", " ", "\ud83d", "單", "1", "2", "9", "paid", "pc", "CANCEL"]
NESTED = [
    [],
    {},
    [None],
    [{}],
    [{"voucher_name": ""}],
    [{"voucher_name": "x", "voucher_custom_y": 1}],
    {"default": "P001"},
]
OTHERS = [None, True, {"address1": ""}, {**ADDRESS, "unknown": 1}, {"address1": None}, {**ADDRESS, "city": {"a": None}}]
VALUES = [*LIST_TEXTS, *NAME_TEXTS, *QUANTITY_TEXTS, *TIMES, *NUMBERS, *TEXTS, *NESTED, *OTHERS]

ENVELOPE_VALUES: list[Any] = [
    None,
    "",
    "x",
    "phone",
    "member_sn",
    "\ud83d",
    0,
    0.0,
    "0",
    1,
    "1",
    2,
    True,
    False,
    [],
    {},
]
TOGETHER: list[dict[str, Any]] = [
    {"products": "P001,P005", "products_name": "Product1,"},
    {"products": "P001,", "products_name": "Product1,Product0"},
    {"products": ",", "products_name": "Product0,Product0"},
    {"products": "P001", "products_name": "Product1", "products_quantity": "3", "quantities": 3.0},
    {"products": "P001", "products_name": "Product1", "products_quantity": "1" * 400, "quantities": None},
]
"""Changes that make a difference only together."""

STATE: dict[str, Any] = {
    "members": [{"member_sn": "1", "phone": "886912345678"}, {"member_sn": "2"}, {"member_sn": "2"}],
    "products": [
        {"id": "P001", "title": "Product1"},
        {"id": "P002", "title": "Product2", "foreign_ids": {"pos": "7"}},
        {"id": "P004"},
        {"id": "P005", "title": ""},
    ],
    "custom_fields": [{"name": "purchase_custom_size", "type": "string"}],
}
EARLIER = {**STATE, "orders": [{**FULL, "coupon": "old", "transaction_revenue": 7.5, "audience_id": 1}]}


def changed_orders() -> Iterator[Any]:
    """A whole order, with each field left out, and with each value in it; and what is no order."""
    yield from (FULL, ORDER, None, [], "text")
    yield from ({**FULL, **changes} for changes in TOGETHER)
    for name in NAMES:
        yield {key: value for key, value in FULL.items() if key != name}
        yield from ({**FULL, name: value} for value in VALUES)


def changed_envelopes() -> Iterator[dict[str, Any]]:
    """The envelope of an order with each of its keys changed, and with further ones."""
    yield {"data": {key: value for key, value in FULL.items() if key != "member_sn"}}
    for name in ("tid", "api_key", "data", "debug_mode", "identifier_field", "is_anonymous", "unknown"):
        yield from ({name: value} for value in ENVELOPE_VALUES)


@pytest.fixture(scope="module", params=[STATE, EARLIER], ids=["new", "sent before"])
def organisation(request: pytest.FixtureRequest) -> OmniSegmentTenant:
    return OmniSegmentTenant(**request.param)


def call_of(
    organisation: OmniSegmentTenant,
    sent: Mapping[str, Any],
    operation: str = "importPurchaseData",
    media_type: str = "application/json",
) -> Call:
    body = loads(json.dumps({**organisation.credentials, **sent}).encode())
    headers = {"content-type": media_type}
    return Call("omnisegment", operation, Json(body.value, body.duplicates), NOW, NOW, headers=headers)


def view_of(organisation: OmniSegmentTenant) -> View:
    return View(organisation.tenant.store, NOW, contract("omnisegment"))


def decided(organisation: OmniSegmentTenant, call: Call) -> str:
    """The decisions on a call and its job, and the readings that they consulted: as text, in which 1 is not True."""
    decide = vendor("omnisegment").operations[call.operation]
    settle = with_immediate_jobs(lambda view: decide(call, view), vendor("omnisegment"))
    return repr([(decision, sorted(view.consulted)) for decision, view in settle(view_of(organisation))])


def decided_the_long_way(organisation: OmniSegmentTenant, call: Call) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_processing, "plain_order", lambda *_: None)
        patch.setattr(purchases, "is_plain_import", lambda *_: False)
        return decided(organisation, call)


@pytest.mark.parametrize("mode", [0, 1])
def test_the_fast_path_decides_an_order_like_the_slow_one(mode: int, organisation: OmniSegmentTenant) -> None:
    for order in changed_orders():
        call = call_of(organisation, {"data": order, "debug_mode": mode})
        assert decided(organisation, call) == decided_the_long_way(organisation, call), order


def test_the_fast_path_decides_a_batch_like_the_slow_one(organisation: OmniSegmentTenant) -> None:
    for order in changed_orders():
        call = call_of(organisation, {"data": [order, {**FULL, "coupon": "again"}]}, "batchImportPurchaseData")
        assert decided(organisation, call) == decided_the_long_way(organisation, call), order


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=big5", "text/plain", ""])
def test_the_fast_path_decides_an_envelope_like_the_slow_one(media_type: str, organisation: OmniSegmentTenant) -> None:
    for changes in changed_envelopes():
        call = call_of(organisation, {"data": FULL, **changes}, media_type=media_type)
        assert decided(organisation, call) == decided_the_long_way(organisation, call), changes


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "products": "P002,P001",
            "products_name": "Product2,Product1",
            "products_quantity": " 07, 3",
            "quantities": 10,
        },
        {"transaction_revenue": 0.5, "datetime": "2025-11-01"},
        {"member_sn": 1, "voucher": None, "shipping_address": None, "quantities": None},
    ],
)
def test_a_complete_order_takes_the_fast_path(changes: dict[str, Any], organisation: OmniSegmentTenant) -> None:
    assert plain_order(Draft(view_of(organisation), COLLECTIONS), {**FULL, **changes}) is not None


@pytest.mark.parametrize("top", [{}, {"debug_mode": 0}, {"debug_mode": "0"}])
def test_the_envelope_of_the_page_takes_the_fast_path(top: dict[str, Any], organisation: OmniSegmentTenant) -> None:
    assert is_plain_import(call_of(organisation, {**top, "data": ORDER}), contract("omnisegment"))


def test_an_envelope_with_a_repeated_key_takes_the_slow_path(organisation: OmniSegmentTenant) -> None:
    call = call_of(organisation, {"data": ORDER})
    repeated = replace(call, body=Json(call.json, (("/data", {}),)))
    assert not is_plain_import(repeated, contract("omnisegment"))


@pytest.mark.rule("omnisegment.purchase.datetime-form")
@pytest.mark.parametrize(("form", "is_plain"), [(r"\A\d{4}-.*\Z", True), (r"(?P<day>\d{8})T.*\Z", False)])
def test_the_form_of_a_time_may_be_any_regular_expression_of_python(
    tmp_path: Path, form: str, is_plain: bool, organisation: OmniSegmentTenant
) -> None:
    place = "/rules/omnisegment.purchase.datetime-form/values/pattern"
    overlaid = load_contract("omnisegment", edited(tmp_path, "omnisegment", "rules.yaml", put(place, form)))
    draft = Draft(View(organisation.tenant.store, NOW, overlaid), COLLECTIONS)
    assert (plain_order(draft, FULL) is not None) is is_plain
