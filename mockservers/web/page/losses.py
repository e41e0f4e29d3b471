"""The first screen: groups of losses, risks, unauthenticated and unmatched calls, each with a fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import flask

from mockservers.core.accounting.sent_body import decoded
from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.provenance import label
from mockservers.core.errors import UnknownName
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.unmatched import alternatives
from mockservers.web.page.body_view import Line, Marks, lines_of
from mockservers.web.page.gathering import LossGroup, loss_groups
from mockservers.web.page.places import all_places

GROUPS_SHOWN = 60
"""The most groups that are shown; the rest are counted."""

CALLS_SHOWN = 20
"""The most unauthenticated and unmatched calls that are shown, of each kind."""

_AROUND = 6
"""The number of lines before and after a place."""


def add(app: flask.Flask, control: Control) -> None:
    """Add the screen."""

    @app.get("/")
    @app.get("/losses")
    def losses() -> str:
        groups = loss_groups(control)
        figures, evicted = _figures(control, groups)
        unauthenticated = [call for call in control.unauthenticated()["calls"] if call["operation"]]
        unmatched = control.unmatched()
        return flask.render_template(
            "losses.html",
            kinds=_KINDS,
            groups=[_shown(group) for group in groups[:GROUPS_SHOWN]],
            left=len(groups) - GROUPS_SHOWN,
            figures=figures,
            evicted=evicted,
            items=_items(control),
            unauthenticated=unauthenticated[::-1],
            unmatched=[{**each, "why": _instead(control, each)} for each in unmatched[::-1]],
            bases=_bases(control),
            most=CALLS_SHOWN,
        )


_KINDS = {
    "silent": ("Silent", "Lost, and no answer said so."),
    "at-risk": ("At risk", "Held, but lost under another reading of the vendor's pages."),
    "lost": ("Lost and reported", "The answer said so: does your client look?"),
}


def _figures(control: Control, groups: list[LossGroup]) -> tuple[dict[str, int], int]:
    """Return the counts of losses by kind, including evicted findings, and the number of evicted findings."""
    figures = {kind: sum(each.count for each in groups if each.loss == kind) for kind in _KINDS}
    ledgers = [tenant.ledger for mock in control.mocks.values() for tenant in mock]
    figures |= {
        "silent": sum(ledger.silent for ledger in ledgers),
        "at-risk": sum(ledger.at_risk for ledger in ledgers),
    }
    return figures, sum(ledger.evicted for ledger in ledgers)


def _instead(control: Control, call: Mapping[str, Any]) -> str:
    return alternatives(control.mock(call["vendor"]).contract, call["method"], call["path"])


def _bases(control: Control) -> list[tuple[Contract, str, str]]:
    """Return the settings for a client: each vendor's contract and base URL, and a tenant with credentials."""
    host = flask.request.host_url.rstrip("/")
    return [
        (mock.contract, f"{host}/{name}", next((tenant.id for tenant in mock), ""))
        for name, mock in control.mocks.items()
    ]


def _items(control: Control) -> dict[str, int]:
    """Return the items of all tenants, by outcome."""
    counts: dict[str, int] = {}
    for mock in control.mocks.values():
        for tenant in mock:
            for outcome, count in tenant.ledger.items.items():
                counts[outcome] = counts.get(outcome, 0) + count
    return counts


def _shown(group: LossGroup) -> dict[str, Any]:
    finding = group.first.to_dict(group.mock.contract)
    rule = group.first.of_rule
    return {
        "loss": group.loss,
        "count": group.count,
        "vendor": group.mock.vendor.name,
        "title": group.mock.contract.title,
        "finding": finding,
        "says": rule.says,
        "provenance": label(rule.provenance_of),
        "source": rule.source,
        "fix": finding["fix"],
        "reading": rule.reading,
        "exchanges": group.exchanges,
        "excerpt": _excerpt(group, finding),
        "tenant": group.tenant.id,
    }


def _excerpt(group: LossGroup, finding: dict[str, Any]) -> list[Line]:
    """Return the lines of the body around the place of a finding."""
    try:
        exchange = group.tenant.journal.exchange(group.first.exchange)
    except UnknownName:  # evicted
        return []
    operation = group.mock.contract.operations.get(exchange.operation)
    if operation is None or exchange.body_size > 32 * 1024:
        return []
    mask = Mask(group.tenant.credentials, (each.name for each in group.mock.contract.credentials))
    parts = decoded(mask.call({**exchange.to_dict(), "path": exchange.path})["request"])
    marks = Marks([{**finding, "where": all_places(finding, parts)}], operation.items, kept=False)
    for part in parts:
        lines, _ = lines_of(part, marks)
        for places in _outwards(finding["where"]):
            at = next((number for number, line in enumerate(lines) if line.place.strip() in places), None)
            if at is not None:
                return lines[max(0, at - _AROUND) : at + _AROUND + 1]
    return []


def _outwards(where: Sequence[str]) -> Iterator[set[str]]:
    """Yield the places, and then the places that contain them, step by step: a missing key has no line."""
    places = set(where)
    while places:
        yield places
        places = {place.rpartition("/")[0].strip() for place in places if "/" in place} - {""}
