"""The conformance kit: property-based suites that integrators run against their own exporters.

    from mockservers.testing.conformance import Fanship

    class TestOurExport(Fanship):
        def export(self, target, orders):
            return our_export(orders, base_url=target.url, token=target.token)

`run("fanship", export)` does the same without a class. `docs/conformance.md` tells what the properties are.
"""

from mockservers.testing.conformance.messages import PropertyFailure
from mockservers.testing.conformance.running import Report, Result, run
from mockservers.testing.conformance.target import Target
from mockservers.testing.conformance.vendors import Esputnik, Fanship, Omnisegment, Zangsho

__all__ = ["Esputnik", "Fanship", "Omnisegment", "PropertyFailure", "Report", "Result", "Target", "Zangsho", "run"]
