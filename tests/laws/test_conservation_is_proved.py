"""The law can fail: whatever one leaf of a right decision, or one loss that it names, is taken out, it is noticed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from mockservers.core.accounting.audit import Audit
from mockservers.core.decision import Decision
from tests.asking import Asking
from tests.laws.mutations import Mutation, mutations
from tests.laws.test_conservation import HELD_BY, sent_of
from tests.laws.unique import unique_sendings
from tests.pages import held
from tests.sending import Sending

proof = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


class Tampered:
    """A tenant whose vendor decides, and whose decisions are then made wrong in one place."""

    def __init__(self, vendor: str, tamper: Callable[[Decision], Decision] = lambda decision: decision) -> None:
        self.decisions: list[Decision] = []
        self.asking = Asking(vendor)
        self.asking.tenant.replace_state(held(vendor))
        whole = self.asking.tenant.vendor
        self.asking.tenant.vendor = replace(
            whole,
            operations={name: self._wrapped(decide, tamper) for name, decide in whole.operations.items()},
            jobs={name: self._wrapped(decide, tamper) for name, decide in whole.jobs.items()},
        )
        self.audit = self.asking.tenant.audit = Audit(self.asking.mock.contract)

    def _wrapped(self, decide: Any, tamper: Callable[[Decision], Decision]) -> Any:
        def decided(given: Any, view: Any) -> Decision:
            decision: Decision = decide(given, view)
            if not view._readings:  # not what another reading would decide
                self.decisions.append(decision)
            return tamper(decision)

        return decided

    @property
    def waits(self) -> bool:
        """Whether an item is pending when all jobs have run, as one is whose outcome no job said."""
        return self.asking.tenant.ledger.items["pending"] > 0

    def send(self, call: Sending) -> Audit:
        self.asking.mock.handle(call.about, call.path, call.by(self.asking.credentials))
        self.asking.advance(days=2)
        return self.audit


def right_decisions(vendor: str, call: Sending) -> list[Decision]:
    """What is decided of a call that is answered without an error, and of which the law holds."""
    right = Tampered(vendor)
    assume(right.send(call).count == 0)
    assume(all(each.reply is None or each.reply.status < 400 for each in right.decisions))
    return right.decisions


@pytest.mark.parametrize("vendor", HELD_BY)
@proof
@given(data=st.data())
def test_each_leaf_that_is_lost_and_each_loss_that_is_not_named_is_noticed(vendor: str, data: st.DataObject) -> None:
    call = data.draw(unique_sendings(vendor, itertools.count(500_000)))
    found: list[Mutation] = list(mutations(right_decisions(vendor, call), sent_of(call)))
    assume(found)
    for name, tamper in data.draw(
        st.lists(st.sampled_from(found), min_size=1, max_size=6, unique_by=lambda each: each[0])
    ):
        note(name)
        tampered = Tampered(vendor, tamper)
        assert tampered.send(call).count > 0 or tampered.waits, name
