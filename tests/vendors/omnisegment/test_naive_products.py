"""The mock against a naive model of the vendor, over any sequence of products, under every reading.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Product-API
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.vendors.omnisegment.naive_products import CUSTOM, REQUIRED, NaiveProducts
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant
from tests.vendors.under_readings import UnderReadings, stateful_test

FIELDS: dict[str, list[Any]] = {
    "id": [
        "P1",
        {"default": "P1", "CRM": "C1"},
        {"default": "P2", "CRM": "C1", "ERP": "E1"},
        {"default": "品-3", "CRM": "C2"},
        {"default": "P1", "CRM": None},
        {"CRM": "C1"},
        {"default": "P2", "CRM": 5},
        "",
        None,
        7,
    ],
    "title": ["灰色毛衣", "Сорочка", "", None, 7],
    "link": ["https://example.com/1", "http://example.com/2", "example.com", None],
    "availability": ["in stock", "preorder", None],
    "image_link": ["https://example.com/1.png", "x", None],
    "price": ["1980", "12.50 TWD", 7, "free", None],
    "sale_price": ["990", "", None, 5.5],
    "brand": ["A", None, "乙", 5],
    "product_type": ["衣", None],
    "vip": ["x", "y", "", {"a": None}, None],
    CUSTOM: ["Я" * 256, "𠮷" * 257, "", 7, None],
}
OPTIONAL = ("sale_price", "brand", "product_type", "vip", CUSTOM)
MEMO = {"name": CUSTOM, "type": "string", "of": "product"}
CHOICES = {
    "request.unknown-key": ["ignore", "refuse"],
    "product.types": ["refuse", "coerce"],
    "product.custom-text-limit": ["refuse", "truncate"],
}


@st.composite
def products(draw: st.DrawFn) -> Any:
    """Mostly right products, with few values, so that they meet again."""
    if draw(st.integers(0, 19)) == 19:
        return draw(st.sampled_from([None, {}, [], "P1", [1]]))
    wild = draw(st.integers(0, 3)) == 3
    names = {"id", *REQUIRED, *draw(st.lists(st.sampled_from(OPTIONAL), max_size=3))}
    names -= {draw(st.sampled_from(REQUIRED))} if wild and draw(st.booleans()) else set()
    made = {name: draw(st.sampled_from(FIELDS[name] if wild else FIELDS[name][:2])) for name in sorted(names)}
    return {**made, "id": draw(st.sampled_from(FIELDS["id"] if wild else FIELDS["id"][:5]))}


class AgainstNaiveProducts(UnderReadings):
    vendor = "omnisegment"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = OmniSegmentTenant(custom_fields=[MEMO], readings=self.ids(readings))
        self.naive = NaiveProducts(readings)

    @rule(sent=products(), site=st.sampled_from([None, "tw", "客", "", 7, []]))
    def product(self, sent: Any, site: Any) -> None:
        answer = self.mock.post("importProduct", sent, site=site)
        assert answer.reply.status == self.naive.product(sent, site)

    @invariant()
    def both_hold_the_same(self) -> None:
        held = {product["id"]: product for product in self.mock.state["products"]}
        ids = {number: product.pop("foreign_ids") for number, product in held.items() if "foreign_ids" in product}
        assert held == self.naive.products
        assert ids == {number: noted for number, noted in self.naive.ids.items() if noted}


TestAgainstNaiveProducts = pytest.mark.rule(
    "omnisegment.product.background",
    "omnisegment.product.required",
    "omnisegment.product.types",
    "omnisegment.product.empty-value",
    "omnisegment.product.custom-text-limit",
    "omnisegment.products.id-moves",
)(stateful_test(AgainstNaiveProducts, steps=10))
