"""The result of a recorded call on a new tenant of a separate mock, which a test of the call can expect.

If an empty tenant gives another result than the recorded one, the documents that the call names are added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from werkzeug.test import Client

from mockservers.core.accounting.journal import Exchange
from mockservers.core.accounting.sent_body import decoded, inner_json
from mockservers.core.errors import UsageError
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values import clock
from mockservers.core.values.json_text import dumps
from mockservers.reports.snippets.sample import Check, Expectation
from mockservers.web.apps import app_of
from mockservers.web.fault_delivery import Broken

LOOKED_AT, NAMED_MAX = 1_000, 20
"""The most documents of a collection that are searched, and the most named ones that are added."""

CHECKED = 5
"""The most values of a collection that a test checks; for more, it counts the documents."""

JOBS_MAX = 10
_IDENTIFIER = re.compile(r"(?i:^|_)(?i:id|no|number|email|code|sku|key|phone)$|(?:Id|No|Number|Email|Code|Key)$")
_Documents = Sequence[Mapping[str, Any]]


def expectation(mock: Mock, tenant: Tenant, exchange: Exchange) -> Expectation:
    """Return the expectations for a test of this call on a new tenant."""
    if exchange.cut or not exchange.operation or tenant is mock.unauthenticated:
        return Expectation()
    sent = {text for part in decoded(exchange.to_dict()["request"]) for text in _texts(part.value) if len(text) > 1}
    named = _named(tenant, sent)
    readings = tenant.chosen_readings
    states = [{}, *({name: rows} for name, rows in named.items()), named] if named else [{}]
    for state in states:
        credentials, headers = tenant.credentials, _headers(exchange)
        answer = tried(mock, credentials, state, exchange.method, exchange.target, headers, exchange.body, readings)
        if answer is not None and _alike(answer[0], exchange):
            return _expected(answer[1], sent, state, readings)
    return Expectation(readings=readings)


def credentials_of(mock: Mock, tenant: Tenant, exchange: Exchange) -> Mapping[str, str]:
    """Return the credentials of a call: those of its tenant, or those in the call if they select none."""
    if tenant is not mock.unauthenticated:
        return tenant.credentials
    return mock.vendor.credentials(mock.call(exchange.operation, {}, exchange.request), mock.contract) or {}


def tried(
    mock: Mock,
    credentials: Mapping[str, str],
    state: Mapping[str, _Documents],
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    readings: Mapping[str, str] | None = None,
) -> tuple[Exchange, Tenant] | None:
    """Return the answer to a call on a new tenant with that state, and the tenant; None if it cannot be tried."""
    own = Mock(mock.vendor, mock.contract)
    noon = clock.noon(mock.contract.zone)
    fresh = own.create(credentials=credentials, readings=readings, now=noon, frozen=True)
    with suppress(UsageError, Broken):
        fresh.replace_state(json.loads(dumps(state)))
        client = Client(app_of(own))
        client.open(target, method=method, headers=list(headers), data=body)
        answered = fresh.journal.newest(1)
        return (answered[0], fresh) if answered else None
    return None


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    return [pair for pair in exchange.headers if pair[0] not in ("host", "content-length", "transfer-encoding")]


def run_jobs(tenant: Tenant) -> list[str]:
    """Move a tenant's clock to its planned jobs, one by one. Return their names."""
    jobs: list[str] = []
    with suppress(UsageError):
        while tenant.due and len(jobs) < JOBS_MAX:
            jobs.append(tenant.due[0].name)
            tenant.advance_to_next(jobs[-1])
    return jobs


def _alike(tried: Exchange, recorded: Exchange) -> bool:
    return tried.reply.status == recorded.reply.status and tried.items == recorded.items


def _expected(
    fresh: Tenant, sent: set[str], state: Mapping[str, _Documents], readings: Mapping[str, str]
) -> Expectation:
    before = {name: {dumps(row) for row in rows} for name, rows in state.items()}
    jobs = run_jobs(fresh)
    held: dict[str, Check] = {}
    for name in fresh.vendor.collections:
        first = fresh.store.first_documents(fresh.view(), name, LOOKED_AT)
        rows = [row for row in (first[1] if first else ()) if dumps(row) not in before.get(name, ())]
        if rows and (checks := _checks(rows, sent)):
            held[name] = checks
    return Expectation(state, readings, jobs, held)


def _checks(rows: _Documents, sent: set[str]) -> Check | None:
    """Return the sent identifiers in the first field that has one of them in each document."""
    keys = [key for key in rows[0] if all(str(row.get(key)) in sent for row in rows)]
    key = next((key for key in keys if _IDENTIFIER.search(key)), keys[0] if keys else "")
    if not key:
        return None
    return Check(key, [json.loads(dumps(row[key])) for row in rows[:CHECKED]])


def _named(tenant: Tenant, sent: set[str]) -> dict[str, _Documents]:
    """Return the documents of a tenant that a call names: those with an identifier in the sent content."""
    named: dict[str, _Documents] = {}
    with tenant.lock:
        for name in tenant.vendor.collections:
            first = tenant.store.first_documents(tenant.view(), name, LOOKED_AT)
            rows = [row for row in (first[1] if first else ()) if any(text in sent for text in _identifiers(row))]
            if rows:
                named[name] = rows[:NAMED_MAX]
    return named


def _identifiers(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, dict | list):
            yield from (text for text in _texts(value) if len(text) > 2)
        elif _IDENTIFIER.search(key) and value is not None:
            yield str(value)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts and numbers of a value, also in JSON within text and in lines of an upload."""
    inner = inner_json(value)
    if isinstance(inner, dict | list):
        value = inner
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
