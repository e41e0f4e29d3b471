"""Exporters that are right until a call is never answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from unittest.mock import patch

import requests

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import Target
from mockservers.testing.orders import Order
from tests.conformance.mutants.mutant import Export, Mutant

WAITS = 0.4
"""Seconds that they wait for an answer: as good as ten, and the tests are quicker."""


class WithoutTimeOut(requests.Session):
    """Waits for an answer as long as it takes."""

    def request(self, *asked: Any, **given: Any) -> requests.Response:
        return super().request(*asked, **{**given, "timeout": None})


class TimeOutIsDone(requests.Session):
    """Treats a call without an answer in time as successful."""

    body = b""

    def request(self, *asked: Any, **given: Any) -> requests.Response:
        try:
            return super().request(*asked, **{**given, "timeout": WAITS})
        except requests.ReadTimeout:
            answer = requests.Response()
            answer.status_code, answer._content = 200, self.body
            return answer


class ZangshoIsDone(TimeOutIsDone):
    body = b'{"data": {"results": {}}}'


class OmnisegmentIsDone(TimeOutIsDone):
    body = b'{"result": "SUCCESS"}'


def with_session(kind: type[requests.Session], export: Callable[[Any, Any], Iterable[str] | None]) -> Export:
    """The exporter with sessions of this kind."""

    def sent(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        with patch.object(requests, "Session", kind):
            return export(target, orders)

    return sent


def mutant(vendor: str, name: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"{vendor}-{name}", vendor, "faults", wrong, export, time_limit=2.0)


MUTANTS = (
    mutant("fanship", "no-time-out", "has no HTTP time-out", with_session(WithoutTimeOut, fanship.export)),
    mutant("esputnik", "no-time-out", "has no HTTP time-out", with_session(WithoutTimeOut, esputnik.export)),
    mutant(
        "zangsho",
        "time-out-is-done",
        "treats a call that timed out as done",
        with_session(ZangshoIsDone, zangsho.export),
    ),
    mutant(
        "omnisegment",
        "time-out-is-done",
        "treats a call that timed out as done",
        with_session(OmnisegmentIsDone, omnisegment.export),
    ),
)
