"""The first law: whatever was sent is held, or named by a finding at its place, or lost with the item that it is in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.conservation import declared_forms
from mockservers.core.values.json_text import dumps, loads
from tests.asking import VENDORS, Asking, contract
from tests.laws.unique import conversations
from tests.pages import held
from tests.sending import Sending
from tests.traffic import chosen_readings

EXAMPLES = int(os.environ.get("MOCKSERVERS_LAW_EXAMPLES", "150"))
law = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def audited(vendor: str, calls: list[Sending], *, known: bool, readings: Mapping[str, str] | None = None) -> Audit:
    """The audit of a tenant after these calls and all jobs: one that held something, or a new one."""
    asking = Asking(vendor, readings=readings)
    if known:
        asking.tenant.replace_state(held(vendor))
    audit = asking.tenant.audit = Audit(asking.mock.contract)
    for call in calls:
        asking.mock.handle(call.about, call.path, call.by(asking.credentials))
    asking.advance(days=2)
    return audit


def sent_of(call: Sending) -> Any:
    """The values that a call sends: a body, or the documents of an upload's lines."""
    return call.json if call.raw is None else [loads(line).value for line in call.raw.split(b"\n") if line.strip()]


@pytest.mark.parametrize("vendor", VENDORS)
@law
@given(data=st.data(), known=st.booleans())
def test_no_sent_value_vanishes_silently(vendor: str, data: st.DataObject, known: bool) -> None:
    calls, readings = data.draw(conversations(vendor)), data.draw(st.just({}) | chosen_readings(vendor))
    for call in calls:
        note(f"{call.operation} {call.path} {call.query} {dumps(call.json) if call.raw is None else call.raw!r}")
    assert audited(vendor, calls, known=known, readings=readings).to_list() == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_declared_form_names_existing_operations_and_collections(vendor: str) -> None:
    asking = Asking(vendor)
    for form in declared_forms(contract(vendor)):
        assert form.operations <= set(asking.mock.contract.operations), form.rule
        assert not form.collection or form.collection in asking.state, form.rule
