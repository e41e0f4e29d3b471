"""Members: one at once, or up to fifty after the answer.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Audience-API
"""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.tenancy.tenant import Answer
from tests.vendors.omnisegment.omnisegment_tenant import SEVEN_KEYS, TAKEN, OmniSegmentTenant, body, message

MING: dict[str, Any] = {"member_sn": "1", "name": "王小明", "email": "ming@example.com", "tags": "a,b", "city": "台北"}


def member(omnisegment: OmniSegmentTenant, data: Any, **top: Any) -> Answer:
    return omnisegment.post("importAudience", data, **top)


@pytest.mark.rule("omnisegment.audience.required")
def test_a_member_is_kept_and_then_updated() -> None:
    omnisegment = OmniSegmentTenant(members=[])
    assert member(omnisegment, MING).reply.body == b'{"SUCCESS":true,"PAYLOAD":{"status":"OK","error_msg":""}}'
    member(omnisegment, {"member_sn": 1, "city": "Київ"})
    assert omnisegment.state["members"] == [{"id": 1, **MING, "city": "Київ"}]
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule("omnisegment.audience.empty-values")
@pytest.mark.parametrize(("value", "silent"), [(None, 0), ("", 0), ("none", 1)])
@pytest.mark.parametrize("name", ["id", "history", "nickname"])
def test_a_key_that_is_not_a_field_clears_no_held_value(name: str, value: Any, silent: int) -> None:
    omnisegment = OmniSegmentTenant(members=[{"id": 7, **MING, "history": {"orders": 1}}])
    before = omnisegment.state["members"]
    member(omnisegment, {"member_sn": "1", name: value}, ignore_empty_value=False)
    assert omnisegment.state["members"] == before
    assert omnisegment.items == {"sent": 1, "updated": 1}
    assert omnisegment.silent == silent


@pytest.mark.rule("omnisegment.audience.required")
@pytest.mark.parametrize(
    ("top", "data", "missing"),
    [
        ({}, {"name": "王小明"}, "member_sn"),
        ({"merge_key": "email"}, {"member_sn": "1"}, "email"),
        ({"merge_key": "phone"}, {"phone": ""}, "phone"),
        ({"merge_key": "source_id"}, {"member_sn": "1"}, "source_id, source_system"),
        ({}, {"source_id": "C-1"}, "source_system"),
    ],
)
def test_a_member_without_its_merge_key_is_refused(top: dict[str, Any], data: dict[str, Any], missing: str) -> None:
    omnisegment = OmniSegmentTenant()
    answer = member(omnisegment, data, **top)
    assert (answer.reply.status, message(answer)) == (400, f"Missing Input Error: Missing {missing}")
    assert list(body(answer)) == SEVEN_KEYS
    assert omnisegment.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("omnisegment.audience.required")
@pytest.mark.parametrize("key", ["email", "phone", "line_id", "messenger_psid"])
def test_each_merge_key_finds_its_member(key: str) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": "1", key: "x"}])
    member(omnisegment, {key: "x", "member_level": "金"}, merge_key=key)
    assert omnisegment.state["members"] == [{"member_sn": "1", key: "x", "id": 1, "member_level": "金"}]


@pytest.mark.rule("omnisegment.audience.required")
def test_a_source_id_finds_its_member_or_creates_one() -> None:
    ties = [{"source_id": "C-1", "source_system": "CRM", "member_sn": "1"}]
    omnisegment = OmniSegmentTenant(source_ids=ties)
    member(omnisegment, {"source_id": "C-1", "source_system": "CRM", "city": "台北"})
    member(omnisegment, {"source_id": "C-2", "source_system": "CRM", "city": "Київ"}, merge_key="source_id")
    assert [known["city"] for known in omnisegment.state["members"]] == ["台北", "Київ"]
    assert [tie["source_id"] for tie in omnisegment.state["source_ids"]] == ["C-1", "C-2"]
    assert omnisegment.items == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule("omnisegment.audience.options")
@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("tag_mode", "add", "Input Error: tag_mode should be one of ['append', 'replace']"),
        (
            "ignore_empty_value",
            "true",
            "Input Error: type of ignore_empty_value should be bool instead of <class 'str'>",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["importAudience", "batchImportAudience"])
def test_an_option_outside_its_list_is_refused(operation: str, name: str, value: str, text: str) -> None:
    data = [MING] if operation == "batchImportAudience" else MING
    answer = OmniSegmentTenant().post(operation, data, **{name: value})
    assert (answer.reply.status, message(answer)) == (400, text)


@pytest.mark.rule("omnisegment.audience.options")
def test_a_batch_does_not_accept_the_merge_key_source_id() -> None:
    text = "Input Error: merge_key should be one of ['member_sn', 'line_id', 'email', 'phone', 'messenger_psid']"
    assert message(OmniSegmentTenant().post("batchImportAudience", [MING], merge_key="source_id")) == text


