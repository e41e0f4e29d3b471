"""Every vendor mutant goes on answering: it is wrong about what it stores or says, and never ends in an exception."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.tenancy.mock import Mock
from mockservers.testing.mutation.altering import altered
from mockservers.testing.mutation.facts import Fact, observed
from mockservers.testing.mutation.mutants import mutants
from mockservers.vendors import load_contract, vendor
from tests.asking import NOW, VENDORS, contract
from tests.pages import held
from tests.sending import Sending
from tests.traffic import sendings

STORED = ("drops", "forgets")
"""The kinds of mutants after which something else is held: what comes later reads it."""


def calls(name: str, most: int) -> list[Sending]:
    """The same calls in every run, the first half of them twice."""
    drawn: list[Sending] = []

    @settings(
        max_examples=most,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sendings(name))
    def draw(sending: Sending) -> None:
        drawn.append(sending)

    draw()
    return [*drawn, *drawn[: most // 2]]


def play(serving: Vendor, files: Contract, sent: Sequence[Sending], readings: dict[str, str] | None = None) -> None:
    """Send all calls to a tenant that holds something, let its jobs run, and look at what it holds."""
    mock = Mock(serving, files)
    tenant = mock.create(readings=readings, now=NOW, frozen=True)
    tenant.limits.set_mode("off")
    tenant.replace_state(held(serving.name))
    for number, sending in enumerate(sent):
        mock.handle(sending.about, sending.path, sending.by(tenant.credentials))
        if number % 10 == 9:
            tenant.advance(timedelta(days=1))
    tenant.advance(timedelta(days=2))
    tenant.state()
    tenant.ledger.to_dict()


def broken(name: str, sent: Sequence[Sending], kinds: Sequence[str], folder: Path) -> list[str]:
    """The mutants that these calls call for and that end in an exception."""
    about, facts = contract(name), set[Fact]()
    play(observed(vendor(name), about, facts.add), about, sent)
    crashed = []
    for number, mutant in enumerate(mutants(dict.fromkeys(facts, ("a test",)), {name: about})):
        if mutant.kind not in kinds and kinds:
            continue
        wrong = altered(mutant, about, folder / str(number))
        files = load_contract(name, wrong.contracts) if wrong.contracts else about
        try:
            play(wrong.alter(vendor(name), files), files, sent, dict(wrong.readings))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what a mutant must not do
            crashed.append(f"{mutant.id}: {type(error).__name__}: {error}")
    return crashed


@pytest.mark.parametrize("name", VENDORS)
def test_a_mutant_that_stores_wrong_documents_still_answers(name: str, tmp_path: Path) -> None:
    assert broken(name, calls(name, 90), STORED, tmp_path) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", VENDORS)
def test_every_mutant_still_answers_every_call(name: str, tmp_path: Path) -> None:
    assert broken(name, calls(name, 150), (), tmp_path) == []
