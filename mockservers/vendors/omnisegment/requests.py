"""The content of a request: the envelope of an import, and its items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.violation_words import type_of
from mockservers.core.exchange.call import Call, Json
from mockservers.core.value import Value
from mockservers.core.values.json_text import position, tokens_of


class Envelope(Value):
    """The keys around the data of an import.

    `schema` names their schema, `rule` the rule of a missing key, `missing` its refusal, `refusal` that of other
    errors, and `size` the rule of a batch's size (empty for a single item).
    """

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
"""The envelope of each operation that imports."""


class ImportRequest(Value):
    """A request of an operation that imports. `body` is empty if it is not an object."""

    call: Call
    envelope: Envelope
    body: Mapping[str, Any]

    @property
    def operation(self) -> str:
        """The contract's operationId."""
        return self.call.operation

    @property
    def data(self) -> Any:
        """The item, or the list of items of a batch."""
        return self.body.get("data")

    def missing_keys(self, contract: Contract) -> list[str]:
        """The required keys that are missing or empty. An empty batch is not missing.

        Rule: `omnisegment.envelope.empty-is-missing`.
        """
        body = self.body
        missing = [name for name in required_keys(contract, self.envelope.reference) if not body.get(name)]
        if "data" in missing and self.envelope.size and self.data == []:
            missing.remove("data")
        return missing


def import_request(call: Call) -> ImportRequest:
    """Read the request of an operation that imports."""
    return ImportRequest(call, ENVELOPES[call.operation], body_of(call))


def body_of(call: Call) -> Mapping[str, Any]:
    """The body as an object; an empty one if it is not an object."""
    body = call.json
    return body if isinstance(body, dict) else {}


def unreadable_reason(call: Call) -> str:
    """Why a body is not a JSON object; empty if it is one."""
    if not isinstance(call.body, Json):
        return getattr(call.body, "reason", "it is a file")
    return "" if isinstance(call.json, dict) else f"it is {type_of(call.json)}, not an object"


def item_count(call: Call) -> int:
    """The number of items in a body: one if it can't be read or is empty."""
    if call.operation not in ENVELOPES:
        return int(call.operation == "createAudienceMapping")
    data = body_of(call).get("data")
    return max(1, len(data)) if isinstance(data, list) else 1


def item_at(call: Call, place: str) -> int | None:
    """The index of the item that contains a place of the body; None for a place of the envelope."""
    if call.operation not in ENVELOPES:
        return 0
    key, *tokens = tokens_of(place)
    if key != "data" or not tokens:
        return None
    data = body_of(call).get("data")
    if not isinstance(data, list):
        return 0
    index = position(tokens[0])
    return index if index is not None and index < len(data) else None


def required_keys(contract: Contract, schema: str) -> list[str]:
    """The keys that a schema requires, in its order."""
    required: list[str] = contract.resolve(schema).get("required", [])
    return required
