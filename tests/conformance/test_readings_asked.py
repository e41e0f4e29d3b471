"""A reading that no decision asked for changes nothing, so `conformance.readings` exports under the others alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import Esputnik, Fanship, Omnisegment, Zangsho
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.edge_cases import edge_readings
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.reading_examples import suitable
from mockservers.testing.conformance.resilience import asked_for, readings
from mockservers.testing.conformance.trial import NOW, Run
from mockservers.testing.orders import Order

CLIENTS: Sequence[tuple[type[Exporter[Any]], Any]] = [
    (Omnisegment, omnisegment),
    (Fanship, fanship),
    (Esputnik, esputnik),
    (Zangsho, zangsho),
]


def right(suite: type[Exporter[Any]], client: Any) -> Exporter[Any]:
    """A right exporter, which counts its exports."""

    class Ours(suite):  # type: ignore[misc,valid-type]
        __test__ = False
        exports = 0

        def export(self, target: Any, orders: Sequence[Order]) -> Any:
            self.exports += 1
            return client.export(target, orders)

    exporter: Exporter[Any] = Ours()
    return exporter


def came_of(exporter: Exporter[Any], case: Case) -> tuple[Any, ...]:
    """The result of an export: the replies, the account and the state."""
    with Run(exporter, readings=case.readings, known=case.orders, now=NOW) as trial:
        outcome = trial.export(case.orders)
        trial.settle()
        replies = [(each["response"]["status"], each["response"]["body"]) for each in trial.exchanges]
        findings = [(found["rule"], found["outcome"], found["where"]) for found in trial.ledger["findings"]]
        return (
            str(outcome),
            replies,
            trial.ledger["items"],
            findings,
            _without_times(trial.tenant.state),
        )


def _without_times(state: Mapping[str, Any]) -> str:
    """The state as text, without the times of the run, since the clock of an example keeps running."""
    return _MOMENT.sub("", json.dumps({name: [*documents] for name, documents in state.items()}, default=str))


_MOMENT = re.compile(r"2026-01-1\dT[0-9:.]+")


@pytest.mark.parametrize(("suite", "client"), CLIENTS, ids=[suite.__name__ for suite, _ in CLIENTS])
def test_a_reading_that_no_decision_asks_for_changes_nothing(suite: type[Exporter[Any]], client: Any) -> None:
    exporter = right(suite, client)
    for case in edge_readings(exporter):
        asked = asked_for(exporter, case.orders, NOW)
        expected = came_of(exporter, case)
        unasked = [(rule, choice) for rule, choice in exporter.other_readings(recoverable=True) if rule not in asked]
        assert unasked
        for rule, choice in unasked:
            under = suitable(exporter, Case(case.orders, readings={rule: choice}))
            if under.orders == case.orders:
                assert came_of(exporter, under) == expected, f"{rule}={choice}"


@pytest.mark.parametrize(("suite", "client"), CLIENTS, ids=[suite.__name__ for suite, _ in CLIENTS])
def test_an_export_under_every_reading_that_was_asked_for_is_tried(suite: type[Exporter[Any]], client: Any) -> None:
    exporter: Any = right(suite, client)
    for case in edge_readings(exporter):
        asked = asked_for(exporter, case.orders, NOW)
        others = exporter.other_readings(recoverable=True)
        before = exporter.exports
        readings(exporter, case)
        tried = exporter.exports - before - 1
        assert len([rule for rule, _ in others if rule in asked]) <= tried < len(others)
