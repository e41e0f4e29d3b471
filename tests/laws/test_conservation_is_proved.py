"""The law can fail: whatever one leaf of a right decision, or one loss that it names, is taken out, it is noticed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.conservation import leaves
from mockservers.core.accounting.forms import text
from mockservers.core.decision import Decision, Remark
from mockservers.core.jsontext import value_at
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


def says_something_new(call: Sending, mutation: Mutation, known: set[str | None]) -> bool:
    """Whether what a mutation does not name is held nowhere else: of what was there before, nothing tells it apart."""
    found = mutation[1].keywords.get("found") if isinstance(mutation[1], partial) else None
    if found is None or call.raw is not None:
        return True
    if not isinstance(found, Remark):
        return True
    return all(is_new(value_at(call.json, place), known) for place in found.at)


def items_in(call: Sending) -> list[Any]:
    """The items of a body."""
    before, listed, _ = call.about.items.partition("/*")
    node = value_at(call.json, before)
    return list(node or ()) if listed else [node]


def is_new(value: Any, known: set[str | None]) -> bool:
    """Whether a value has a leaf that was nowhere before."""
    return any(text(leaf) not in known for _, leaf in leaves(value))


# eSputnik numbers its imports, and a session "1" looks as if it held a segment "1" that was sent.
@pytest.mark.parametrize("vendor", [vendor for vendor in HELD_BY if vendor != "esputnik"])
@proof
@given(data=st.data())
def test_each_leaf_that_is_lost_and_each_loss_that_is_not_named_is_noticed(vendor: str, data: st.DataObject) -> None:
    call = data.draw(unique_sendings(vendor, itertools.count(500_000)))
    known = {text(value) for documents in held(vendor).values() for _, value in leaves(documents)}
    assume(call.raw is not None or all(is_new(each, known) for each in items_in(call)))
    found: list[Mutation] = [
        mutation
        for mutation in mutations(right_decisions(vendor, call), sent_of(call), known)
        if says_something_new(call, mutation, known)
    ]
    assume(found)
    for name, tamper in data.draw(
        st.lists(st.sampled_from(found), min_size=1, max_size=6, unique_by=lambda each: each[0])
    ):
        note(name)
        tampered = Tampered(vendor, tamper)
        assert tampered.send(call).count > 0 or tampered.waits, name
