"""What an audit must not call unaccounted: a request of which a fault, or the vendor, lets nothing through."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.asking import VENDORS
from tests.laws.test_converted_and_repeated import Audited
from tests.pages import bodies
from tests.sending import Sending
from tests.vendors.fanship.fanship_tenant import FanshipTenant
from tests.vendors.omnisegment.omnisegment_tenant import ORDER, OmniSegmentTenant

NO_WORK: list[dict[str, Any]] = [
    {"effect": "hang-up"},
    {"effect": "reset"},
    {"effect": "time-out", "delay": "PT1S"},
    {"effect": "reply", "status": 200},
    {"effect": "reply", "status": 500},
]
"""Faults that keep a call from the vendor."""


@pytest.mark.parametrize("fault", NO_WORK, ids=lambda fault: f"{fault['effect']}-{fault.get('status', '')}")
@pytest.mark.parametrize("vendor", [name for name in VENDORS if name != "fanship"])
def test_a_call_that_a_fault_keeps_from_the_vendor_is_lost_as_a_whole(vendor: str, fault: dict[str, Any]) -> None:
    audited = Audited(vendor)
    tenant = audited.asking.tenant
    for operation in audited.asking.mock.contract.operations.values():
        for body in bodies(vendor, operation.id)[-1:] if "requestBody" in operation.spec else []:
            tenant.faults.plan({"faults": [{**fault, "count": 1}]})
            call = Sending(vendor, operation.id, json=body)
            audited.asking.mock.handle(call.about, call.path, call.by(audited.asking.credentials))
    assert tenant.ledger.to_dict()["items"].get("refused")
    assert audited.audit.to_list() == []


@pytest.mark.parametrize("fault", NO_WORK, ids=lambda fault: f"{fault['effect']}-{fault.get('status', '')}")
def test_an_upload_that_a_fault_keeps_from_the_vendor_is_lost_as_a_whole(fault: dict[str, Any]) -> None:
    fanship = FanshipTenant()
    audit = fanship.tenant.audit = Audit(fanship.mock.contract)
    fanship.tenant.faults.plan({"faults": [{**fault, "count": 1}]})
    fanship.upload("20260115", {"id": "a", "tax": 1}, {"id": "b", "zz": 2})
    assert fanship.items == {"sent": 2, "refused": 2}
    assert audit.to_list() == []


@pytest.mark.rule("omnisegment.envelope.data-type")
def test_a_list_that_is_lost_in_processing_is_lost_as_a_whole() -> None:
    omnisegment = OmniSegmentTenant(readings={"omnisegment.envelope.data-type": "in-processing"})
    audit = omnisegment.tenant.audit = Audit(omnisegment.mock.contract)
    omnisegment.send([ORDER], 0)
    assert (omnisegment.silent, audit.to_list()) == (1, [])
