"""The refusals of a vendor, from its errors.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.provenance import REFUSAL_PARTS, Parts, parts
from mockservers.core.value import Value

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


class Refusal(Value):
    """An error response of the vendor. `request` is an example that causes it."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: Any
    rule: str
    request: Mapping[str, Any]
    provenance_of: Parts


def refusal_of(name: str, spec: Mapping[str, Any]) -> Refusal:
    """Return a refusal of errors.yaml."""
    headers = tuple((key, str(value)) for key, value in spec.get("headers", {}).items())
    provenance_of = parts(spec["provenance"], REFUSAL_PARTS)
    rule, request = spec.get("rule", ""), spec.get("request", {})
    return Refusal(name, spec["status"], headers, spec.get("body"), rule, request, provenance_of)


def wrong_header(name: str, value: str) -> tuple[str, str] | None:
    """Return (reason, fix) if a header cannot be sent with a response; else None."""
    if not _NAME.fullmatch(name):
        return f"{name!r} is not the name of a header", "Fix: take letters, digits and hyphens."
    if name.lower() in _FRAMING:
        return f"{name} frames the response, and the server sets it", "Fix: leave it out."
    if not _VALUE.fullmatch(value):
        return f"{value!r} cannot be sent in a header", "Fix: take printable latin-1 on one line (RFC 9110, 5.5)."
    return None
