"""The mock against a naive model of the vendor, over any sequence of orders in every mode: answers, state, ledger.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API, under every reading
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mockservers.core.tenancy.tenant import Answer
from mockservers.core.values.numbers import exact
from tests.vendors.omnisegment.naive import Naive
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant
from tests.vendors.under_readings import UnderReadings, stateful_test

FIELDS: dict[str, list[Any]] = {
    "transaction_id": ["A", "單-2", "", None, 7],
    "datetime": ["2025-11-01T09:51:23+0800", "2025-11-02T00:00:00Z", "01/11/2025", None, "20251103T101500Z"],
    "transaction_revenue": [1980, 0.1, None, True, "12.5", "1,980"],
    "member_sn": ["1", "2", "9", "", None, 1],
    "transaction_status": ["SUCCESS", "REFUND", "refund", None],
    "coupon": ["雙11", "B", None, 5, "B\ud83d"],
    "products": [
        "P1",
        "P1,P2",
        "P2,P1",
        {"default": "P1,P2", "CRM": "c1,c2"},
        {"CRM": "c2,c1"},
        {"CRM": "c9"},
        {"default": "P2, P3", "CRM": None},
        {"CRM": "c1", "ERP": "e2"},
        {"default": "P2", "ERP": "e2"},
        "P2,,P1",
        ",",
        None,
        "",
    ],
    "products_name": ["毛衣", "Tea, Cup", "Kaffee", None, ""],
    "products_quantity": ["1", "2,3", "x", None, "", "4,"],
    "shipping_address": [
        {"address1": "x", "city": "y"},
        {"address1": "", "city": "y"},
        {"address1": "z"},
        {"address1": "x", "city": None},
        {"city": "y"},
        None,
    ],
    "note": ["x", {"a": None}, None],
}
CONTENT_TYPES = st.sampled_from([*["application/json"] * 5, "text/plain"])
CHOICES = {
    "request.content-type": ["accept", "refuse"],
    "request.half-character": ["accept", "refuse"],
    "envelope.data-type": ["at-once", "in-processing"],
    "debug-mode.other-value": ["as-0", "refuse"],
    "debug-mode.required-keys": ["in-processing", "at-once"],
    "purchase.datetime-form": ["iso8601", "usual"],
    "purchase.revenue": ["refuse", "coerce"],
    "purchase.empty-text": ["accept", "refuse"],
    "products.list-lengths": ["refuse", "zip-truncate"],
    "products.unknown-foreign-id": ["without-line", "refuse", "create"],
    "products.several-ids": ["first", "refuse"],
    "request.unknown-key": ["ignore", "refuse"],
    "member.unknown": ["accept", "refuse"],
    "purchase.types": ["refuse", "coerce"],
    "purchase.status": ["refuse", "store"],
    "resend.omitted-fields": ["merge", "replace"],
    "resend.omitted-status": ["back-to-default", "keep"],
    "batch.partial-failure": ["others-kept", "none-kept"],
}
RIGHT = {"products": 8, "shipping_address": 4, "transaction_status": 3}
"""How many of a field's values, the first ones, are right; two where it is not listed."""
WHOLE = {"transaction_id", "datetime", "transaction_revenue", "member_sn"}
MODES = st.sampled_from([0, 1, "0", "1", None, True, 2])


@st.composite
def orders(draw: st.DrawFn) -> Any:
    """An order: mostly a right one, of few ids and values, so that orders meet again."""
    if draw(st.integers(0, 15)) == 15:
        return draw(st.sampled_from([{}, {"transaction_id": "A"}, [1], "x"]))
    names = WHOLE ^ set(draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=4)))
    wild = draw(st.integers(0, 3)) == 3
    return {
        name: draw(st.sampled_from(FIELDS[name] if wild else FIELDS[name][: RIGHT.get(name, 2)]))
        for name in sorted(names | WHOLE)
    }


class AgainstNaiveModel(UnderReadings):
    vendor = "omnisegment"
    choices = CHOICES
    mock: OmniSegmentTenant

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = OmniSegmentTenant(members=[{"member_sn": "1"}, {"member_sn": "2"}], readings=self.ids(readings))
        self.naive = Naive(readings, "1", "2")

    @rule(sent=orders(), mode=MODES, content_type=CONTENT_TYPES)
    def order(self, sent: Any, mode: Any, content_type: str) -> None:
        debug = {} if mode is None else {"debug_mode": mode}
        answer = self._send("importPurchaseData", sent, content_type, debug)
        assert answer.reply.status == self.naive.order(sent, mode, content_type)

    @rule(sent=st.lists(orders(), min_size=1, max_size=3), content_type=CONTENT_TYPES)
    def batch(self, sent: list[Any], content_type: str) -> None:
        answer = self._send("batchImportPurchaseData", sent, content_type, {})
        if not self.naive.reads(sent, content_type):
            self.naive.outcomes["refused"] += len(sent)
            assert answer.reply.status == 400
            return
        assert answer.reply.status == 200
        self.naive.batch(sent)

    def _send(self, operation: str, sent: Any, content_type: str, top: dict[str, Any]) -> Answer:
        body = {**self.mock.credentials, **top, "data": sent}
        return self.mock.ask(operation, body, headers={"Content-Type": content_type})

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        held = {
            order["transaction_id"]: {name: value for name, value in order.items() if name != "audience_id"}
            for order in state["orders"]
        }
        assert held == self.naive.orders
        catalogue = self.naive.catalogue
        assert {product["id"]: product["title"] for product in state["products"]} == catalogue.titles
        ids = {product["id"]: product["foreign_ids"] for product in state["products"] if "foreign_ids" in product}
        assert ids == {product: noted for product, noted in catalogue.ids.items() if noted}
        for member in state["members"]:
            history = member.get("history", {})
            orders_held, total = self.naive.paid_by(member["member_sn"])
            assert history.get("orders", 0) == orders_held
            assert exact(history.get("total_revenue", 0)) == total


TestAgainstNaiveModel = pytest.mark.rule(
    "omnisegment.debug-mode.background",
    "omnisegment.debug-mode.at-once",
    "omnisegment.resend.updates",
    "omnisegment.resend.omitted-status",
    "omnisegment.products.name-of-existing",
)(stateful_test(AgainstNaiveModel, steps=15))
