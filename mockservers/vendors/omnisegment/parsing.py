"""What an OmniSegment request carries: its credentials, in the body or beside it, and its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Call, Json
from mockservers.core.values.json_text import position, tokens_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds the data of an import: its schema, the rule and the refusal of a missing key, that of the rest."""

    schema: str
    rule: str
    missing: str
    refusal: str = "input-refused"
    size: str = ""

    @property
    def reference(self) -> str:
        """The schema's place in the contract."""
        return f"#/components/schemas/{self.schema}"


ENVELOPES = {
    "importPurchaseData": Envelope(
        "PurchaseImport", "omnisegment.envelope.missing-key", "missing-input", refusal="order-refused"
    ),
    "batchImportPurchaseData": Envelope(
        "PurchaseBatch", "omnisegment.batch.missing-key", "batch-missing-input", size="omnisegment.batch.size"
    ),
    "importAudience": Envelope("AudienceImport", "omnisegment.audience.missing-key", "values-required"),
    "batchImportAudience": Envelope(
        "AudienceBatch", "omnisegment.audience.missing-key", "values-required", size="omnisegment.audience.batch-size"
    ),
    "importProduct": Envelope("ProductImport", "omnisegment.product.missing-key", "values-required"),
}
"""The envelope of each operation that has its credentials in the body."""


def credentials(call: Call, contract: Contract) -> Mapping[str, str] | None:
    """The organisation and its key, from where the operation has them.

    Rule: `omnisegment.credentials.in-body`.
    """
    header = key_header(contract, call.operation)
    if header:
        tid, api_key = call.query.get("tid"), call.headers.get(header)
    else:
        body = body_of(call)
        tid, api_key = body.get("tid"), body.get("api_key")
    if isinstance(tid, str) and isinstance(api_key, str) and tid and api_key:
        return {"tid": tid, "api_key": api_key}
    return None


def key_header(contract: Contract, operation: str) -> str:
    """The header that an operation takes the key from, in small letters; empty where the body has the key.

    A call that matches no operation has none.
    """
    about = contract.operations.get(operation)
    for name in (name for either in (about.spec.get("security", ()) if about else ()) for name in either):
        header: str = contract.resolve(f"#/components/securitySchemes/{name}/name")
        return header.lower()
    return ""


def body_of(call: Call) -> Mapping[str, Any]:
    """The body as an object; an empty one where it is none."""
    body = call.json
    return body if isinstance(body, dict) else {}


def missing_keys(call: Call, envelope: Envelope, contract: Contract) -> list[str]:
    """The keys of an envelope that are missing, or have nothing in them. A batch that is empty is there, and empty.

    Rule: `omnisegment.envelope.empty-is-missing`.
    """
    body = body_of(call)
    required: list[str] = contract.resolve(f"{envelope.reference}/required")
    there = {name for name in required if body.get(name)}
    if envelope.size and body.get("data") == []:
        there.add("data")
    return [name for name in required if name not in there]


def problem(call: Call) -> str:
    """Why a body is no JSON object; empty where it is one."""
    if not isinstance(call.body, Json):
        return getattr(call.body, "reason", "it is a file")
    return "" if isinstance(call.json, dict) else f"it is a {type(call.json).__name__}, not an object"


def items_in(call: Call) -> int:
    """How many items a body was meant to carry: one that cannot be read, or has nothing in it, was meant for one."""
    if call.operation not in ENVELOPES:
        return int(call.operation == "createAudienceMapping")
    data = body_of(call).get("data")
    return max(1, len(data)) if isinstance(data, list) else 1


def item_at(call: Call, place: str) -> int | None:
    """The number of the item in which a place of the body stands; None for a place of the envelope."""
    if call.operation not in ENVELOPES:
        return 0
    top, *inner = tokens_of(place)
    if top != "data" or not inner:
        return None
    data = body_of(call).get("data")
    if not isinstance(data, list):
        return 0
    at = position(inner[0])
    return at if at is not None and at < len(data) else None
