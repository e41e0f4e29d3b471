"""What holds for every decision of every vendor, whatever was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.core.accounting.at_risk import OtherReading, other_readings
from mockservers.core.deciding.immediate_jobs import Settled
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Request
from mockservers.core.exchange.decision import Decision, Note
from mockservers.core.tenancy import tenant
from tests.asking import NOW, VENDORS, Asking
from tests.losses import beyond, lost_atoms
from tests.pages import held
from tests.sending import Sending
from tests.traffic import chosen_readings, sendings

Settling = Callable[[View], Settled]
Watch = Callable[[Settling, Settled, int, list[Note]], None]

every_vendor = pytest.mark.parametrize("vendor", VENDORS)
law = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@contextmanager
def every_decision(watch: Watch) -> Iterator[None]:
    """Observe each decision on calls and jobs as the core makes it, with the risks that it found."""

    def watched(settle: Settling, settled: Settled, exchange: int = 0) -> list[OtherReading]:
        others = other_readings(settle, settled, exchange)
        watch(settle, settled, exchange, [risk for other in others for risk in other.risks])
        return others

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenant, "other_readings", watched)
        yield


def traffic(vendor: str) -> st.SearchStrategy[list[Sending]]:
    return st.lists(sendings(vendor), min_size=1, max_size=4)


def sent(vendor: str, calls: list[Sending], readings: dict[str, str] | None = None) -> Asking:
    """A tenant that held something, after these calls and the morning after them."""
    asking = Asking(vendor, readings=readings)
    asking.tenant.replace_state(held(vendor))
    for call in calls:
        asking.mock.handle(call.about, call.path, call.by(asking.credentials))
    asking.advance(days=2)
    return asking


def decisions(settled: Settled) -> list[Decision]:
    return [decision for decision, _ in settled]


def again(view: View) -> View:
    """A new view of the same tenant at the same time."""
    return View(view._holdings, view.now, view.contract, view._readings)


@every_vendor
@law
@given(data=st.data())
def test_deciding_a_call_twice_gives_the_same_decision_and_changes_nothing(vendor: str, data: st.DataObject) -> None:
    def watch(settle: Settling, settled: Settled, exchange: int, _: list[Note]) -> None:
        view = settled[0][1]
        store: Any = view._holdings
        before = repr(vars(store))
        assert decisions(settle(again(view))) == decisions(settled)
        assert repr(vars(store)) == before

    with every_decision(watch):
        sent(vendor, data.draw(traffic(vendor)))


@every_vendor
@law
@given(data=st.data())
def test_at_risk_is_filed_exactly_when_deciding_under_that_reading_loses_more(vendor: str, data: st.DataObject) -> None:
    def watch(settle: Settling, settled: Settled, exchange: int, risks: list[Note]) -> None:
        view = settled[0][1]
        here = lost_atoms(decisions(settled), exchange)
        expected = set()
        for rule in view.contract.rules.values():
            for choice in rule.reading.choices if rule.reading else ():
                there = lost_atoms(decisions(settle(again(view).under(rule.id, choice))), exchange)
                if beyond(there, here):
                    expected.add((rule.id, choice))
        assert {(risk.rule, risk.key) for risk in risks} == expected
        assert all(risk.count > 0 for risk in risks)

    with every_decision(watch):
        sent(vendor, data.draw(traffic(vendor)), data.draw(st.just({}) | chosen_readings(vendor)))


@every_vendor
@law
@given(data=st.data())
def test_outcomes_add_up_to_the_items_sent_once_all_jobs_have_run(vendor: str, data: st.DataObject) -> None:
    asking = sent(vendor, data.draw(traffic(vendor)))
    items = asking.items
    assert items.pop("sent") == sum(items.values())
    assert "pending" not in items
    assert all(count > 0 for count in items.values())
    assert asking.silent == sum(found["count"] for found in asking.ledger["findings"] if found["silent"])


@every_vendor
@law
@given(data=st.data())
def test_a_finding_says_why_in_whole_sentences(vendor: str, data: st.DataObject) -> None:
    asking = sent(vendor, data.draw(traffic(vendor)))
    for found in asking.ledger["findings"]:
        rule = asking.mock.contract.rule(found["rule"])
        assert found["why"]
        unfilled = [name for name in placeholders(rule.why or rule.says) if f"{{{name}}}" in found["why"]]
        assert unfilled == [], f"{found['rule']} has no value for {unfilled}: {found['why']}"


def placeholders(template: str) -> list[str]:
    return re.findall(r"\{([a-z_][a-z0-9_]*)\}", template)


@every_vendor
@law
@given(data=st.data())
def test_the_state_that_is_shown_can_be_put_into_another_tenant(vendor: str, data: st.DataObject) -> None:
    state = sent(vendor, data.draw(traffic(vendor))).state
    other = Asking(vendor)
    other.tenant.replace_state(state)
    assert other.state == state


@pytest.mark.parametrize("key", ["²", "٣", "0", "9" * 5_000, "", "a/b~c"])
@pytest.mark.parametrize(
    ("vendor", "operation", "name"),
    [
        ("omnisegment", "batchImportPurchaseData", "data"),
        ("esputnik", "ordersBulkInsert", "orders"),
        ("esputnik", "contactsBulkUpdate", "contacts"),
        ("esputnik", "registerEvent", "params"),
        ("zangsho", "importOrders", "orders"),
    ],
)
def test_a_repeated_key_may_look_like_an_index_of_the_list_that_replaced_its_object(
    vendor: str, operation: str, name: str, key: str
) -> None:
    asking = Asking(vendor)
    inner = f'{{"{key}":1,"{key}":2}}'
    rest = "".join(f',"{field}":"{value}"' for field, value in asking.credentials.items())
    raw = f'{{"{name}":{inner},"{name}":[{inner},1]{rest}}}'.encode()
    call = asking.mock.call(operation, {}, Request("POST", "/", headers={"content-type": "application/json"}, body=raw))
    view = View(asking.tenant.store, NOW, asking.mock.contract, {})
    assert asking.mock.vendor.operations[operation](call, view).reply is not None
