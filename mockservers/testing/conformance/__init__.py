"""The conformance kit: property-based suites that integrators run against their own exporters.

    from mockservers.testing.conformance import Fanship

    class TestOurExport(Fanship):
        def export(self, target, orders):
            return our_export(orders, base_url=target.url, token=target.token)

`run("fanship", export)` does the same without a class. `docs/conformance.md` describes the properties.
"""

from mockservers.testing.conformance.messages import PropertyFailure
from mockservers.testing.conformance.running import Report, Result, run
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.conformance.vendors.esputnik import Esputnik, EsputnikTarget
from mockservers.testing.conformance.vendors.fanship import Fanship, FanshipTarget
from mockservers.testing.conformance.vendors.omnisegment import Omnisegment, OmnisegmentTarget
from mockservers.testing.conformance.vendors.zangsho import Zangsho, ZangshoTarget

__all__ = [
    "Esputnik",
    "EsputnikTarget",
    "Fanship",
    "FanshipTarget",
    "Omnisegment",
    "OmnisegmentTarget",
    "PropertyFailure",
    "Report",
    "Result",
    "Suite",
    "Target",
    "Zangsho",
    "ZangshoTarget",
    "run",
]
