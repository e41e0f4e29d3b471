"""Ids of other systems, tied to members.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Audience-Mapping-API
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import SEVEN_KEYS, TAKEN, OmniSegmentTenant, body, message

UNKNOWN = "omnisegment.mapping.unknown-member-sn"
TIE: dict[str, Any] = {"source_id": "12345", "source_system": "CRM", "mapping_key": "phone", "phone": "+886987654321"}


@pytest.mark.rule("omnisegment.mapping.missing-key")
@pytest.mark.parametrize("gone", ["source_id", "source_system", "mapping_key"])
@pytest.mark.parametrize("nothing", ["absent", None, ""])
def test_a_mapping_without_one_of_its_keys_is_refused(gone: str, nothing: str | None) -> None:
    omnisegment = OmniSegmentTenant()
    sent = {name: value for name, value in TIE.items() if name != gone}
    answer = omnisegment.map(**(sent if nothing == "absent" else {**sent, gone: nothing}))
    text = "Missing Input Error: source_id, source_system and mapping_key are required"
    assert (answer.reply.status, message(answer), list(body(answer))) == (400, text, SEVEN_KEYS)
    assert omnisegment.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("omnisegment.mapping.options")
@pytest.mark.parametrize("key", ["messenger_psid", "Phone", "source_id"])
def test_another_mapping_key_is_refused(key: str) -> None:
    answer = OmniSegmentTenant().map(**{**TIE, "mapping_key": key, key: "x"})
    assert message(answer) == "Input Error: mapping_key should be one of ['member_sn', 'phone', 'email', 'line_id']"


@pytest.mark.rule("omnisegment.mapping.types")
@pytest.mark.parametrize("wrong", [{"source_id": 12345}, {"phone": 886987654321.5}, {"mapping_key": ["phone"]}])
def test_a_mapping_with_a_value_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.map(**{**TIE, **wrong}).reply.status == 400
    assert omnisegment.state["source_ids"] == []


@pytest.mark.rule("omnisegment.mapping.value")
@pytest.mark.parametrize("nothing", ["", None])
def test_the_value_of_the_mapping_key_is_required(nothing: str | None) -> None:
    assert message(OmniSegmentTenant().map(**{**TIE, "phone": nothing})) == "Missing Input Error: Missing phone"


@pytest.mark.rule("omnisegment.mapping.headless")
def test_a_mapping_creates_a_headless_member_that_orders_find() -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.map(**TIE).reply.body == TAKEN
    made = omnisegment.state["members"][1]
    assert made == {"id": 2, "phone": "+886987654321", "is_headless_account": True}
    assert omnisegment.order(member_sn=None, source_id="12345", source_system="CRM").reply.body == TAKEN
    assert omnisegment.orders[0]["audience_id"] == 2
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.mapping.headless")
@pytest.mark.parametrize("key", ["member_sn", "phone", "email", "line_id"])
def test_a_mapping_ties_an_existing_member(key: str) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "1", "phone": "x", "email": "x", "line_id": "x", key: "x"}])
    omnisegment.map(source_id="店-1", source_system="offline", mapping_key=key, **{key: "x"})
    assert len(omnisegment.state["members"]) == 1
    assert omnisegment.state["source_ids"][0]["audience_id"] == 1
    omnisegment.map(source_id="店-1", source_system="offline", mapping_key=key, **{key: "x"})
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule(UNKNOWN)
def test_a_mapping_to_an_unknown_member_sn_waits_for_the_member() -> None:
    default = OmniSegmentTenant(members=[])
    tie = {"source_id": "C-1", "source_system": "CRM", "mapping_key": "member_sn", "member_sn": "9"}
    assert default.map(**tie).reply.body == TAKEN
    assert (default.state["members"], default.rules()) == ([], {UNKNOWN})
    default.post("importAudience", {"member_sn": "9"})
    default.order(member_sn=None, source_id="C-1", source_system="CRM")
    assert default.orders[0]["audience_id"] == 1
    strict = OmniSegmentTenant(members=[], readings={UNKNOWN: "refuse"})
    assert message(strict.map(**tie)) == "Input Error: audience not found"


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_unused_keys_of_a_mapping_are_ignored() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.map(**TIE, email="a@b.tw", vip=True, note=None)
    places = {place for found in omnisegment.ledger["findings"] if found["silent"] for place in found["where"]}
    assert places == {"/email", "/vip"}


@pytest.mark.rule("omnisegment.member.sn-as-number")
@pytest.mark.parametrize(("number", "lost"), [("7", False), (7, False), (7.0, False), ("8", True), (8, True)])
def test_the_members_own_number_beside_the_mapping_key_loses_nothing(number: Any, lost: bool) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "7", "phone": TIE["phone"]}])
    omnisegment.map(**TIE, member_sn=number)
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 1, "kept": 1}, int(lost))
