"""A warning about exporters that pause in real time, although they can use the vendor's clock."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mockservers.core.values import real_time
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.trial import Run

LONG = 0.9
"""Real seconds of an export with one fault that count as a pause: without a pause it takes milliseconds."""

NOTICED = 3
"""The number of such exports from which the warning is given."""


class RealPauses(UserWarning):
    """The exporter pauses in real time, so that a run of seconds takes minutes."""


@contextmanager
def noticing_real_pauses(exporter: Exporter[Any], trial: Run) -> Iterator[None]:
    """Warn once per exporter, if several exports took long and the vendor's clock moved no further than real time."""
    began, started = trial.target.now(), real_time.monotonic()
    yield
    seconds = real_time.monotonic() - started
    moved = (trial.target.now() - began).total_seconds()
    if seconds < LONG or moved > 1.5 * seconds:
        return
    exporter.real_pauses += 1
    if exporter.real_pauses == NOTICED:
        warnings.warn(
            "The exporter seems to pause in real time between attempts (time.sleep?): a run of seconds takes minutes. "
            "Fix: pause with target.sleep(seconds), which moves the vendor's clock at once; a program says "
            '{"type": "sleep", "seconds": …}, or posts {"advance": "PT1S"} to MOCKSERVERS_CLOCK.',
            RealPauses,
            stacklevel=2,
        )
