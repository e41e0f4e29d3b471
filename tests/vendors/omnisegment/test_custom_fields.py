"""Custom fields: declared by the organisation, flat among the other keys, of the type that was declared.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockservers.core.errors import UsageError
from tests.asking import contract
from tests.vendors.omnisegment.omnisegment_tenant import ORDER, TAKEN, OmniSegmentTenant, message

SCHEMA = "#/components/schemas/{}/properties"
LIMIT = "omnisegment.custom-field.text-limit"
DECLARED = [
    {"name": "purchase_custom_text", "type": "string", "of": "purchase"},
    {"name": "purchase_custom_number", "type": "number", "of": "purchase"},
    {"name": "purchase_custom_date", "type": "date", "of": "purchase"},
    {"name": "purchase_custom_datetime", "type": "datetime", "of": "purchase"},
    {"name": "campaign", "type": "string", "of": "voucher"},
]
PRODUCT = {"id": "P1", "title": "毛衣", "link": "https://example.com", "availability": "in stock"} | {
    "image_link": "https://example.com/1.png",
    "price": "990 TWD",
}
EXAMPLE: dict[str, Any] = {
    "purchase_custom_text": "text",
    "purchase_custom_number": 1,
    "purchase_custom_date": "2077-01-01",
    "purchase_custom_datetime": "2077-01-01T00:00:00+08:00",
}


@pytest.mark.rule("omnisegment.custom-field.types")
def test_the_example_of_the_page_is_kept_if_its_fields_are_declared() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    assert omnisegment.order(**EXAMPLE).reply.body == TAKEN
    assert {name: omnisegment.orders[0][name] for name in EXAMPLE} == EXAMPLE
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.custom-field.declared")
def test_undeclared_custom_fields_are_lost() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "purchase_custom_text", "type": "string", "of": "product"}])
    assert omnisegment.order(mode=0, **EXAMPLE).reply.body == TAKEN
    assert omnisegment.silent == len(EXAMPLE)
    assert set(omnisegment.silent_rules) == {"omnisegment.custom-field.declared"}


@pytest.mark.rule("omnisegment.custom-field.declared")
def test_each_further_key_of_a_voucher_is_a_custom_field() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(mode=0, voucher=[{"voucher_name": "生日禮", "campaign": "週年慶", "note": None}], note="x")
    assert omnisegment.orders[0]["voucher"] == [{"voucher_name": "生日禮"}]
    assert set(omnisegment.silent_rules) == {"omnisegment.custom-field.declared", "omnisegment.request.unknown-key"}
    assert omnisegment.silent == 2


@pytest.mark.rule("omnisegment.custom-field.types")
@pytest.mark.parametrize(
    ("declaration", "problem"),
    [
        ({"name": "x", "type": "text"}, "no type 'text'. Fix: give `type` one of: string, number, date, datetime."),
        ({"name": "x"}, "no type None"),
        ({"name": "x", "type": ["string"]}, "no type"),
        ({"name": "x", "type": "number", "of": "voucher"}, "one of: string."),
        ({"name": "x", "type": "string", "of": "order"}, "one of: purchase, voucher, audience, product."),
        ({"name": "", "type": "string"}, "needs a name"),
        ({"name": "coupon", "type": "string"}, "a purchase has a key 'coupon' of the vendor's own. Fix: give the"),
    ],
)
def test_a_declaration_of_another_type_is_refused(declaration: dict[str, Any], problem: str) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    with pytest.raises(UsageError, match=re.escape(problem)):
        omnisegment.tenant.replace_state({"orders": [], "custom_fields": [DECLARED[0], declaration]})
    assert omnisegment.state["custom_fields"] == DECLARED


SCHEMAS = {"purchase": "PurchaseData", "voucher": "Voucher", "audience": "AudienceData", "product": "ProductData"}
OWN = {
    *((kind, name) for kind, of in SCHEMAS.items() for name in contract("omnisegment").resolve(SCHEMA.format(of))),
    *(("purchase", name) for name in ("product_lines", "audience_id")),
    *(("audience", name) for name in ("id", "history")),
    *(("product", name) for name in ("foreign_ids", "site")),
}


@pytest.mark.rule("omnisegment.custom-field.declared")
@pytest.mark.parametrize(("kind", "name"), sorted(OWN))
def test_a_custom_field_cannot_have_the_name_of_a_vendor_key(kind: str, name: str) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    with pytest.raises(UsageError, match=re.escape(f"a {kind} has a key {name!r}")):
        omnisegment.tenant.replace_state({"custom_fields": [{"name": name, "type": "string", "of": kind}]})
    assert omnisegment.state["custom_fields"] == DECLARED


@pytest.mark.rule("omnisegment.custom-field.declared")
def test_a_custom_field_cannot_have_the_name_of_any_held_key() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    omnisegment.order(mode=0, products={"default": "P1", "CRM": "C1"}, products_quantity="1")
    omnisegment.post("importProduct", PRODUCT, site="tw")
    omnisegment.post("batchImportAudience", [{"member_sn": "1", "tags": "a"}])
    state = omnisegment.state
    for kind, held in (("purchase", "orders"), ("audience", "members"), ("product", "products")):
        assert {(kind, name) for document in state[held] for name in document} <= OWN


LIMITS = [
    ("purchase", 256, LIMIT),
    ("voucher", 128, "omnisegment.custom-field.voucher-text-limit"),
    ("audience", 1025, "omnisegment.audience.custom-text-limit"),
    ("product", 256, "omnisegment.product.custom-text-limit"),
]


@pytest.mark.rule(*(rule for _, _, rule in LIMITS))
@pytest.mark.parametrize(("kind", "most", "rule"), LIMITS)
def test_each_limit_equals_the_one_on_its_page(kind: str, most: int, rule: str) -> None:
    for length, refused in ((most, set[str]()), (most + 1, {rule})):
        omnisegment = OmniSegmentTenant(custom_fields=[{"name": "note", "type": "string", "of": kind}])
        send_custom(omnisegment, kind, "文" * length)
        assert set(omnisegment.silent_rules) == refused
    cutting = OmniSegmentTenant(
        custom_fields=[{"name": "note", "type": "string", "of": kind}], readings={rule: "truncate"}
    )
    send_custom(cutting, kind, "文" * (most + 9))
    assert (cutting.items.get("kept"), cutting.silent_rules) == (1, [rule])
    assert contract("omnisegment").rule(rule).provenance_of["condition"] == (
        "documented" if kind == "purchase" else "elsewhere-documented"
    )


@pytest.mark.rule("omnisegment.batch.twice")
@pytest.mark.parametrize("kind", ["purchase", "audience"])
@pytest.mark.parametrize(
    ("field_type", "first", "second", "lost"),
    [
        ("datetime", "2077-01-01T00:00:00+08:00", "2076-12-31T16:00:00Z", False),
        ("datetime", "2077-01-01T00:00:00+08:00", "2077-01-01T00:00:00Z", True),
        ("number", 1, 1.0, False),
        ("string", "2077-01-01T00:00:00+08:00", "2076-12-31T16:00:00Z", True),
    ],
)
def test_equality_of_custom_field_values_follows_their_type(
    kind: str, field_type: str, first: Any, second: Any, lost: bool
) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "note", "type": field_type, "of": kind}])
    item, operation = {
        "purchase": (ORDER, "batchImportPurchaseData"),
        "audience": ({"member_sn": "9"}, "batchImportAudience"),
    }[kind]
    omnisegment.post(operation, [{**item, "note": first}, {**item, "note": second}])
    assert omnisegment.items == {"sent": 2, "overwritten" if lost else "kept": 1, "updated": 1}


@pytest.mark.rule("omnisegment.audience.custom-types")
@pytest.mark.parametrize("value", [1, -2.5, "1", "-2.5"])
@pytest.mark.parametrize("wrong", ["abc", "1,000", "\uff11", "1e2", " 1", "NaN", True, [1]])
def test_a_number_of_a_member_may_be_text_that_states_one(value: Any, wrong: Any) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "points", "type": "number", "of": "audience"}])
    assert omnisegment.post("importAudience", {"member_sn": "1", "points": value}).reply.status == 200
    assert omnisegment.post("importAudience", {"member_sn": "1", "points": wrong}).reply.status == 400
    assert omnisegment.state["members"] == [{"id": 1, "member_sn": "1", "points": value}]


@pytest.mark.rule(
    "omnisegment.custom-field.types", "omnisegment.audience.custom-types", "omnisegment.product.custom-types"
)
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("purchase", "omnisegment.custom-field.types"),
        ("voucher", "omnisegment.custom-field.types"),
        ("audience", "omnisegment.audience.custom-types"),
        ("product", "omnisegment.product.custom-types"),
    ],
)
def test_the_types_of_custom_fields_equal_those_on_the_page(kind: str, rule: str) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "note", "type": "string", "of": kind}])
    send_custom(omnisegment, kind, 5)
    assert omnisegment.silent_rules == [rule]
    reading = {
        "audience": "omnisegment.audience.types",
        "product": "omnisegment.product.types",
    }.get(kind, "omnisegment.purchase.types")
    lenient = OmniSegmentTenant(
        custom_fields=[{"name": "note", "type": "string", "of": kind}], readings={reading: "coerce"}
    )
    send_custom(lenient, kind, 5)
    assert (lenient.items.get("kept"), lenient.silent, lenient.rules("coerced")) == (1, 0, {rule})


def send_custom(omnisegment: OmniSegmentTenant, kind: str, value: Any) -> None:
    """Send what has a custom field of that name, without a report of errors."""
    match kind:
        case "purchase":
            omnisegment.order(mode=0, note=value)
        case "voucher":
            omnisegment.order(mode=0, voucher=[{"voucher_name": "生日禮", "note": value}])
        case "audience":
            omnisegment.post("batchImportAudience", [{"member_sn": "9", "note": value}])
        case _:
            omnisegment.post("importProduct", {**PRODUCT, "note": value})


@pytest.mark.rule("omnisegment.custom-field.types")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purchase_custom_text", 5),
        ("purchase_custom_number", "1"),
        ("purchase_custom_number", True),
        ("purchase_custom_date", "2077-02-30"),
        ("purchase_custom_date", "2077/01/01"),
        ("purchase_custom_datetime", "tomorrow"),
        ("purchase_custom_datetime", 1721008283),
    ],
)
def test_a_value_of_another_type_loses_the_order(name: str, value: Any) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    assert message(omnisegment.order(**{name: value})).startswith("Input Error: ")
    assert omnisegment.order(mode=0, **{name: value}).reply.body == TAKEN
    assert omnisegment.silent_rules == ["omnisegment.custom-field.types"]


@pytest.mark.rule(LIMIT)
@pytest.mark.parametrize("letter", ["a", "文", "ї", "😀"])
def test_text_has_at_most_256_characters(letter: str) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    assert omnisegment.order(purchase_custom_text=letter * 256).reply.body == TAKEN
    answer = omnisegment.order(purchase_custom_text=letter * 257)
    assert message(answer) == "Input Error: purchase_custom_text exceeds 256 characters"
    assert omnisegment.rules("refused") == {LIMIT}


@pytest.mark.rule(LIMIT)
def test_longer_text_is_truncated_under_the_other_reading() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED, readings={LIMIT: "truncate"})
    omnisegment.order(mode=0, purchase_custom_text="文" * 300)
    assert omnisegment.orders[0]["purchase_custom_text"] == "文" * 256
    assert omnisegment.silent_rules == [LIMIT]


@pytest.mark.rule("omnisegment.custom-field.empty")
def test_an_empty_value_of_a_custom_field_is_skipped() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    omnisegment.order(purchase_custom_number="", purchase_custom_text="")
    assert "purchase_custom_number" not in omnisegment.orders[0]
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.custom-field.types")
@pytest.mark.parametrize("empty", ["", None])
def test_vouchers_have_their_own_custom_fields(empty: str | None) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=DECLARED)
    birthday, other = {"voucher_name": "生日禮", "campaign": "週年慶"}, {"voucher_name": "б", "campaign": empty}
    omnisegment.order(voucher=[birthday, other])
    assert omnisegment.orders[0]["voucher"] == [
        {"voucher_name": "生日禮", "campaign": "週年慶"},
        {"voucher_name": "б"},
    ]
    assert omnisegment.order(voucher=[{"voucher_name": "生日禮", "campaign": 5}]).reply.status == 400
    omnisegment.order(campaign="週年慶")
    assert omnisegment.rules("ignored") == {"omnisegment.request.unknown-key"}
