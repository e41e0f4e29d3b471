"""The ledger as it will be: what a copy says today is what the tenant says tomorrow, and the tenant does not move."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.accounting.evidence import Account, counting
from mockservers.core.accounting.settled import settled_ledger
from tests.asking import Asking

LINES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abc")},
        optional={"quantity": st.integers(0, 2), "x": st.just(1), "member_id": st.sampled_from(["m", "nobody"])},
    ),
    min_size=1,
    max_size=3,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), st.sampled_from(["20251101", "20251102"]), LINES),
        st.tuples(st.just("advance"), st.sampled_from([1, 17, 30]), st.none()),
    ),
    min_size=1,
    max_size=8,
)


def act(fanship: Asking, step: tuple[str, Any, Any]) -> None:
    kind, about, lines = step
    if kind == "advance":
        fanship.advance(hours=about)
        return
    file = "".join(json.dumps(line) + "\n" for line in lines).encode()
    headers = {"Authorization": f"Bearer {fanship.credentials['token']}"}
    fanship.ask("uploadPurchases", headers=headers, path={"yyyymmdd": about}, file=file)


def looked_at(fanship: Asking) -> Any:
    tenant = fanship.tenant
    return fanship.state, fanship.ledger, tenant.clock.now(), tenant.due, len(tenant.journal), tenant.last


@given(STEPS)
def test_the_settled_copy_predicts_the_ledger_and_leaves_the_tenant_unchanged(
    steps: list[tuple[str, Any, Any]],
) -> None:
    fanship = Asking("fanship", members=[{"id": "m"}])
    for step in steps:
        act(fanship, step)
    before = looked_at(fanship)
    foretold = settled_ledger(fanship.tenant)
    foretold.pop("now")
    assert looked_at(fanship) == before
    fanship.tenant.advance_to(fanship.tenant.clock.now() + timedelta(days=3))
    assert fanship.tenant.due == []
    assert fanship.ledger == foretold


def charged(account: Account) -> int:
    return sum(int(finding["count"]) for finding in counting(account.ledger) if finding["loses"])


@given(STEPS)
def test_a_test_that_only_moves_the_clock_is_charged_with_nothing(steps: list[tuple[str, Any, Any]]) -> None:
    """Each step stands for a test: a step that sends is charged, a step that moves the clock is not."""
    fanship = Asking("fanship", members=[{"id": "m"}])
    before = Account("one", "fanship", settled_ledger(fanship.tenant))
    for step in steps:
        act(fanship, step)
        after = Account("one", "fanship", settled_ledger(fanship.tenant))
        charge = after.since(before)
        assert charged(charge) >= charged(after) - charged(before)
        assert charge.ledger["silent"] == max(0, after.ledger["silent"] - before.ledger["silent"])
        if step[0] == "advance":
            assert (charged(charge), charge.ledger["silent"], charge.ledger["items"]["sent"]) == (0, 0, 0)
        before = after
