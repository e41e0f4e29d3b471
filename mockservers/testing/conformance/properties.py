"""The properties: what each is called, how its examples are drawn, and what it checks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis.strategies import SearchStrategy

from mockservers.testing.conformance import (
    completeness,
    crash,
    edge_cases,
    examples,
    fault_sweep,
    other_records,
    reading_examples,
    record_examples,
    resilience,
    updates,
)
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.exporter import Exporter


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its id. `share` is its part of a profile's examples: some cost more calls than others.

    No example is drawn where the share is 0. `always` are examples that are tried before the end, whatever the seed.
    `supported` says whether it can be asked of a vendor's suite, of every one when None; `needs` is the method that
    the suite's user has to give for it.
    """

    id: str
    draw: Callable[[Exporter[Any]], SearchStrategy[Case]]
    check: Callable[[Exporter[Any], Case], None]
    share: float = 1.0
    supported: Callable[[type[Exporter[Any]]], bool] | None = None
    needs: str = ""
    always: Callable[[Exporter[Any]], Sequence[Case]] = lambda _: ()

    @property
    def name(self) -> str:
        """The last part of the id, as in `test_nothing_silent`."""
        return self.id.removeprefix("conformance.").replace("-", "_")

    @property
    def test(self) -> str:
        """The name of its test."""
        return f"test_{self.name}"

    @property
    def says(self) -> str:
        """What it is, and what it means when it fails."""
        return inspect.getdoc(self.check) or ""

    @property
    def optional(self) -> bool:
        """Whether there are suites that it cannot be asked of."""
        return self.supported is not None or bool(self.needs)

    def offered(self, suite: type[Exporter[Any]]) -> bool:
        """Whether it can be asked of a suite: of its vendor, and of what its user's code can do."""
        return (self.supported is None or self.supported(suite)) and (not self.needs or suite.can(self.needs))

    def applies(self, exporter: Exporter[Any]) -> bool:
        """Whether it can be asked of an exporter, and of what that says that it does."""
        return self.offered(type(exporter)) and (self.name != "updates" or exporter.updates)

    def cases(self, exporter: Exporter[Any]) -> SearchStrategy[Case]:
        """Its examples, under readings of the vendor's page, too. `conformance.readings` goes through all of them."""
        drawn = self.draw(exporter)
        return drawn if self.name == "readings" else reading_examples.under_readings(exporter, drawn)


PROPERTIES: Mapping[str, Property] = {
    each.name: each
    for each in (
        Property("conformance.complete", examples.exported, completeness.complete, always=edge_cases.edge),
        Property(
            "conformance.nothing-silent",
            examples.refused,
            completeness.nothing_silent,
            share=2,
            always=edge_cases.edge_refusals,
        ),
        Property("conformance.limits", examples.lengthened, completeness.limits, share=0.02),
        Property("conformance.order", examples.grown, updates.order, share=0.5, always=edge_cases.edge_growth),
        Property(
            "conformance.days",
            examples.days,
            updates.days,
            supported=lambda suite: bool(suite.day_path),
            always=edge_cases.edge_days,
        ),
        Property("conformance.updates", examples.changed, updates.updates, always=edge_cases.edge_changes),
        Property(
            "conformance.customers",
            record_examples.acquainted,
            other_records.customers,
            share=0.5,
            always=edge_cases.edge_customers,
            supported=lambda suite: suite.customer_projection is not None,
            needs="customers",
        ),
        Property(
            "conformance.refunds",
            record_examples.refunded,
            other_records.refunds,
            share=0.5,
            always=edge_cases.edge_refunds,
            supported=lambda suite: suite.takes_refunds,
            needs="refund",
        ),
        Property(
            "conformance.subscriptions",
            record_examples.subscribed,
            other_records.subscriptions,
            share=0.5,
            always=edge_cases.edge_subscriptions,
            supported=lambda suite: suite.subscription_projection is not None,
            needs="subscribe",
        ),
        Property(
            "conformance.faults",
            examples.disturbed,
            fault_sweep.faults,
            share=0.06,
            always=edge_cases.edge_with_faults,
        ),
        Property("conformance.crash", examples.exported, crash.crash, share=0.0, always=edge_cases.edge_crashes),
        Property("conformance.outage", examples.patterns, resilience.outage, share=0.06, always=edge_cases.edge_few),
        Property(
            "conformance.readings", examples.exported, resilience.readings, share=0.25, always=edge_cases.edge_readings
        ),
    )
}
