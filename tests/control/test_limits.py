"""How many calls a vendor takes in a while, as its contract has it and as it is held to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import ContractError, UsageError
from mockservers.core.faults.rate_limits import Excess, Limits, declared
from mockservers.core.tenancy import checkpoints
from mockservers.core.values import real_time
from tests.asking import Asking, contract

DECLARED = [
    ("omnisegment", "importPurchaseData", 10, 1),
    ("omnisegment", "importAudience", 10, 1),
    ("esputnik", "registerEvent", 350, 1),
    ("esputnik", "sendHistoryEventsV2", 100, 1),
    ("esputnik", "searchContacts", 50, 1),
    ("esputnik", "addContact", 200, 1),
    ("zangsho", "importCustomers", 120, 60),
]


def counted(vendor: str, operation: str, moments: list[float], mode: str = "enforce") -> list[Excess | None]:
    """The excess that each call at these times meets."""
    limits = Limits(contract(vendor))
    limits.set_mode(mode)
    return [limits.take(operation, 1_000 + moment) for moment in moments]


@pytest.mark.rule("omnisegment.request.rate", "esputnik.rate.per-second", "zangsho.request.rate")
@pytest.mark.parametrize(("vendor", "operation", "limit", "seconds"), DECLARED)
def test_exactly_the_documented_number_of_calls_is_accepted(
    vendor: str, operation: str, limit: int, seconds: int
) -> None:
    about = declared(contract(vendor))[operation]
    assert (about.limit, about.per) == (limit, seconds)
    assert counted(vendor, operation, [0.0] * limit) == [None] * limit
    assert counted(vendor, operation, [0.0] * limit + [seconds * 0.9])[-1] == Excess(about, refused=True)


@pytest.mark.parametrize(("vendor", "operation", "limit", "seconds"), DECLARED)
@given(data=st.data())
def test_a_client_that_keeps_the_pace_never_meets_a_limit(
    vendor: str, operation: str, limit: int, seconds: int, data: st.DataObject
) -> None:
    """Calls at the documented pace, each a little late on its way: up to a twentieth of the time."""
    late = data.draw(st.lists(st.floats(0, seconds * 0.049), min_size=5, max_size=5))
    moments = sorted(at * seconds / limit + late[at % 5] for at in range(limit * 3))
    assert not any(counted(vendor, operation, moments))


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=60))
def test_no_window_has_more_calls_than_the_limit(gaps: list[float]) -> None:
    moments = list(itertools.accumulate(gaps))
    met = counted("omnisegment", "importPurchaseData", moments)
    taken = [moment for moment, excess in zip(moments, met, strict=True) if excess is None]
    for first, eleventh in zip(taken, taken[10:], strict=False):
        assert eleventh - first >= 0.95 - 1e-9


def test_operations_share_a_limit_only_where_the_contract_says_so() -> None:
    limits = Limits(contract("zangsho"))
    limits.set_mode("enforce")
    operations = itertools.cycle(["importCustomers", "listOrders", "createOrder"])
    assert not any(limits.take(next(operations), 1.0) for _ in range(120))
    assert limits.take("getCustomer", 1.0)
    apart = Limits(contract("omnisegment"))
    assert not any(apart.take(name, 1.0) for name in ["importPurchaseData", "importAudience"] * 10)
    assert not any(apart.take("batchImportPurchaseData", 1.0) for _ in range(100)), "no page limits it"


def test_refused_calls_do_not_count_towards_the_limit() -> None:
    moments = [0.0] * 10 + [0.1 * at for at in range(1, 10)] + [0.96]
    met = [bool(excess) for excess in counted("omnisegment", "importPurchaseData", moments)]
    assert met == [False] * 10 + [True] * 9 + [False]


def test_a_vendor_without_a_rate_limit_accepts_every_call() -> None:
    assert declared(contract("fanship")) == {}
    assert not any(counted("fanship", "uploadPurchases", [0.0] * 1_000))


# -- modes ----------------------------------------------------------------------------------------------------------

ORDER = {"member_sn": "1", "datetime": "2025-11-01T09:51:23+0800", "transaction_id": "A", "transaction_revenue": 1}


def importing(mode: str | None) -> Asking:
    """Twelve orders in a row, all of them within a second."""
    asking = Asking("omnisegment", members=[{"member_sn": "1"}])
    asking.tenant.limits.set_mode(mode or "observe")
    body = {**asking.credentials, "data": ORDER}
    for _ in range(12):
        asking.ask("importPurchaseData", body, headers={"Content-Type": "application/json"})
    return asking


def rates(asking: Asking) -> list[dict[str, Any]]:
    return [found for found in asking.ledger["findings"] if found["rule"] == "omnisegment.request.rate"]


@pytest.mark.rule("omnisegment.request.rate")
def test_an_exceeded_rate_is_noted_once_per_window_in_observe_mode() -> None:
    asking = importing("observe")
    (risk,) = rates(asking)
    assert (risk["outcome"], risk["exchange"], risk["count"]) == ("at-risk", 11, 1)
    assert (risk["loses"], risk["silent"]) == (False, False)
    assert risk["provenance_of"] == {"condition": "elsewhere-documented", "consequence": "assumed"}
    assert risk["why"] == "11 requests arrived within PT1S, and only 10 are sure to be accepted"
    assert "refused" not in asking.items


@pytest.mark.rule("omnisegment.request.rate")
def test_an_exceeded_rate_in_enforce_mode_gets_the_vendors_refusal_and_is_not_processed() -> None:
    asking = importing("enforce")
    assert [found["exchange"] for found in rates(asking)] == [11, 12]
    assert {(found["outcome"], found["reported"], found["silent"]) for found in rates(asking)} == {
        ("refused", True, False)
    }
    assert asking.items["refused"] == 2
    last = list(asking.tenant.journal)[-1].to_dict()["response"]
    assert (last["status"], last["headers"]) == (429, {"Content-Type": "application/json"})


def test_an_exceeded_rate_in_off_mode_makes_no_finding() -> None:
    assert rates(importing("off")) == []


def test_the_default_mode_is_observe() -> None:
    assert Limits(contract("zangsho")).mode == "observe"


def test_an_unknown_mode_is_refused_and_changes_nothing() -> None:
    limits = Limits(contract("zangsho"))
    with pytest.raises(UsageError, match=r"Unknown mode of limits 'strict'\. Available: enforce, observe, off\."):
        limits.set_mode("strict")
    assert limits.mode == "observe"


def test_a_fault_before_processing_precedes_the_limit() -> None:
    asking = Asking("omnisegment")
    asking.tenant.limits.set_mode("enforce")
    asking.tenant.faults.plan(
        {"faults": [{"effect": "unavailable", "nth": 11}, {"effect": "lost-response", "nth": 12}]}
    )
    body = {**asking.credentials, "data": ORDER}
    statuses = [
        asking.ask("importPurchaseData", body, headers={"Content-Type": "application/json"}).reply.status
        for _ in range(12)
    ]
    assert statuses[10:] == [503, 429], "the second is lost on its way, and would have been a 429"


PAUSES = st.tuples(st.sampled_from(["sleep", "advance", "rewind"]), st.integers(0, 15).map(lambda n: n / 50))
"""Seconds that never add up to a limit's very end."""


