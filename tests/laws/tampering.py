"""Tenants whose vendor decides wrong on purpose, and which of the wrong decisions the law can notice at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache, partial
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.conservation import declared_forms, leaves
from mockservers.core.accounting.forms import text
from mockservers.core.accounting.loss import items_of, loses
from mockservers.core.exchange.decision import Decision, Note
from mockservers.core.value import replace
from mockservers.core.values.json_text import pointer, value_at
from mockservers.testing.json_values import Draw
from tests.asking import Asking, contract
from tests.laws.mutations import Mutation, mutations
from tests.laws.test_conservation import sent_of
from tests.laws.unique import countable, unique_sendings
from tests.pages import held
from tests.sending import Sending


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


def says_something_new(
    call: Sending, mutation: Mutation, decisions: list[Decision], known: AbstractSet[str | None]
) -> bool:
    """Whether what a mutation does not name is held nowhere else: nothing distinguishes it from what was there."""
    unnamed = mutation.unnamed
    if call.raw is not None or unnamed is None:
        return True
    if isinstance(unnamed, Note):
        return not _is_of_what_was_held(unnamed, call) and all(
            is_new(value_at(call.json, place), known) for place in unnamed.at
        )
    named = {place for decision in decisions for each in decision.notes if loses(each) for place in each.at}
    items = items_in(call)
    return all(is_new(_without(items[index], named, call, index), known) for index in items_of(unnamed))


def _is_of_what_was_held(found: Note, call: Sending) -> bool:
    """Whether a finding is about a field that an item takes from what was there, and does not send."""
    sent = [value_at(call.json, place) for place in found.at]
    return found.kind == "overwritten" and all(isinstance(each, dict) and found.key not in each for each in sent)


def _without(item: Any, named: AbstractSet[str], call: Sending, index: int) -> Any:
    """An item without those of its keys that findings of their own name."""
    if not isinstance(item, dict):
        return item
    base = call.about.items.replace("*", str(index))
    return {key: value for key, value in item.items() if f"{base}{pointer(key)}" not in named}


def items_in(call: Sending) -> list[Any]:
    """The items of a body."""
    before, listed, _ = call.about.items.partition("/*")
    node = value_at(call.json, before)
    return list(node or ()) if listed else [node]


def is_new(value: Any, known: AbstractSet[str | None]) -> bool:
    """Whether a value has a leaf that was nowhere before."""
    return any(text(leaf) not in known for _, leaf in leaves(value))


@cache
def known_to(vendor: str) -> frozenset[str | None]:
    """The scalars, as text, of a tenant that holds something."""
    return frozenset(text(value) for documents in held(vendor).values() for _, value in leaves(documents))


@st.composite
def wrong_decisions(draw: Draw, vendor: str) -> tuple[Sending, list[Mutation]]:
    """A call, and all ways to make what is decided of it wrong that can be noticed.

    No value of the call is a small number: one that a vendor gives out, as a session's, would look as if it held it.
    """
    known = known_to(vendor)
    call = draw(unique_sendings(vendor, itertools.count(500_000), partial(countable, known=known)))
    assume(call.raw is not None or all(is_new(each, known) for each in items_in(call)))
    decisions = right_decisions(vendor, call)
    ways = mutations(decisions, sent_of(call), known, declared_forms(contract(vendor)))
    found = [mutation for mutation in ways if says_something_new(call, mutation, decisions, known)]
    assume(found)
    return call, found


def is_noticed(vendor: str, call: Sending, mutation: Mutation) -> bool:
    """Whether the law finds something of a call unaccounted, or an item waits for ever."""
    tampered = Tampered(vendor, mutation.tamper)
    return tampered.send(call).count > 0 or tampered.waits
