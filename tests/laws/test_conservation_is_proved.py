"""The law can fail: whatever one leaf of a right decision, or one loss that it names, is taken out, it is noticed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.asking import VENDORS
from tests.laws.tampering import is_noticed, wrong_decisions

proof = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("vendor", VENDORS)
@proof
@given(data=st.data())
def test_every_removed_leaf_and_every_removed_loss_is_noticed(vendor: str, data: st.DataObject) -> None:
    call, found = data.draw(wrong_decisions(vendor))
    some = st.lists(st.sampled_from(found), min_size=1, max_size=6, unique_by=lambda each: each.what)
    for mutation in data.draw(some):
        note(mutation.what)
        assert is_noticed(vendor, call, mutation), mutation.what
