"""The requirements of OmniSegment's code on the contract's schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.vendors.omnisegment.requests import ENVELOPES

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_IDS_BY_SYSTEM = {"additionalProperties": _TEXT}
_SCHEMAS = "#/components/schemas/"
_IDENTIFIERS = ["line_id", "phone", "email", "messenger_psid"]
_MERGE_KEYS = [*_IDENTIFIERS, "member_sn", "source_id", None]
_OPTIONS: Mapping[str, Any] = {
    "merge_key": {"type": ["string", "null"], "enum": _MERGE_KEYS, "default": True},
    "tag_mode": {"type": ["string", "null"], "enum": ["append", "replace", None], "default": True},
    "ignore_empty_value": {"type": ["boolean", "null"], "default": True},
}

_AUDIENCE = {"$ref": f"{_SCHEMAS}AudienceData"}
_PURCHASE = {"$ref": f"{_SCHEMAS}PurchaseData"}
_CREDENTIALS = ["tid", "api_key"]
_IDENTIFIER = {"$ref": f"{_SCHEMAS}IdentifierField"}
_DATA: Mapping[str, Any] = {
    "PurchaseImport": {"data": _PURCHASE, "identifier_field": _IDENTIFIER, "debug_mode": {"default": [0, 1, "0", "1"]}},
    "PurchaseBatch": {"data": {"type": "array", "items": _PURCHASE}, "identifier_field": _IDENTIFIER},
    "AudienceImport": {"data": _AUDIENCE, **_OPTIONS},
    "AudienceBatch": {"data": {"type": "array", "items": _AUDIENCE}, **_OPTIONS},
    "ProductImport": {"data": {"$ref": f"{_SCHEMAS}ProductData"}, "site": {}},
}
"""The code reads items and `identifier_field` by their own schemas, not by those of envelopes."""

NEEDS: Mapping[str, Mapping[str, Any]] = {
    "#/components/parameters/Page/schema": {"type": "integer", "minimum": 1, "default": True},
    **{
        envelope.reference: {"required": ["data"], "envelope": _CREDENTIALS, "properties": _DATA[envelope.schema]}
        for envelope in ENVELOPES.values()
    },
    f"{_SCHEMAS}PurchaseData": {
        "type": "object",
        "required": ["datetime", "transaction_id", "transaction_revenue"],
        "properties": {
            "datetime": {"type": "string", "format": "iso8601"},
            "transaction_id": _TEXT,
            "transaction_revenue": {"type": "number"},
            "products": {"type": ["string", "object", "null"], **_IDS_BY_SYSTEM},
            "voucher": {"items": {"type": "object"}},
            **dict.fromkeys(("products_name", "products_quantity"), _TEXT_OR_NULL),
        },
    },
    **{
        f"openapi.yaml{_SCHEMAS}CustomFields/properties/{kind}/properties/string/maxLength": {"covered": True}
        for kind in ("purchase", "voucher", "audience", "product")
    },
    f"{_SCHEMAS}AudienceData": {"type": "object"},
    f"{_SCHEMAS}ProductData": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": ["string", "object"], **_IDS_BY_SYSTEM}},
    },
    f"{_SCHEMAS}IdentifierField": {"enum": [*_IDENTIFIERS, "", None]},
    f"{_SCHEMAS}AudienceMapping": {
        "type": "object",
        "required": ["source_id", "source_system", "mapping_key"],
        "properties": {
            "source_id": _TEXT,
            "source_system": _TEXT,
            "mapping_key": {"type": "string", "enum": ["member_sn", "phone", "email", "line_id"]},
        },
    },
}
