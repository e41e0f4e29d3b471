"""debug_mode: which orders are processed before the answer, and which losses are reported.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mockservers.core.contract.contract import Contract
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import vendor
from tests.asking import contract
from tests.vendors.omnisegment.omnisegment_tenant import ORDER, SIX_KEYS, TAKEN, OmniSegmentTenant, body, message

BACKGROUND, AT_ONCE = "omnisegment.debug-mode.background", "omnisegment.debug-mode.at-once"
OTHER = "omnisegment.debug-mode.other-value"


@pytest.mark.rule(BACKGROUND)
@pytest.mark.parametrize("mode", [None, 0, "0"])
def test_in_mode_0_a_wrong_order_is_answered_with_200_and_lost_silently(mode: Any) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(mode=mode, transaction_status="DONE")
    assert (answer.reply.status, answer.reply.body) == (200, TAKEN)
    assert omnisegment.items == {"sent": 1, "dropped": 1}
    assert omnisegment.silent_rules == ["omnisegment.purchase.status"]
    assert omnisegment.orders == []


@pytest.mark.rule(AT_ONCE)
@pytest.mark.parametrize("mode", [1, "1", 1.0])
def test_in_mode_1_the_error_of_an_invalid_order_is_reported(mode: Any) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(mode=mode, transaction_status="DONE")
    assert (answer.reply.status, list(body(answer))) == (400, SIX_KEYS)
    assert message(answer) == (
        "Input Error: transaction_status should be one of ['SUCCESS', 'CANCEL', 'REFUND', 'FAIL', 'SHIPPED', 'PAID']"
    )
    assert omnisegment.items == {"sent": 1, "refused": 1}
    assert omnisegment.silent == 0


@pytest.mark.rule(AT_ONCE)
def test_mode_1_is_not_a_dry_run() -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=1).reply.body == TAKEN
    assert [order["transaction_id"] for order in omnisegment.orders] == ["單-1001"]


@pytest.mark.rule(OTHER)
@pytest.mark.parametrize("mode", [True, False, 2, "yes", "true", "", 1.5, "1.0", [1], {"mode": 1}])
def test_another_debug_mode_is_mode_0_at_risk(mode: Any) -> None:
    """`true` looks right but is not 1."""
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=mode).reply.status == 200
    assert (omnisegment.silent, omnisegment.rules("at-risk")) == (0, {OTHER})


@pytest.mark.rule(OTHER)
def test_an_order_that_mode_0_loses_is_not_also_at_risk() -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=True, transaction_status="DONE").reply.status == 200
    assert (omnisegment.silent, omnisegment.rules("at-risk")) == (1, set())


@pytest.mark.rule(OTHER)
@pytest.mark.parametrize("mode", [True, 2, "yes"])
def test_another_debug_mode_is_refused_under_the_other_reading(mode: Any) -> None:
    omnisegment = OmniSegmentTenant(readings={OTHER: "refuse"})
    assert message(omnisegment.order(mode=mode)) == "Input Error: debug_mode should be one of [0, '0', 1, '1']"
    assert omnisegment.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("omnisegment.debug-mode.required-keys")
def test_in_mode_0_a_missing_key_is_reported_only_under_the_other_reading() -> None:
    default = OmniSegmentTenant()
    assert default.order(mode=0, datetime=None).reply.status == 200
    assert default.silent_rules == ["omnisegment.purchase.required"]
    early = OmniSegmentTenant(readings={"omnisegment.debug-mode.required-keys": "at-once"})
    answer = early.order(mode=0, datetime=None, member_sn=None)
    assert (answer.reply.status, message(answer)) == (400, "Missing Input Error: Missing datetime, member_sn")
    assert early.silent == 0


@pytest.mark.rule("omnisegment.debug-mode.required-keys", "omnisegment.member.source-system")
@pytest.mark.parametrize("more", [{}, {"datetime": None}])
def test_an_error_that_mode_0_reports_at_once_is_worded_as_in_mode_1(more: dict[str, Any]) -> None:
    early = OmniSegmentTenant(readings={"omnisegment.debug-mode.required-keys": "at-once"})
    lacking: dict[str, Any] = {"member_sn": None, "source_id": "7", **more}
    assert early.order(mode=0, **lacking).reply == early.order(mode=1, **lacking).reply
    assert early.items == {"sent": 2, "refused": 2}


@pytest.mark.rule(BACKGROUND)
def test_a_delay_in_the_contract_leaves_orders_pending_until_it_has_passed() -> None:
    omnisegment = _delayed("PT30S")
    omnisegment.order(mode=0)
    assert omnisegment.items == {"sent": 1, "pending": 1}
    assert omnisegment.orders == []
    omnisegment.advance(seconds=30)
    assert omnisegment.items == {"sent": 1, "kept": 1}
    assert len(omnisegment.orders) == 1


@pytest.mark.rule(BACKGROUND)
def test_an_order_processed_before_its_member_was_imported_is_at_risk() -> None:
    late = OmniSegmentTenant(members=[])
    late.order(mode=0)
    late.post("importAudience", {"member_sn": "1"})
    assert late.rules("at-risk") == {"omnisegment.member.unknown"}
    early = _delayed("PT30S", members=[])
    early.order(mode=0)
    early.post("importAudience", {"member_sn": "1"})
    early.advance(seconds=30)
    assert early.rules() == set()
    assert early.tenant.clock.now() - early.tenant.created_at == timedelta(seconds=30)


def _delayed(delay: str, **state: Any) -> OmniSegmentTenant:
    """An organisation under a contract that says another delay."""
    files = dict(contract("omnisegment").files)
    rules = dict(files["rules.yaml"]["rules"])
    rules[BACKGROUND] = {**rules[BACKGROUND], "values": {**rules[BACKGROUND]["values"], "delay": delay}}
    files["rules.yaml"] = {**files["rules.yaml"], "rules": rules}
    omnisegment = OmniSegmentTenant(**state)
    omnisegment.mock = Mock(vendor("omnisegment"), Contract("omnisegment", files))
    omnisegment.tenant = omnisegment.mock.create(now=omnisegment.tenant.created_at, frozen=True)
    omnisegment.credentials = omnisegment.tenant.credentials
    omnisegment.tenant.replace_state({"members": state.get("members", [{"member_sn": ORDER["member_sn"]}])})
    return omnisegment
