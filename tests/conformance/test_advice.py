"""What the kit advises fits what happened: no call, an export without an end, an exception although all is held."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests

from mockservers.clients import fanship, zangsho
from mockservers.testing.conformance import PropertyFailure, Suite, Zangsho, ZangshoTarget, run
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import complete
from mockservers.testing.conformance.edge_cases import edge_orders
from mockservers.testing.orders import Order

Export = Callable[[Any, Sequence[Order]], Any]


def silent(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    pass


def misconfigured(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    raise KeyError("API_TOKEN")


def endless(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    while True:
        time.sleep(0.01)


def pessimist(target: ZangshoTarget, orders: Sequence[Order]) -> list[str]:
    zangsho.export(target, orders)
    return [orders[0].id]


def surprised(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    """Raises after the answer to the customers, which is no error."""
    zangsho.customers(target, [order.customer for order in orders])
    raise ValueError("no")


def strict(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    zangsho.export(target, orders)
    raise ValueError("201 is not 200")


@pytest.mark.parametrize(
    ("export", "advice"),
    [
        (silent, "Send the orders to target.url with the account's credentials. No call with them came."),
        (misconfigured, "Find out why the exporter raised before its first call with the account's credentials."),
        (endless, "End every export: give every call a time-out, and every loop a limit. Then raise."),
        (pessimist, "Return only the ids of orders that did not arrive. Everything that can be held is held."),
        (surprised, "The exporter raised after an answer of success. Take every status from 200 to 299 for success,"),
        (strict, "Everything is held. Take every status from 200 to 299 for success, with or without a body."),
    ],
)
def test_the_advice_fits_what_happened(export: Export, advice: str) -> None:
    about = {"__test__": False, "time_limit": 1.0, "export": lambda _, target, orders: export(target, orders)}
    exporter: Suite[Any] = type("Ours", (Zangsho,), about)()

    with pytest.raises(PropertyFailure) as failure:
        complete(exporter, Case(edge_orders(exporter)))

    assert f"\n  do   {advice}" in str(failure.value)


def test_an_exporter_that_takes_202_for_a_failure_gets_that_advice() -> None:
    class Answered(Exception):
        pass

    def export(target: object, orders: Sequence[Order]) -> None:
        before = requests.Session.request

        def only_200(session: requests.Session, *asked: object, **given: object) -> requests.Response:
            answer = before(session, *asked, **given)  # type: ignore[arg-type]
            if answer.status_code != 200:
                raise Answered(f"{answer.status_code}")
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requests.Session, "request", only_200)
            fanship.export(target, orders)  # type: ignore[arg-type]

    report = run("fanship", export, profile="quick", seed=1, only=["readings"], shrink=False)

    assert not report.holds
    assert "Take every status from 200 to 299 for success" in report.results[0].message
