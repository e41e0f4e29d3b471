"""The history of one record: the calls of a tenant that name it, and the changes in each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import flask

from mockservers.core.accounting.call_summary import loss_of
from mockservers.core.accounting.journal import Exchange
from mockservers.core.accounting.sent_body import MISSING, Sent, decoded, inner_json
from mockservers.core.admin.control import Control
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.value import Value
from mockservers.core.values.json_text import dumps, pointer
from mockservers.web.page.gathering import findings_by_exchange

MOMENTS_SHOWN = 200
"""The most calls that are shown."""

_IDENTIFIER = re.compile(r"(?i:^|_)(?i:id|no|number|email|code|sku)$|(?:Id|No|Number|Email|Code)$")


class Moment(Value):
    """One call that names the record, and its changes since the previous one as {key: (before, now)}."""

    exchange: Exchange
    place: str
    fields: Mapping[str, str]
    changed: Mapping[str, tuple[str | None, str | None]]
    findings: Sequence[Mapping[str, Any]]
    mark: str
    first: bool


def add(app: flask.Flask, control: Control) -> None:
    """Add the screen, and the template test `identifier`: whether a field name is that of an identifier."""
    app.jinja_env.tests["identifier"] = lambda name: _IDENTIFIER.search(str(name)) is not None

    @app.get("/tenants/<path:name>/history")
    def history(name: str) -> str:
        tenant, record = control.tenant(name), flask.request.args.get("id", "")
        found, left = moments(tenant, record) if record else ([], 0)
        return flask.render_template(
            "history.html",
            tenant=tenant,
            record=record,
            moments=found,
            left=left,
            evicted=tenant.journal.evicted,
        )


def moments(tenant: Tenant, record: str) -> tuple[list[Moment], int]:
    """Return the newest calls with a record of that identifier, oldest first, and the number of older ones."""
    with tenant.lock:
        exchanges, findings = list(tenant.journal), findings_by_exchange(tenant)
    spelled = {record.encode("utf-8", "replace"), json.dumps(record)[1:-1].encode()}
    naming = [each for each in exchanges if any(text in each.body for text in spelled)]
    mask = Mask(tenant.credentials, (each.name for each in tenant.contract.credentials))
    sent: list[tuple[Exchange, str, Mapping[str, str]]] = []
    while naming and len(sent) < MOMENTS_SHOWN:
        exchange = naming.pop()
        parts = decoded(mask.call({**exchange.to_dict(), "path": exchange.path})["request"])
        sent += [(exchange, place, fields) for place, fields in reversed(list(_records(parts, record)))]
    found_moments: list[Moment] = []
    before: Mapping[str, str] = {}
    for exchange, place, fields in reversed(sent[:MOMENTS_SHOWN]):
        own = [each.to_dict(tenant.contract) for each in findings.get(exchange.id, ())]
        own_findings = [each for each in own if any(_within(at, place) for at in each["where"])]
        found_moments.append(_moment(exchange, place, fields, before, own_findings, first=not found_moments))
        before = fields
    return found_moments, len(naming)


def _moment(
    exchange: Exchange,
    place: str,
    fields: Mapping[str, str],
    before: Mapping[str, str],
    findings: Sequence[Mapping[str, Any]],
    *,
    first: bool,
) -> Moment:
    keys = [] if first else [key for key in {**before, **fields} if before.get(key) != fields.get(key)]
    changed = {key: (before.get(key), fields.get(key)) for key in keys}
    kinds = [kind for each in findings if (kind := loss_of(each))]
    failed = exchange.reply.status >= 400 or not exchange.reply.status
    mark = next((kind for kind in ("silent", "lost", "at-risk") if kind in kinds), "lost" if failed else "kept")
    return Moment(exchange, place, fields, changed, findings, mark, first)


def _within(at: str, place: str) -> bool:
    """Whether a finding's place is that of a record, inside it, or contains it."""
    inner, outer = at.strip(), place.strip()
    return not outer or inner == outer or inner.startswith((f"{outer}/", f"{outer} /")) or outer.startswith(f"{inner}/")


def _records(parts: list[Sent], record: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for part in parts:
        if part.form == "json":
            yield from _objects(part.value, "", record)
        elif part.form == "lines":
            for number, (_, value) in enumerate(part.value, 1):
                if value is not MISSING:
                    yield from _objects(value, f"line {number} ", record)


def _objects(value: Any, place: str, record: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the innermost objects with the record's identifier."""
    inner = inner_json(value)
    value = value if inner is MISSING else inner
    if isinstance(value, dict):
        if any(_IDENTIFIER.search(key) and _is(item, record) for key, item in value.items()):
            yield place.strip(), {key: dumps(item).decode("utf-8", "replace") for key, item in value.items()}
            return
        for key, item in value.items():
            yield from _objects(item, place + pointer(key), record)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(item, place + pointer(index), record)


def _is(value: Any, record: str) -> bool:
    return not isinstance(value, dict | list | bool) and value is not None and str(value) == record
