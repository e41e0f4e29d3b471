"""An exporter that waits in real time, for as long as an answer asks for, reads in the message what it waited for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

import pytest
import requests

from mockservers.clients import zangsho
from mockservers.clients.sending import NotSent
from mockservers.testing.conformance import PropertyFailure, Zangsho, ZangshoTarget
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.edge_cases import edge_orders
from mockservers.testing.conformance.fault_sweep import faults
from mockservers.testing.conformance.resilience import outage
from mockservers.testing.orders import Order


class Obedient(Zangsho):
    """It does as `curl --retry` does: it waits for the seconds of Retry-After, on the real clock."""

    __test__ = False
    time_limit = 5.0

    def export(self, target: ZangshoTarget, orders: Sequence[Order]) -> list[str]:
        answer = requests.get(
            f"{target.url}/v1/customers", headers={"Authorization": f"Bearer {target.token}"}, timeout=9
        )
        if answer.status_code == 429:
            ends = time.monotonic() + int(answer.headers["Retry-After"])
            while time.monotonic() < ends:
                time.sleep(0.01)
        if not answer.ok:
            raise NotSent(f"{answer.status_code}")
        return zangsho.export(target, orders)


@pytest.mark.parametrize(
    ("check", "met"), [(faults, r"After call 1 .*"), (outage, r"Zangsho turned every call away \(429\), and")]
)
def test_the_retry_after_of_an_answer_is_named(check: Callable[[Zangsho, Case], None], met: str) -> None:
    exporter = Obedient()
    still = rf"{met} the exporter had not ended at its time limit\."

    with pytest.raises(PropertyFailure, match=still) as failure:
        check(exporter, Case(edge_orders(exporter)))

    assert re.search(
        r"says Retry-After: \d+\. Wait on the vendor's clock, or give more time \(--time-limit\)", str(failure.value)
    )
