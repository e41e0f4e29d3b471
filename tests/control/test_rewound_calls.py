"""Calls that came after a checkpoint and are taken back: out of every count, however small the journal is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.exchange.call import Request
from mockservers.core.tenancy import checkpoints
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.vendors import vendor
from tests.asking import contract

STEPS = st.lists(st.sampled_from(["call", "unmatched", "checkpoint", "rewind"]), max_size=25)


@pytest.mark.parametrize("journal_max", [1, 3, 100])
@given(steps=STEPS, choices=st.randoms(use_true_random=False))
def test_rewound_calls_are_known_and_counted_once(journal_max: int, steps: list[str], choices: object) -> None:
    """Compared with a plain set of the calls that still count."""
    mock = Mock(vendor("zangsho"), contract("zangsho"), Settings(journal_max=journal_max))
    tenant = mock.create()
    headers = {"authorization": f"Bearer {tenant.credentials['token']}"}
    counts: set[int] = set()
    unmatched: set[int] = set()
    for step in steps:
        if step == "call":
            request = Request("GET", "/v1/orders", headers=headers)
            counts.add(mock.handle(mock.contract.operations["listOrders"], {}, request).exchange)
        elif step == "unmatched":
            answer = mock.handle_unmatched(Request("GET", "/v1/nowhere", headers=headers), "not-found")
            counts.add(answer.exchange)
            unmatched.add(answer.exchange)
        elif step == "checkpoint":
            checkpoints.take(tenant)
        elif tenant.checkpoints:
            name, kept = choices.choice(list(tenant.checkpoints.items()))  # type: ignore[attr-defined]
            gone = {number for number in counts if number > kept.exchange}
            assert checkpoints.rewind(tenant, name) == len(gone)
            counts -= gone
    assert {call["exchange"] for call in mock.unmatched_calls() if not call["rewound"]} == unmatched & counts
    assert {exchange.id for exchange in tenant.journal if not exchange.rewound} <= counts