@given(pauses=st.lists(PAUSES, max_size=30))
def test_real_pauses_and_moves_of_a_frozen_clock_count_alike(pauses: list[tuple[str, float]]) -> None:
    """A rewind neither counts as a pause nor undoes one."""
    asking = Asking("omnisegment", members=[{"member_sn": "1"}])
    asking.tenant.limits.set_mode("enforce")
    checkpoints.take(asking.tenant, "here")
    body = {**asking.credentials, "data": ORDER}
    real, at, moments, met = 1_000.0, 0.0, [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(real_time, "monotonic", lambda: real)
        for how, seconds in [*pauses, ("sleep", 0.0)]:
            reply = asking.ask("importPurchaseData", body, headers={"Content-Type": "application/json"}).reply
            moments.append(at)
            met.append(reply.status == 429)
            if how == "rewind":
                checkpoints.rewind(asking.tenant, "here")
                continue
            at += seconds
            if how == "sleep":
                real += seconds
            else:
                asking.advance(seconds=seconds)
    assert met == [bool(excess) for excess in counted("omnisegment", "importPurchaseData", moments)]


# -- what a contract may not say ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"limit": 0}, "/x-rate-limits/all/limit: 0 is not a number of calls. Fix: give a positive integer."),
        ({"per": "1s"}, "/x-rate-limits/all/per: '1s' is not a duration."),
        ({"per": "PT0S"}, "/x-rate-limits/all/per: it is not a positive duration."),
        ({"rule": "fanship.nothing.there"}, "/x-rate-limits/all/rule: unknown rule 'fanship.nothing.there'."),
        ({"operations": ["upload"]}, "/x-rate-limits/all/operations: unknown operation 'upload'. Available:"),
    ],
)
def test_an_inconsistent_rate_limit_stops_the_start(spec: dict[str, Any], said: str) -> None:
    files = dict(contract("fanship").files)
    whole = {"rule": "fanship.transport.other-refusals", "limit": 5, "per": "PT1S", **spec}
    files["openapi.yaml"] = {**files["openapi.yaml"], "x-rate-limits": {"all": whole}}
    with pytest.raises(ContractError) as caught:
        declared(Contract("fanship", files))
    assert said in str(caught.value)
