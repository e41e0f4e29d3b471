"""The mock against a naive model of an order's device, custom field and vouchers, under every reading of them.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.vendors.omnisegment.naive_fields import MEMO, NOTE, NaiveFields
from tests.vendors.omnisegment.omnisegment_tenant import ORDER, OmniSegmentTenant
from tests.vendors.under_readings import UnderReadings, stateful_test

FIELDS: dict[str, list[Any]] = {
    "device": ["PC", "IPAD", "pc", "MobileWeb", "TV", "ıPAD", "PC ", "", 7, None],
    MEMO: ["備" * 256, "x", "😀" * 257, "é" * 129, "", 7, True, None],
    "voucher": [
        [{"voucher_name": "生日", NOTE: "Ж" * 128}],
        [{"voucher_name": "B"}, {"voucher_name": "生日"}],
        [{"voucher_name": "生日", NOTE: "Ж" * 129}],
        [{"voucher_name": "生日", NOTE: ""}, {"voucher_name": "B", NOTE: "b"}],
        [{"voucher_name": "B", NOTE: "b"}, {"voucher_name": "B", NOTE: "c"}],
        [{"voucher_name": "B", "other": "o"}],
        [{NOTE: "n"}],
        [],
        None,
    ],
}
CUSTOM_FIELDS = [
    {"name": MEMO, "type": "string", "of": "purchase"},
    {"name": NOTE, "type": "string", "of": "voucher"},
]
CHOICES = {
    "purchase.device": ["refuse", "drop-field"],
    "purchase.device-case": ["accept", "refuse"],
    "purchase.types": ["refuse", "coerce"],
    "custom-field.text-limit": ["refuse", "truncate"],
    "custom-field.voucher-text-limit": ["refuse", "truncate"],
}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """A right order, with some of the fields that the model is about."""
    fields = draw(st.sets(st.sampled_from(sorted(FIELDS))))
    drawn = {name: draw(st.sampled_from(FIELDS[name])) for name in sorted(fields)}
    return {**ORDER, "transaction_status": "PAID", "transaction_id": draw(st.sampled_from(["A", "單-2"])), **drawn}


class AgainstNaiveFields(UnderReadings):
    vendor = "omnisegment"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = OmniSegmentTenant(custom_fields=CUSTOM_FIELDS, readings=self.ids(readings))
        self.naive = NaiveFields(readings)

    @rule(sent=orders())
    def order(self, sent: dict[str, Any]) -> None:
        assert self.mock.send(sent).reply.status == self.naive.order(sent)

    @rule(sent=st.lists(orders(), min_size=1, max_size=3))
    def batch(self, sent: list[dict[str, Any]]) -> None:
        assert self.mock.post("batchImportPurchaseData", sent).reply.status == 200
        self.naive.batch(sent)

    @invariant()
    def both_hold_the_same(self) -> None:
        held = {
            order["transaction_id"]: {name: value for name, value in order.items() if name != "audience_id"}
            for order in self.mock.orders
        }
        assert held == self.naive.orders


TestAgainstNaiveFields = pytest.mark.rule(
    "omnisegment.purchase.device",
    "omnisegment.purchase.device-case",
    "omnisegment.purchase.voucher",
    "omnisegment.custom-field.declared",
    "omnisegment.custom-field.empty",
    "omnisegment.custom-field.text-limit",
    "omnisegment.custom-field.voucher-text-limit",
)(stateful_test(AgainstNaiveFields, steps=8))
