"""The last calls of a failed test, each with the vendor's answer. pytest shows them with the failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mockservers.core.accounting.call_summary import summaries, summary
from mockservers.core.errors import UsageError
from mockservers.core.values.printable import printable, shortened
from mockservers.reports.call_line import call_line, permalink

SHOWN = 5
"""Maximum number of calls of a tenant."""

_ANSWER = 400
"""Maximum number of characters of an answer."""


class Journals(Protocol):
    """The calls of `mockservers.core.admin.control.Control`, or of a client, that the last calls need."""

    def journal(self, name: str, *, after: int = 0) -> dict[str, Any]: ...
    def ledger(self, name: str) -> dict[str, Any]: ...
    def unauthenticated(self) -> dict[str, Any]: ...


def last_calls(controls: Journals, tenant: str, vendor: str, after: int, page: str = "") -> list[str]:
    """The newest calls of a tenant after an exchange, two lines each: the call and its answer.

    `page` is the address of a server that keeps running; a third line then has the page of each call.
    """
    try:
        exchanges = controls.journal(tenant, after=after)["exchanges"][-SHOWN:]
        findings = controls.ledger(tenant)["findings"] if exchanges else []
    except UsageError:  # the test deleted it
        return []
    lines: list[str] = []
    for exchange, call in zip(exchanges, summaries(vendor, tenant, exchanges, findings), strict=True):
        lines += [call_line(call), _answer(exchange), *([f"    {page}{permalink(call)}"] if page else [])]
    return lines


def last_unauthenticated(controls: Journals, after: Mapping[str, int]) -> list[str]:
    """The same for the newest calls that reached no tenant. `after` is the last exchange to omit, by vendor."""
    calls = [each for each in controls.unauthenticated()["calls"] if each["exchange"] > after.get(each["vendor"], 0)]
    lines: list[str] = []
    for call in calls[-SHOWN:]:
        lines += [call_line(summary(call["vendor"], call["tenant"], call, (), call["why"])), _answer(call)]
    return lines


def _answer(exchange: Mapping[str, Any]) -> str:
    body = exchange["response"]["body"]
    return f"    answered: {printable(shortened(body, _ANSWER)) if body else '(no body)'}"
