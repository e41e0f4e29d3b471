"""What the kit says of an exporter, in words that go with the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mockservers.clients import zangsho
from mockservers.testing.conformance import Report, Target, run
from mockservers.testing.conformance.trial import Outcome
from mockservers.testing.orders import Order


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome(), "the exporter reported no failure"),
        (Outcome(failed=frozenset({"O-2", "O-1"})), "the exporter said that these failed: O-1, O-2"),
        (
            Outcome(failed=frozenset({"O-1"}), unknown=frozenset({"X"})),
            "the exporter said that these failed: O-1, X; no order was given it by the id X",
        ),
        (Outcome(raised=ValueError("no")), "the exporter raised ValueError: no"),
    ],
)
def test_the_outcome_of_an_export_is_described_completely(outcome: Outcome, says: str) -> None:
    assert str(outcome) == says


def test_shapes_that_were_never_tried_are_named_up_to_five() -> None:
    shapes = {"tried": 1, **{f"shape {number}": 0 for number in range(1, 8)}}
    report = Report("zangsho", (), shapes=shapes)

    assert report.coverage == (
        "1 of 8 shapes of orders were tried. Never: shape 1, shape 2, shape 3, shape 4, shape 5 and 2 more."
    )
    assert report.never_drawn == tuple(f"shape {number}" for number in range(1, 8))


def test_an_example_that_fails_only_once_shows_its_first_failure() -> None:
    exports: list[int] = []

    def fails_once(target: Target, orders: Sequence[Order]) -> list[str]:
        exports.append(len(orders))
        return [] if len(exports) == 3 else list(zangsho.export(target, orders))

    report = str(run("zangsho", fails_once, profile="quick", seed=1, only=["limits"]))
    assert "the same example had another result the second time. At first:" in report
    assert "Zangsho does not hold what was exported." in report
