"""Products, imported one by one.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Product-API
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant, body, message

PRODUCT: dict[str, Any] = {
    "id": "P001",
    "title": "一件普通衣服",
    "link": "https://example.com/products/1",
    "availability": "in stock",
    "image_link": "https://example.com/1.png",
    "price": "999 TWD",
}
TAKEN = b'{"SUCCESS":true,"PAYLOAD":{"status":"OK"}}'


def product(omnisegment: OmniSegmentTenant, **changes: Any) -> bytes:
    return omnisegment.post("importProduct", {**PRODUCT, **changes}, site=None).reply.body


@pytest.mark.rule("omnisegment.product.background")
def test_a_product_is_kept_and_then_updated() -> None:
    omnisegment = OmniSegmentTenant()
    assert product(omnisegment) == TAKEN
    assert product(omnisegment, price=1000) == TAKEN
    assert omnisegment.state["products"] == [{**PRODUCT, "price": 1000}]
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule("omnisegment.product.required")
@pytest.mark.parametrize("name", list(PRODUCT))
def test_a_product_without_a_required_field_is_lost_silently(name: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert product(omnisegment, **{name: None}) == TAKEN
    assert omnisegment.silent_rules == ["omnisegment.product.required"]
    assert omnisegment.state["products"] == []


@pytest.mark.rule("omnisegment.product.required")
@pytest.mark.parametrize("ids", [{}, {"CRM": "c"}, {"default": ""}, ""])
def test_a_product_needs_an_id_of_the_default_system(ids: Any) -> None:
    omnisegment = OmniSegmentTenant()
    product(omnisegment, id=ids)
    assert omnisegment.silent_rules == ["omnisegment.product.required"]


@pytest.mark.rule("omnisegment.product.types")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("link", "example.com/1"),
        ("price", "NT$999"),
        ("price", "1,999"),
        ("title", 7),
        ("id", 1),
        ("sale_price", "cheap"),
        ("price", "999 twd"),
        ("id", {"default": 1}),
    ],
)
def test_a_product_with_an_invalid_field_is_lost_silently(name: str, value: Any) -> None:
    omnisegment = OmniSegmentTenant()
    assert product(omnisegment, **{name: value}) == TAKEN
    assert omnisegment.silent_rules == ["omnisegment.product.types"]


@pytest.mark.rule("omnisegment.products.foreign-ids")
def test_a_product_of_several_systems_is_found_by_any_of_its_ids() -> None:
    omnisegment = OmniSegmentTenant()
    product(omnisegment, id={"default": "P001", "CRM": "crm_id", "ERP": "erp_id"})
    omnisegment.order(products={"ERP": "erp_id"}, products_quantity="2")
    [line] = body(omnisegment.read())["data"][0]["products"]
    assert line == {
        "product_id": "P001",
        "product_name": "一件普通衣服",
        "product_price": 999.0,
        "product_quantity": 2,
    }


@pytest.mark.rule("omnisegment.custom-field.types", "omnisegment.request.unknown-key")
def test_products_have_custom_fields_and_ignore_other_keys() -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "season", "type": "string", "of": "product"}])
    product(omnisegment, season="秋", colour="сірий")
    assert omnisegment.state["products"] == [{**PRODUCT, "season": "秋"}]
    assert omnisegment.silent_rules == ["omnisegment.request.unknown-key"]


@pytest.mark.rule("omnisegment.envelope.data-type")
def test_a_list_of_products_is_not_one_product() -> None:
    answer = OmniSegmentTenant().post("importProduct", [PRODUCT])
    assert message(answer) == "Input Error: type of data should be dict instead of <class 'list'>"


@pytest.mark.rule("omnisegment.product.empty-value")
@pytest.mark.parametrize("empty", [None, ""])
def test_a_field_of_a_product_that_is_sent_again_empty_stays(empty: Any) -> None:
    omnisegment = OmniSegmentTenant(custom_fields=[{"name": "material", "type": "string", "of": "product"}])
    omnisegment.post("importProduct", {**PRODUCT, "material": "羊毛", "brand": "甲"})
    omnisegment.post("importProduct", {**PRODUCT, "material": empty, "brand": None})
    [product] = omnisegment.state["products"]
    assert (product["material"], product["brand"]) == ("羊毛", "甲")
    findings = [finding for finding in omnisegment.ledger["findings"] if finding["outcome"] == "ignored"]
    assert sorted(finding["where"] for finding in findings) == [["/data/brand"], ["/data/material"]]
    assert omnisegment.silent == (0 if empty is None else 1)  # a null says nothing that could be lost


@pytest.mark.rule("omnisegment.product.background")
def test_the_site_of_a_product_is_held_with_it() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.post("importProduct", PRODUCT, site="tw")
    assert omnisegment.state["products"][0]["site"] == "tw"
    assert omnisegment.ledger["findings"] == []


@pytest.mark.rule("omnisegment.product.background")
def test_the_site_of_a_lost_product_is_named_and_is_not_a_second_loss() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.post("importProduct", {**PRODUCT, "link": "x"}, site="tw")
    assert (omnisegment.silent, omnisegment.silent_rules) == (1, ["omnisegment.product.types"])
    assert omnisegment.rules("ignored") == {"omnisegment.product.background"}


@pytest.mark.rule("omnisegment.product.types")
@pytest.mark.parametrize(("reading", "held"), [("refuse", []), ("coerce", ["7"])])
def test_the_site_of_a_product_is_text(reading: str, held: list[str]) -> None:
    omnisegment = OmniSegmentTenant(readings={"omnisegment.product.types": reading})
    omnisegment.post("importProduct", PRODUCT, site=7)
    assert [each["site"] for each in omnisegment.state["products"]] == held
    assert omnisegment.silent_rules == ([] if held else ["omnisegment.product.types"])
    others: list[Any] = [0, False, ["tw"], {}]
    for wrong in others:
        omnisegment.post("importProduct", {**PRODUCT, "id": "P002"}, site=wrong)
    held_now = [each["id"] for each in omnisegment.state["products"]]
    assert held_now == (["P001", "P002"] if held else [])  # 0 is text as well, and nothing else is
