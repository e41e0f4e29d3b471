"""What an audit must not call unaccounted: what says only how a request is to be taken."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.vendors.omnisegment.omnisegment_tenant import OmniSegmentTenant


@pytest.fixture
def omnisegment() -> OmniSegmentTenant:
    tenant = OmniSegmentTenant()
    tenant.tenant.audit = Audit(tenant.mock.contract)
    return tenant


def unaccounted(omnisegment: OmniSegmentTenant) -> list[dict[str, Any]]:
    assert omnisegment.tenant.audit
    return omnisegment.tenant.audit.to_list()


@pytest.mark.rule("omnisegment.debug-mode.background", "omnisegment.batch.background")
@pytest.mark.parametrize(("mode", "silent"), [(0, 0), ("0", 0), (1, 1), ("1", 1), (True, 1)])
def test_a_debug_mode_that_requests_background_processing_is_no_loss(
    omnisegment: OmniSegmentTenant, mode: Any, silent: int
) -> None:
    omnisegment.batch({}, debug_mode=mode)
    assert (omnisegment.silent, unaccounted(omnisegment)) == (silent, [])


@pytest.mark.rule("omnisegment.member.identifier-options")
@pytest.mark.parametrize("wrong", [{"source": 5}, {"datetime": "now"}])
def test_an_identifier_field_beside_a_lost_order_is_accounted_for(
    omnisegment: OmniSegmentTenant, wrong: dict[str, Any]
) -> None:
    omnisegment.batch(wrong, identifier_field=["email"])
    assert (omnisegment.silent, unaccounted(omnisegment)) == (1, [])
