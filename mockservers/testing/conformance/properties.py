"""The properties: what each is called, how its examples are drawn, and what it checks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis.strategies import SearchStrategy

from mockservers.testing.conformance import completeness, examples, other_records, resilience, updates
from mockservers.testing.conformance.examples import Case
from mockservers.testing.conformance.exporter import Exporter


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its id. `share` is its part of a profile's examples: some cost more calls than others.

    `vendors` are those that it can be asked of, all when empty; `needs` is the method that its user has to give for it.
    """

    id: str
    draw: Callable[[Exporter], SearchStrategy[Case]]
    check: Callable[[Exporter, Case], None]
    share: float = 1.0
    vendors: frozenset[str] = frozenset()
    needs: str = ""

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

    def applies(self, exporter: Exporter) -> bool:
        """Whether it can be asked of this vendor, and of what the exporter says that it can do."""
        if self.vendors and exporter.vendor not in self.vendors:
            return False
        if self.needs and not exporter.can(self.needs):
            return False
        return not (self.name == "updates" and not exporter.updates)

    def cases(self, exporter: Exporter) -> SearchStrategy[Case]:
        """Its examples, under readings of the vendor's page, too. `conformance.readings` goes through all of them."""
        drawn = self.draw(exporter)
        return drawn if self.name == "readings" else examples.under_readings(exporter, drawn)


PROPERTIES: Mapping[str, Property] = {
    each.name: each
    for each in (
        Property("conformance.complete", examples.exported, completeness.complete),
        Property("conformance.nothing-silent", examples.refused, completeness.nothing_silent, share=2),
        Property("conformance.limits", examples.lengthened, completeness.limits, share=0.02),
        Property("conformance.order", examples.grown, updates.order, share=0.5),
        Property("conformance.days", examples.days, updates.days, vendors=frozenset({"fanship"})),
        Property("conformance.updates", examples.changed, updates.updates),
        Property("conformance.customers", examples.acquainted, other_records.customers, share=0.5, needs="customers"),
        Property(
            "conformance.refunds",
            examples.refunded,
            other_records.refunds,
            share=0.5,
            vendors=frozenset({"omnisegment", "esputnik", "zangsho"}),
            needs="refund",
        ),
        Property(
            "conformance.subscriptions",
            examples.subscribed,
            other_records.subscriptions,
            share=0.5,
            vendors=frozenset({"zangsho"}),
            needs="subscribe",
        ),
        Property("conformance.faults", examples.faulty, resilience.faults),
        Property("conformance.outage", examples.patterns, resilience.outage, share=0.06),
        Property("conformance.readings", examples.exported, resilience.readings, share=0.25),
    )
}
