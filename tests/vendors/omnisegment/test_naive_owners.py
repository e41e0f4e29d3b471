"""The mock against a naive model of whose an order is: any look-up, any mapping, under every reading.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.vendors.omnisegment.naive_owners import NaiveOwners
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant
from tests.vendors.under_readings import UnderReadings, stateful_test

SHARED = "+886912345678"
MEMBERS = [
    {"member_sn": "1", "phone": SHARED, "email": "a@b.tw", "line_id": "U1"},
    {"member_sn": "客-2", "phone": SHARED, "messenger_psid": "7"},
    {"email": "c@d.tw"},
]
TIES = [
    {"source_id": "C-1", "source_system": "CRM", "member_sn": "客-2"},
    {"source_id": "C-9", "source_system": "CRM", "member_sn": "9"},
]
FIELDS: dict[str, list[Any]] = {
    "transaction_id": ["A", "單-2"],
    "member_sn": ["1", "客-2", "9", 1, "", None],
    "source_id": ["C-1", "C-2", "C-9", "", None],
    "source_system": ["CRM", "offline", None],
    "phone": [SHARED, "0912345678", "", None],
    "email": ["a@b.tw", "c@d.tw", "A@b.tw", None],
    "line_id": ["U1", "U9", ""],
    "messenger_psid": ["7", "8", None],
}
IDENTIFIER_FIELDS = ["line_id", "phone", "email", "messenger_psid", "member_sn", "", None, "Email", 7]
TOP = st.fixed_dictionaries(
    {},
    optional={
        "identifier_field": st.sampled_from(IDENTIFIER_FIELDS),
        "is_anonymous": st.sampled_from([True, False, "true", None]),
    },
)
CHOICES = {
    "member.identifier-options": ["refuse", "as-default"],
    "member.identifier-empty": ["absent", "refuse"],
    "member.identifier-only": ["identifier-only", "fall-back"],
    "member.unmapped-source-id": ["refuse", "create"],
    "member.unknown": ["accept", "refuse"],
    "member.anonymous": ["unknown-key", "anonymous-order"],
    "request.unknown-key": ["ignore", "refuse"],
}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """An order with some of the keys by which its member may be found."""
    wild = draw(st.integers(0, 2)) == 2
    names = {"transaction_id", *draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=4))}
    drawn = {name: draw(st.sampled_from(FIELDS[name] if wild else FIELDS[name][:2])) for name in sorted(names)}
    return {**drawn, "datetime": "2025-11-01T09:51:23+0800", "transaction_revenue": 1980, "transaction_status": "PAID"}


class AgainstNaiveOwners(UnderReadings):
    vendor = "omnisegment"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = OmniSegmentTenant(members=MEMBERS, source_ids=TIES, readings=self.ids(readings))
        self.naive = NaiveOwners(readings, MEMBERS, TIES)

    @rule(sent=orders(), top=TOP)
    def order(self, sent: dict[str, Any], top: dict[str, Any]) -> None:
        assert self.mock.send(sent, 1, top).reply.status == self.naive.order(sent, top)

    @rule(sent=st.lists(orders(), min_size=1, max_size=3), top=TOP)
    def batch(self, sent: list[dict[str, Any]], top: dict[str, Any]) -> None:
        answer = self.mock.post("batchImportPurchaseData", sent, **top)
        assert answer.reply.status == self.naive.batch(sent, top)

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        members = [{name: each[name] for name in each if name != "history"} for each in state["members"]]
        assert members == self.naive.members
        assert state["source_ids"] == list(self.naive.ties.values())
        assert {order["transaction_id"]: order for order in state["orders"]} == self.naive.orders


TestAgainstNaiveOwners = pytest.mark.rule(
    "omnisegment.member.by-member-sn",
    "omnisegment.member.by-identifier",
    "omnisegment.member.identifier-only",
    "omnisegment.member.identifier-options",
    "omnisegment.member.identifier-empty",
    "omnisegment.member.source-system",
    "omnisegment.member.unmapped-source-id",
    "omnisegment.member.anonymous",
    "omnisegment.resend.other-member",
)(stateful_test(AgainstNaiveOwners, steps=8))
