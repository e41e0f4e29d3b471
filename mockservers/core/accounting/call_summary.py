"""A summary of one call: the request, the reply, and the outcome of its items. For the log, the page and pytest.

Works on the JSON of a journal and of findings, from any server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.accounting.sent_body import MISSING, Sent, decoded, earlier_value_at, value_at
from mockservers.core.values.json_text import dumps

VALUE_SHOWN = 80
"""Characters of a lost value that a summary shows."""


def summary(
    vendor: str, tenant: str, exchange: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], why: str = ""
) -> dict[str, Any]:
    """{"vendor", "tenant", "exchange", "at", "operation", "method", "path", "status", "took_ms", "items", "losses", …}.

    `why` says why the credentials of a call select no tenant. `losses` are those of `losses_of`.
    """
    kind = "unauthenticated" if why else "" if exchange["operation"] else "unmatched"
    return {
        "vendor": vendor,
        "tenant": tenant,
        "exchange": exchange["id"],
        "at": exchange["at"],
        "operation": exchange["operation"],
        "method": exchange["request"]["method"],
        "path": exchange["request"]["path"],
        "status": exchange["response"]["status"],
        "took_ms": round(exchange["took"] * 1000, 1),
        "items": dict(exchange["items"]),
        "losses": losses_of(exchange, findings) if findings else [],
        "fault": exchange["fault"],
        "reached": kind or "tenant",
        "why": why,
    }


def summaries(
    vendor: str, tenant: str, exchanges: Iterable[Mapping[str, Any]], findings: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the summary of each exchange of a tenant, with those of the findings that are about it."""
    by_exchange: dict[int, list[Mapping[str, Any]]] = {}
    for finding in findings:
        by_exchange.setdefault(finding["exchange"], []).append(finding)
    return [summary(vendor, tenant, exchange, by_exchange.get(exchange["id"], ())) for exchange in exchanges]


def losses_of(exchange: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return losses and risks with "loss", "outcome", "count", "key", "place", "value", "nearest", "rule", "why".

    "exchange" is the exchange of the items. `loss` is `silent`, `lost` or `at-risk`. Equal ones are one entry with a
    count, the first place and its value.
    """
    parts: list[Sent] | None = None
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for finding in findings:
        loss = loss_of(finding)
        if loss is None:
            continue
        same = (loss, finding["rule"], finding["outcome"], finding["key"], finding["exchange"])
        if same in rows:
            rows[same]["count"] += finding["count"]
            continue
        place = finding["where"][0] if finding["where"] else ""
        own = finding["exchange"] == exchange["id"]
        if own and place and parts is None:
            parts = decoded(exchange["request"])
        rows[same] = {
            "loss": loss,
            "outcome": finding["outcome"],
            "count": finding["count"],
            "key": finding["key"],
            "place": place,
            "value": _shown(parts or [], place, earlier=finding["earlier_value"]) if own and place else None,
            "nearest": finding.get("nearest"),
            "rule": finding["rule"],
            "why": finding["why"],
            "exchange": finding["exchange"],
        }
    return list(rows.values())


def loss_of(finding: Mapping[str, Any]) -> str | None:
    """Return `silent`, `lost` or `at-risk`; None for any other finding, and for one that was withdrawn."""
    if finding["mended"] or finding["rewound"]:
        return None
    if finding["loses"]:
        return "silent" if finding["silent"] else "lost"
    return "at-risk" if finding["outcome"] == "at-risk" else None


def _shown(parts: list[Sent], place: str, *, earlier: bool) -> str | None:
    """Return the value at a place as JSON, shortened; None if there is none. `earlier`: a replaced value of a key."""
    value = earlier_value_at(parts, place) if earlier else value_at(parts, place)
    if value is MISSING:
        return None
    text = dumps(value).decode("utf-8", "replace")
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"
