"""A text with half of a character in it: what cutting an emoji leaves, in every import and in a mapping."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, OmniSegmentTenant


@pytest.mark.rule("omnisegment.request.half-character")
@pytest.mark.parametrize(
    ("operation", "sent"),
    [
        ("importPurchaseData", {"data": {**ORDER, "transaction_id": "A-\ud83d"}}),
        ("importPurchaseData", {"data": {**ORDER, "shipping_address": {"address1": "台北\udc00"}}}),
        ("batchImportPurchaseData", {"data": [ORDER, {**ORDER, "transaction_id": "b", "coupon": "\ud83d"}]}),
        ("importAudience", {"data": {"member_sn": "7", "email": "e@example.com", "name": "\ud83d"}}),
    ],
)
def test_a_lone_surrogate_is_kept_and_at_risk(operation: str, sent: dict[str, Any]) -> None:
    rule = "omnisegment.request.half-character"
    lenient, strict = OmniSegmentTenant(), OmniSegmentTenant(readings={rule: "refuse"})
    before = strict.state
    for omnisegment, status in ((lenient, 200), (strict, 400)):
        raw = json.dumps({**omnisegment.credentials, **sent}).encode()
        assert omnisegment.ask(operation, raw, headers=JSON).reply.status == status
    assert (lenient.silent, rule in lenient.rules("at-risk")) == (0, True)
    assert (strict.state, strict.rules("refused"), strict.silent) == (before, {rule}, 0)
    whole = OmniSegmentTenant()
    text = json.dumps({**whole.credentials, **sent}).replace("\\ud83d", "\\ud83d\\ude00").replace("\\udc00", "樓")
    whole.ask(operation, text.encode(), headers=JSON)
    assert rule not in whole.rules("at-risk")


@pytest.mark.rule("omnisegment.request.half-character")
def test_a_mapping_with_a_lone_surrogate_is_refused_under_the_other_reading() -> None:
    rule = "omnisegment.request.half-character"
    sent = {"source_id": "s\ud83d", "source_system": "CRM", "mapping_key": "member_sn", "member_sn": "1"}
    for readings, status in (({}, 200), ({rule: "refuse"}, 400)):
        omnisegment = OmniSegmentTenant(readings=readings)
        headers = {**JSON, "X-OmniSegment-Api-Key": omnisegment.credentials["api_key"]}
        query = {"tid": omnisegment.credentials["tid"]}
        answer = omnisegment.ask("createAudienceMapping", json.dumps(sent).encode(), headers=headers, query=query)
        assert (answer.reply.status, omnisegment.silent) == (status, 0)
        assert omnisegment.rules("at-risk" if status == 200 else "refused") >= {rule}
