"""Requests with custom fields of OmniSegment, of every kind and type: a tenant declares them, no schema has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.asking import contract
from tests.sending import Sending

_VALUES: Mapping[str, Sequence[Any]] = {
    "string": ["x", 7],
    "number": [1.5, "1.5", "x", True],
    "boolean": [True, "true"],
    "date": ["2077-01-01", "2077-13-01", 7],
    "datetime": ["2077-01-01T00:00:00+08:00", "x", 7],
    "json": [[{"a": 1}], {"a": 1}, ["a"]],
}
_ORDER = {"member_sn": "1", "datetime": "2025-11-01T09:51:23+0800", "transaction_revenue": 1}
_PRODUCT = {"id": "P1", "title": "x", "link": "https://example.com", "availability": "in stock", "image_link": "x"}


def also_held(vendor: str) -> dict[str, Any]:
    """What a vendor's tenant holds for these requests: custom fields of every kind and type."""
    if vendor != "omnisegment":
        return {}
    declared = [{"name": _custom_name(of, kind), "type": kind, "of": of} for of, kind, _ in _custom_fields()]
    return {"custom_fields": declared}


def custom_field_requests() -> Iterator[Sending]:
    """Each custom field with right and wrong values, and with text at its limit."""
    for of, kind, schema in _custom_fields():
        longest = [letters * "字" for letters in (schema["maxLength"], schema["maxLength"] + 1)] if schema else []
        for number, value in enumerate([*_VALUES[kind], *longest]):
            yield _with_custom(of, {_custom_name(of, kind): value}, f"{of} {kind} {number}")


def _custom_fields() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(what has it, type, schema) of each custom field; the schema of one without a greatest length is empty."""
    for of, types in contract("omnisegment").resolve("#/components/schemas/CustomFields/properties").items():
        for kind, schema in types["properties"].items():
            yield of, kind, schema if "maxLength" in schema else {}


def _custom_name(of: str, kind: str) -> str:
    return f"{of}_{kind}"


def _with_custom(of: str, values: Mapping[str, Any], number: str) -> Sending:
    order = {**_ORDER, "transaction_id": number}
    match of:
        case "audience":
            return Sending("omnisegment", "importAudience", json={"data": {"member_sn": "1", **values}})
        case "product":
            return Sending("omnisegment", "importProduct", json={"data": {**_PRODUCT, "price": 1, **values}})
        case "voucher":
            order |= {"voucher": [{"voucher_name": "x", **values}]}
        case _:
            order |= values
    return Sending("omnisegment", "importPurchaseData", json={"debug_mode": 1, "data": order})
