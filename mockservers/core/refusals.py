"""The ways in which a vendor refuses, as its errors.yaml has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.provenance import REFUSAL_PARTS, Parts, parts


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way in which the vendor refuses. `request` is one that causes it."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: Any
    rule: str
    request: Mapping[str, Any]
    provenance_of: Parts


def refusal_of(name: str, spec: Mapping[str, Any]) -> Refusal:
    """The refusal of that name, from errors.yaml."""
    headers = tuple((key, str(value)) for key, value in spec.get("headers", {}).items())
    provenance_of = parts(spec["provenance"], REFUSAL_PARTS)
    rule, request = spec.get("rule", ""), spec.get("request", {})
    return Refusal(name, spec["status"], headers, spec.get("body"), rule, request, provenance_of)
