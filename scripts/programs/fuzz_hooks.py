"""Hooks for Schemathesis with parts of these contracts that it does not know: formats, uploads, credentials in a body.

Loaded by Schemathesis through SCHEMATHESIS_HOOKS; FUZZ_CREDENTIALS holds the demo tenant's credentials as JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections import Counter, defaultdict
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

PURCHASE = Path(__file__).parents[2] / "contracts" / "fanship" / "purchase.schema.json"

# -- formats ---------------------------------------------------------------------------------------------------------

_offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_instants = st.datetimes(timezones=_offsets).map(lambda at: at.replace(microsecond=0))

schemathesis.openapi.format("yyyymmdd", st.dates().map(lambda day: day.isoformat().replace("-", "")))
schemathesis.openapi.format("local-date-time", _instants.map(lambda at: at.replace(tzinfo=None).isoformat()))
schemathesis.openapi.format("iso8601", _instants.map(lambda at: at.isoformat()[:-3] + at.isoformat()[-2:]))
schemathesis.openapi.format("date-time-or-iso8601", _instants.map(lambda at: at.isoformat()))
schemathesis.openapi.format("decimal", st.decimals(-(10**9), 10**9, places=2).map(str))

# -- uploads ---------------------------------------------------------------------------------------------------------

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20),
    "integer": st.integers(-(2**63), 2**63),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "array": st.lists(st.fixed_dictionaries({"key": st.text(max_size=5), "value": st.text(max_size=5)}), max_size=3),
}


def _purchases() -> st.SearchStrategy[bytes]:
    """Files of JSON lines that match FANSHIP's schema, sometimes with an unknown key; also arbitrary bytes."""
    known = json.loads(PURCHASE.read_text("utf-8"))["properties"]
    keys = {name: _VALUES[about["type"][0]] | st.none() for name, about in known.items() if name != "id"}
    keys |= {"order_date": _instants.map(lambda at: at.isoformat()), "unheard_of": st.none() | st.text(max_size=5)}
    line = st.fixed_dictionaries({"id": st.text("AZ09-", min_size=1, max_size=3)}, optional=keys)
    lines = st.lists(line.map(lambda made: json.dumps(made, ensure_ascii=False)), min_size=1, max_size=4)
    return lines.map(lambda texts: "".join(f"{text}\n" for text in texts).encode()) | st.binary()


schemathesis.openapi.media_type("application/x-ndjson", _purchases())


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Sends parts like `curl -F name=@file`. Without it, Schemathesis gives a part no file name."""
    if case.media_type == "multipart/form-data" and isinstance(case.body, dict):
        bytes_of = {name: part if isinstance(part, bytes) else str(part).encode() for name, part in case.body.items()}
        kwargs["files"] = {name: (f"{name}.jsonl", part, "application/x-ndjson") for name, part in bytes_of.items()}


# -- credentials -----------------------------------------------------------------------------------------------------

CREDENTIALS: dict[str, str] = json.loads(os.environ["FUZZ_CREDENTIALS"])


def _with_credentials(values: Any) -> Any:
    """Replaces generated credentials with those of the demo tenant. Requests without credentials stay refused."""
    if not isinstance(values, dict):
        return values
    return values | {name: value for name, value in CREDENTIALS.items() if isinstance(values.get(name), str)}


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """OmniSegment's imports carry `tid` and `api_key` in the body."""
    return _with_credentials(body)


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    """Its other calls carry `tid` in the query."""
    return _with_credentials(query)


# -- what an answer names and a later call asks for --------------------------------------------------------------------

_sessions: list[str] = []
_contacts: list[int] = []


@schemathesis.hook
def map_path_parameters(context: Any, parameters: Any) -> Any:
    """Uses the last of eSputnik's import sessions, and adds a contact for each contact to delete."""
    if _sessions and parameters and "sessionId" in parameters:
        return parameters | {"sessionId": _sessions[-1]}
    if _contacts and context.operation and context.operation.label == "DELETE /v1/contact/{id}":
        return parameters | {"id": _contacts.pop()}
    return parameters


# -- the counts of answers --------------------------------------------------------------------------------------------

_answers: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Counts the answers of each operation by status."""
    _answers[case.operation.label][response.status_code] += 1
    if case.operation.label == "POST /v1/contacts" and response.status_code == 200:
        _sessions.append(response.json()["asyncSessionId"])
    if case.operation.label in ("POST /v1/contact", "POST /v1/contact/subscribe") and response.status_code == 200:
        _contacts.append(response.json()["id"])


@atexit.register
def _report() -> None:
    """Prints the counts. The run fails if an operation only refused calls, because it was not tested then."""
    for operation, statuses in _answers.items():
        print(f"{operation}: {', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))}")
    untaken = [operation for operation, statuses in _answers.items() if min(statuses) >= 300]
    for operation in untaken:
        print(f"{operation} took nothing: its contract lacks an example, or what it would generate is all refused.")
    if untaken:
        sys.stdout.flush()
        os._exit(1)
