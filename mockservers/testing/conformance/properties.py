"""The properties: the name, the examples and the check of each."""

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
    """A property. `share` is its fraction of a profile's examples, because some properties need more calls than others.

    If the share is 0, no example is generated. `always` are examples that are tested whatever the seed. `supported`
    says whether a vendor's suite can have the property; None: every suite. `needs` is a method that it needs.
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
        """What the property means, and what a failure means."""
        return inspect.getdoc(self.check) or ""

    @property
    def optional(self) -> bool:
        """Whether there are suites without this property."""
        return self.supported is not None or bool(self.needs)

    def offered(self, suite: type[Exporter[Any]]) -> bool:
        """Whether a suite has this property: its vendor supports it, and its user has written the method."""
        return (self.supported is None or self.supported(suite)) and (not self.needs or suite.can(self.needs))

    def applies(self, exporter: Exporter[Any]) -> bool:
        """Whether an exporter has this property, also according to its attributes."""
        return self.offered(type(exporter)) and (self.name != "updates" or exporter.updates)

    def cases(self, exporter: Exporter[Any]) -> SearchStrategy[Case]:
        """Its examples, some of them under other readings. `conformance.readings` tests all readings itself."""
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
