"""The mock against a naive model of the vendor, over any sequence of members and mappings, under every reading.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Audience-API
https://github.com/beBit-tech/omnisegment-api-docs/wiki/Audience-Mapping-API
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.vendors.omnisegment.naive_members import CUSTOM, NaiveMembers
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant
from tests.vendors.under_readings import UnderReadings, stateful_test

FIELDS: dict[str, list[Any]] = {
    "member_sn": ["1", "2", 1, "", None, "none"],
    "email": ["a@b.tw", "c@d.tw", "", "none"],
    "phone": ["+886912345678", "+81312345678", None],
    "line_id": ["U1", "U2"],
    "source_id": ["C-1", "C-2", ""],
    "source_system": ["CRM", "offline", None],
    "name": ["王小明", "", 7],
    "first_name": ["小明", "none"],
    "city": ["台北", "Київ", None, "none"],
    "sex": ["male", "male", "?"],
    "tags": ["a", "b,c", ""],
    "vip": ["x", "y", "none", {}, [None], None],
    CUSTOM: ["備" * 1025, "😀" * 1026, "none", "", 7],
}
TIE: dict[str, list[Any]] = {
    **{name: FIELDS[name][:3] for name in ("member_sn", "email", "line_id")},
    "phone": ["+886912345678", "7", 7, True, None],
    "source_id": ["C-1", "C-2", "", 7, 0],
    "source_system": ["CRM", "offline", 7],
    "mapping_key": ["phone", "member_sn", "email", "messenger_psid", 7, None],
    "note": ["x", [], None],
}
CHOICES = {
    "request.unknown-key": ["ignore", "refuse"],
    "audience.types": ["refuse", "coerce"],
    "batch.partial-failure": ["others-kept", "none-kept"],
    "audience.custom-text-limit": ["refuse", "truncate"],
    "mapping.types": ["refuse", "coerce"],
    "mapping.unknown-member-sn": ["accept", "refuse"],
}
MEMO = {"name": CUSTOM, "type": "string", "of": "audience"}
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "merge_key": st.sampled_from(["member_sn", "email", "phone"]),
        "tag_mode": st.sampled_from(["append", "replace"]),
        "ignore_empty_value": st.booleans(),
    },
)


@st.composite
def drawn(draw: st.DrawFn, fields: dict[str, list[Any]], *always: str) -> dict[str, Any]:
    """Some of the fields, with few values, so that members meet again."""
    names = {*always} ^ set(draw(st.lists(st.sampled_from(sorted(fields)), max_size=5)))
    wild = draw(st.integers(0, 2)) == 2
    return {name: draw(st.sampled_from(fields[name] if wild else fields[name][:2])) for name in sorted(names)}


MEMBER = drawn(FIELDS, "member_sn")


class AgainstNaiveMembers(UnderReadings):
    vendor = "omnisegment"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = OmniSegmentTenant(members=[], custom_fields=[MEMO], readings=self.ids(readings))
        self.naive = NaiveMembers(readings)

    @rule(sent=MEMBER, options=OPTIONS)
    def member(self, sent: dict[str, Any], options: dict[str, Any]) -> None:
        answer = self.mock.post("importAudience", sent, **options)
        assert answer.reply.status == self.naive.member(sent, options)

    @rule(sent=st.lists(MEMBER, min_size=1, max_size=3), options=OPTIONS)
    def batch(self, sent: list[dict[str, Any]], options: dict[str, Any]) -> None:
        assert self.mock.post("batchImportAudience", sent, **options).reply.status == 200
        self.naive.batch(sent, options)

    @rule(sent=drawn(TIE, "source_id", "source_system", "mapping_key", "phone", "member_sn"))
    def mapping(self, sent: dict[str, Any]) -> None:
        assert self.mock.map(**sent).reply.status == self.naive.mapping(sent)

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        assert state["members"] == self.naive.members
        assert state["source_ids"] == list(self.naive.ties.values())


TestAgainstNaiveMembers = pytest.mark.rule(
    "omnisegment.audience.empty-values",
    "omnisegment.audience.custom-text-limit",
    "omnisegment.audience.headless",
    "omnisegment.audience.tags",
    "omnisegment.batch.twice",
    "omnisegment.mapping.headless",
    "omnisegment.mapping.types",
    "omnisegment.mapping.unknown-member-sn",
)(stateful_test(AgainstNaiveMembers, steps=12, examples=2))
