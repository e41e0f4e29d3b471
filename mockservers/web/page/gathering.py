"""The data of the screens, from the tenants of a server: calls, newest first, and losses in groups."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.accounting.evidence import UNAUTHENTICATED
from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.journal import Exchange
from mockservers.core.admin.control import Control
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.value import Struct, Value, field

LOOKED_AT = 5_000
"""The most exchanges of a tenant that a list of calls searches."""


class Filter(Value):
    """A filter for calls: by vendor, tenant, part of the path, error status, and loss."""

    vendor: str = ""
    tenant: str = ""
    text: str = ""
    only: str = ""


def tenants_of(control: Control, vendor: str = "", tenant: str = "") -> Iterator[tuple[Mock, Tenant]]:
    """Yield tenants with their mocks, including those for calls that reached no tenant."""
    for name, mock in control.mocks.items():
        if vendor in ("", name):
            for each in (mock.unauthenticated, *mock):
                if tenant in ("", each.id):
                    yield mock, each


def tenant_of(control: Control, vendor: str, name: str) -> Tenant:
    """Return a tenant of a vendor, or the one for unauthenticated calls. UnknownName if there is none."""
    mock = control.mock(vendor)
    return mock.unauthenticated if name == UNAUTHENTICATED else mock.tenant(name)


def findings_by_exchange(tenant: Tenant) -> Mapping[int, list[Finding]]:
    """Return the findings that the ledger still has."""
    by_exchange: dict[int, list[Finding]] = {}
    for finding in tenant.ledger.findings:
        by_exchange.setdefault(finding.exchange, []).append(finding)
    return by_exchange


def answered(mock: Mock, tenant: Tenant, exchange: Exchange, findings: list[Finding]) -> AnsweredCall:
    """Return an exchange in the form for watchers of a server."""
    reason = mock.reasons.get(exchange.id) if tenant is mock.unauthenticated else None
    why = reason.why if reason else ""
    return AnsweredCall(mock.contract, tenant.id, tenant.credentials, exchange, tuple(findings), why)


def newest_calls(control: Control, chosen: Filter, most: int) -> list[dict[str, Any]]:
    """Return the newest calls that pass a filter, as summaries with the vendor's name in "title"."""
    streams = [_of_tenant(mock, tenant, chosen) for mock, tenant in tenants_of(control, chosen.vendor, chosen.tenant)]
    calls: list[dict[str, Any]] = []
    for call in heapq.merge(*streams, key=lambda each: -each.began):
        summary = call.to_dict()
        if chosen.only != "losses" or summary["losses"] or summary["reached"] != "tenant":
            calls.append({**summary, "title": call.contract.title, "began": call.began})
        if len(calls) == most:
            break
    return calls


def _of_tenant(mock: Mock, tenant: Tenant, chosen: Filter) -> Iterator[AnsweredCall]:
    with tenant.lock:
        findings = findings_by_exchange(tenant)
        exchanges = tenant.journal.newest(LOOKED_AT)
    for exchange in exchanges:
        failed = exchange.reply.status >= 400 or exchange.reply.status == 0
        if (chosen.only != "errors" or failed) and chosen.text.casefold() in exchange.path.casefold():
            own = findings.get(exchange.id, [])
            if chosen.only != "losses" or own or tenant is mock.unauthenticated or not exchange.operation:
                yield answered(mock, tenant, exchange, own)


class LossGroup(Struct):
    """Equal losses: of one vendor, rule and key. `first` is the newest of them."""

    loss: str
    mock: Mock
    tenant: Tenant
    first: Finding
    count: int = 0
    exchanges: list[tuple[str, int]] = field(default_factory=list)


def loss_groups(control: Control) -> list[LossGroup]:
    """Return all losses and risks of all tenants, silent ones first, then the most frequent ones."""
    groups: dict[tuple[str, ...], LossGroup] = {}
    for mock, tenant in tenants_of(control):
        if tenant is mock.unauthenticated:
            continue
        with tenant.lock:
            tenant.run_due()
            findings = tenant.ledger.findings
        for finding in reversed(findings):
            loss = _loss_of(finding)
            if loss:
                same = (loss, mock.vendor.name, finding.rule, finding.key, finding.kind)
                group = groups.setdefault(same, LossGroup(loss, mock, tenant, finding))
                group.count += finding.count
                if len(group.exchanges) < 5:
                    group.exchanges.append((tenant.id, finding.exchange))
    order = ("silent", "at-risk", "lost")
    return sorted(groups.values(), key=lambda group: (order.index(group.loss), -group.count))


def _loss_of(finding: Finding) -> str:
    if finding.mended or finding.rewound:
        return ""
    if finding.loses:
        return "silent" if finding.silent else "lost"
    return "at-risk" if finding.kind == "at-risk" else ""
