"""The typed requests of Zangsho: a JSON body to store, or the query of a list. Parsing never raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.value import Value
from mockservers.core.values.json_text import tokens_of

_READS = ("list", "get")
_IMPORTS = "import"
_IDEMPOTENCY_HEADER = "#/components/parameters/IdempotencyKey/name"


class WriteRequest(Value):
    """A request with a JSON body.

    `record_id` is the id in the path, empty where the path has none. `fields` is the body, None where it is not a JSON
    object: then `problem` says why. `is_empty`: there was no body at all. `repeated` has (pointer, lost value) for each
    repeated key. `listed` is the body's value if it is a list without an envelope.
    """

    operation: str
    record_id: str
    fields: dict[str, Any] | None
    listed: list[Any] | None
    repeated: tuple[tuple[str, Any], ...]
    problem: str
    is_empty: bool
    media_type: str
    other_charset: str
    idempotency_key: str = ""

    def count(self, name: str) -> int:
        """Return the number of items of a batch under a name. Without it, the longest list of the body counts."""
        if self.fields is None:
            return len(self.listed or ())
        if name in self.fields:
            return len(self.fields[name]) if isinstance(self.fields[name], list) else 0
        return max((len(value) for value in self.fields.values() if isinstance(value, list)), default=0)


class ReadRequest(Value):
    """A request for one record, by the id in its path, or for a page of records. `query` has no empty values."""

    operation: str
    record_id: str
    query: Mapping[str, str]


def write_request(call: Call, contract: Contract) -> WriteRequest:
    """Return the typed request of a call that writes."""
    body, value = call.body, call.json
    problem = body.reason if isinstance(body, Unreadable) else "it is not read as a JSON object"
    return WriteRequest(
        operation=call.operation,
        record_id=next(iter(call.path.values()), ""),
        fields=value if isinstance(value, dict) else None,
        listed=value if isinstance(value, list) else None,
        repeated=body.duplicates if isinstance(body, Json) else (),
        problem=problem,
        is_empty=isinstance(body, Unreadable) and body.kind == "empty",
        media_type=call.content_type,
        other_charset=call.other_charset,
        idempotency_key=call.headers.get(contract.resolve(_IDEMPOTENCY_HEADER).lower(), "").strip(),
    )


def read_request(call: Call) -> ReadRequest:
    """Return the typed request of a call that reads."""
    query = {name: value for name, value in call.query.items() if value}
    return ReadRequest(call.operation, next(iter(call.path.values()), ""), query)


def item_count(call: Call, contract: Contract) -> int:
    """Return the number of items that a call sends."""
    if call.operation.startswith(_IMPORTS):
        name, *_ = tokens_of(contract.operations[call.operation].items)
        return write_request(call, contract).count(name)
    return 0 if call.operation.startswith(_READS) else 1
