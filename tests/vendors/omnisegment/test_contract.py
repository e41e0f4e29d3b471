"""The contract is what the mock obeys: an edited copy changes its answers, with no Python touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.vendors.omnisegment.omnisegment_tenant import KNOWN, ORDER, OmniSegmentTenant, message


def under(folder: Path, file: str, old: str, new: str) -> OmniSegmentTenant:
    """An organisation under a copy of the contract in which one text is another, wherever it stands."""
    text = (data_directory("contracts") / "omnisegment" / file).read_text("utf-8")
    assert old in text
    (folder / "omnisegment").mkdir()
    (folder / "omnisegment" / file).write_text(text.replace(old, new), "utf-8")
    omnisegment = OmniSegmentTenant()
    omnisegment.mock = Mock(vendor("omnisegment"), load_contract("omnisegment", folder))
    omnisegment.tenant = omnisegment.mock.create()
    omnisegment.credentials = omnisegment.tenant.credentials
    omnisegment.tenant.replace_state({"members": [KNOWN]})
    return omnisegment


@pytest.mark.rule("omnisegment.batch.size")
def test_another_limit_in_the_contract_is_enforced(tmp_path: Path) -> None:
    omnisegment = under(tmp_path, "openapi.yaml", "maxItems: 50", "maxItems: 2")
    assert omnisegment.batch({}, {"transaction_id": "B"}).reply.status == 200
    assert (len(omnisegment.orders), omnisegment.items) == (2, {"sent": 2, "kept": 2})
    assert message(omnisegment.batch({}, {}, {})) == "Input Error: size of batch import exceeds 2"


@pytest.mark.rule("omnisegment.purchase.status")
def test_a_status_added_to_the_contract_is_accepted(tmp_path: Path) -> None:
    omnisegment = under(tmp_path, "openapi.yaml", "enum: [SUCCESS, CANCEL,", "enum: [SUCCESS, 完成, CANCEL,")
    assert omnisegment.order(transaction_status="完成").reply.status == 200
    assert [order["transaction_status"] for order in omnisegment.orders] == ["完成"]
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 1, "kept": 1}, 0)


@pytest.mark.rule("omnisegment.purchase.required")
def test_a_field_made_required_in_the_contract_is_required(tmp_path: Path) -> None:
    old = "required: [datetime, transaction_id, transaction_revenue]"
    omnisegment = under(tmp_path, "openapi.yaml", old, old.replace("]", ", coupon]"))
    assert message(omnisegment.order()) == "Missing Input Error: Missing coupon"


@pytest.mark.rule("omnisegment.envelope.missing-key")
def test_another_message_in_the_contract_is_answered(tmp_path: Path) -> None:
    omnisegment = under(tmp_path, "errors.yaml", "Request must include api_key, tid and data_content.", "缺少參數")
    assert message(omnisegment.send(None)) == "Missing Input Error: 缺少參數"


@pytest.mark.rule("omnisegment.credentials.in-header")
def test_a_header_renamed_in_the_contract_carries_the_key(tmp_path: Path) -> None:
    omnisegment = under(tmp_path, "openapi.yaml", "name: X-OmniSegment-Api-Key", "name: X-Org-Key")
    mapping = {"source_id": "C", "source_system": "CRM", "mapping_key": "member_sn", "member_sn": "1"}
    query, key = {"tid": omnisegment.credentials["tid"]}, omnisegment.credentials["api_key"]
    for name, status in (("X-Org-Key", 200), ("X-OmniSegment-Api-Key", 403)):
        answer = omnisegment.ask("createAudienceMapping", mapping, headers={name: key}, query=query)
        assert answer.reply.status == status
    assert [mapped["source_id"] for mapped in omnisegment.state["source_ids"]] == ["C"]
    assert omnisegment.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("omnisegment.credentials.in-body", "omnisegment.credentials.in-header")
def test_a_security_scheme_moved_in_the_contract_moves_the_key(tmp_path: Path) -> None:
    old = "operationId: importPurchaseData\n"
    omnisegment = under(tmp_path, "openapi.yaml", old, f"{old}      security: [{{apiKeyHeader: []}}]\n")
    query, headers = (
        {"tid": omnisegment.credentials["tid"]},
        {"X-OmniSegment-Api-Key": omnisegment.credentials["api_key"]},
    )
    answer = omnisegment.ask(
        "importPurchaseData", {**omnisegment.credentials, "data": ORDER}, headers=headers, query=query
    )
    assert answer.reply.status == 200
    assert omnisegment.order(transaction_id="B").reply.status == 403
    assert [order["transaction_id"] for order in omnisegment.orders] == [ORDER["transaction_id"]]
    assert omnisegment.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("omnisegment.member.unknown")
@pytest.mark.parametrize(("default", "status"), [("accept", 200), ("refuse", 400)])
def test_another_default_reading_in_the_contract_applies(tmp_path: Path, default: str, status: int) -> None:
    old = "default: accept\n      choices:\n        accept: {says: the order is kept without a member"
    omnisegment = under(tmp_path, "rules.yaml", old, old.replace("default: accept", f"default: {default}"))
    assert omnisegment.order(member_sn="404").reply.status == status
    assert omnisegment.items == {"sent": 1, "kept" if default == "accept" else "refused": 1}
    assert len(omnisegment.orders) == (1 if default == "accept" else 0)


@pytest.mark.rule("omnisegment.custom-field.text-limit")
@pytest.mark.parametrize(("length", "status"), [(5, 200), (6, 400)])
def test_another_maximum_length_in_the_contract_is_enforced(tmp_path: Path, length: int, status: int) -> None:
    omnisegment = under(tmp_path, "openapi.yaml", "maxLength: 256", "maxLength: 5")
    declared: list[dict[str, Any]] = [{"name": "note", "type": "string", "of": "purchase"}]
    omnisegment.tenant.replace_state({"custom_fields": declared})
    assert omnisegment.order(note="字" * length).reply.status == status
    assert [order["note"] for order in omnisegment.orders] == (["字" * length] if status == 200 else [])
    assert omnisegment.items == {"sent": 1, "kept" if status == 200 else "refused": 1}