@pytest.mark.rule("omnisegment.audience.types")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sex", "F"),
        ("birthday", "1990/01/01"),
        ("is_subscriber", "true"),
        ("tags", ["a"]),
        ("fcm_tokens", [{}]),
        ("fcm_tokens", [{"token": "t", "type": "windows"}]),
        ("name", 7),
    ],
)
def test_an_invalid_field_of_a_member_refuses_it(name: str, value: Any) -> None:
    omnisegment = OmniSegmentTenant()
    assert member(omnisegment, {**MING, name: value}).reply.status == 400
    assert omnisegment.rules("refused") == {"omnisegment.audience.types"}


@pytest.mark.rule("omnisegment.audience.empty-values")
@pytest.mark.parametrize(
    ("ignore", "value", "kept"),
    [
        (False, "", False),
        (False, None, False),
        (False, "none", False),
        (True, "", True),
        (True, None, True),
        (True, "none", False),
        (None, "", False),
    ],
)
def test_an_empty_value_clears_a_field_unless_it_is_to_be_ignored(
    ignore: bool | None, value: str | None, kept: bool
) -> None:
    for operation in ("importAudience", "batchImportAudience"):
        omnisegment = OmniSegmentTenant(members=[MING])
        audit = omnisegment.tenant.audit = Audit(omnisegment.mock.contract)
        data = {"member_sn": "1", "city": value}
        options = {} if ignore is None else {"ignore_empty_value": ignore}
        omnisegment.post(operation, data if operation == "importAudience" else [data], **options)
        assert ("city" in omnisegment.state["members"][0]) is kept
        assert (omnisegment.rules(), audit.to_list()) == (set(), [])


@pytest.mark.rule("omnisegment.audience.empty-values")
def test_the_number_of_a_member_cannot_be_cleared() -> None:
    omnisegment = OmniSegmentTenant(members=[MING])
    answer = member(omnisegment, {"email": MING["email"], "member_sn": "none"}, merge_key="email")
    assert message(answer) == "Input Error: member_sn can not be cleared"


@pytest.mark.rule("omnisegment.audience.tags")
@pytest.mark.parametrize(("mode", "tags"), [(None, "a,b,c"), ("append", "a,b,c"), ("replace", "b,c")])
def test_tags_are_added_or_replace_the_existing_ones(mode: str | None, tags: str) -> None:
    omnisegment = OmniSegmentTenant(members=[MING])
    member(omnisegment, {"member_sn": "1", "tags": "b,c"}, tag_mode=mode)
    assert omnisegment.state["members"][0]["tags"] == tags


@pytest.mark.rule("omnisegment.audience.name")
def test_a_member_without_a_name_is_named_by_first_and_last_name() -> None:
    omnisegment = OmniSegmentTenant(members=[])
    member(omnisegment, {"member_sn": "1", "first_name": "小明", "last_name": "王"})
    assert omnisegment.state["members"][0]["name"] == "小明王"


@pytest.mark.rule("omnisegment.audience.headless")
@pytest.mark.parametrize("key", ["phone", "email", "line_id"])
def test_a_member_takes_over_the_headless_member_that_shares_an_attribute(key: str) -> None:
    omnisegment = OmniSegmentTenant(members=[])
    omnisegment.map(source_id="C-1", source_system="CRM", mapping_key=key, **{key: "x"})
    omnisegment.order(member_sn=None, source_id="C-1", source_system="CRM")
    member(omnisegment, {"member_sn": "1", key: "x"})
    [known] = omnisegment.state["members"]
    assert known["member_sn"] == "1"
    assert "is_headless_account" not in known
    assert body(omnisegment.read())["data"][0]["member_sn"] == "1"


@pytest.mark.rule("omnisegment.audience.batch-size")
def test_a_batch_takes_at_most_fifty_members() -> None:
    omnisegment = OmniSegmentTenant(members=[])
    members = [{"member_sn": str(number)} for number in range(51)]
    assert omnisegment.post("batchImportAudience", members[:50]).reply.body == TAKEN
    assert omnisegment.items == {"sent": 50, "kept": 50}
    answer = omnisegment.post("batchImportAudience", members)
    assert message(answer) == "Input Error: size of batch import exceeds 50"


@pytest.mark.rule("omnisegment.batch.partial-failure")
def test_a_wrong_member_of_a_batch_is_dropped_silently() -> None:
    omnisegment = OmniSegmentTenant(members=[])
    sent = [MING, {"name": "無名"}, {**MING, "member_sn": "2", "sex": "?"}, "x", {"member_sn": "3", "vip": True}]
    assert omnisegment.post("batchImportAudience", sent).reply.body == TAKEN
    assert omnisegment.items == {"sent": 5, "kept": 2, "dropped": 3}
    assert omnisegment.silent == 4


@pytest.mark.rule("omnisegment.custom-field.types")
def test_members_have_their_own_custom_fields() -> None:
    declared = [
        {"name": "nickname", "type": "string", "of": "audience"},
        {"name": "bonus", "type": "json", "of": "audience"},
    ]
    omnisegment = OmniSegmentTenant(members=[], custom_fields=declared)
    sent = {"member_sn": "1", "nickname": "小明", "bonus": [{"bonus_point": "678"}]}
    member(omnisegment, sent)
    assert omnisegment.state["members"] == [{"id": 1, **sent}]
    assert member(omnisegment, {"member_sn": "1", "bonus": "678"}).reply.status == 400
