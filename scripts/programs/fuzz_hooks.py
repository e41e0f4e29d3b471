"""What Schemathesis has to be told about these contracts: their formats, their uploads, credentials inside a body.

Loaded by Schemathesis through SCHEMATHESIS_HOOKS; FUZZ_CREDENTIALS holds the demo tenant's credentials as JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections import Counter, defaultdict
from datetime import timedelta, timezone
from typing import Any

import schemathesis
from hypothesis import strategies as st

CREDENTIALS: dict[str, str] = json.loads(os.environ["FUZZ_CREDENTIALS"])

_offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_instants = st.datetimes(timezones=_offsets).map(lambda at: at.replace(microsecond=0))

schemathesis.openapi.format("yyyymmdd", st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)))
schemathesis.openapi.format("local-date-time", _instants.map(lambda at: at.replace(tzinfo=None).isoformat()))
schemathesis.openapi.format("iso8601", _instants.map(lambda at: at.isoformat()[:-3] + at.isoformat()[-2:]))
schemathesis.openapi.format("decimal", st.decimals(-(10**9), 10**9, places=2).map(str))

_purchase = st.fixed_dictionaries(
    {
        "orderId": st.text(min_size=1, max_size=20),
        "orderDate": _instants.map(lambda at: at.isoformat()),
        "amount": st.integers(0, 10**6) | st.floats(0, 10**6),
    },
    optional={
        "memberId": st.text(max_size=20),
        "promotion_id": st.text(max_size=9),
        "unheard_of": st.none() | st.text(),
    },
)
_lines = st.lists(_purchase.map(lambda line: json.dumps(line, ensure_ascii=False)), max_size=5)
schemathesis.openapi.media_type(
    "application/x-ndjson", _lines.map(lambda lines: "".join(f"{line}\n" for line in lines).encode()) | st.binary()
)


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The body with the demo tenant's credentials where it has any of the right type; what lacks them stays refused."""
    if isinstance(body, dict):
        return body | {
            name: value for name, value in CREDENTIALS.items() if name != "token" and isinstance(body.get(name), str)
        }
    return body


_answers: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Counts what each operation answered."""
    _answers[case.operation.label][response.status_code] += 1


@atexit.register
def _report() -> None:
    """Says what was answered how often: a run that met nothing but refusals would show nothing."""
    for operation, statuses in _answers.items():
        print(f"{operation}: {', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))}")
    taken = sum(count for statuses in _answers.values() for status, count in statuses.items() if status < 300)
    if _answers and not taken:
        print("No call was taken: credentials or data are wrong, and nothing was tested.")
        sys.stdout.flush()
        os._exit(1)
