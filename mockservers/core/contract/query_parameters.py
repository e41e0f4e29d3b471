"""The query parameters of an operation: their texts as values, by the schemas that the contract declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import METHODS, Contract
from mockservers.core.contract.validation import Validator
from mockservers.core.values.json_text import pointer

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A parameter as it is declared. `schema` is what its schema says, a reference followed."""

    schema: Mapping[str, Any]
    validator: Validator

    @property
    def default(self) -> Any:
        """What an absent parameter stands for: the schema's default, or else its minimum, or None."""
        return self.schema.get("default", self.schema.get("minimum"))

    def value(self, text: str | None) -> Any:
        """The value of a text, or the default for None. None if the schema does not accept the text.

        Where the schema asks for an integer, the value is one.
        """
        if text is None:
            return self.default
        value: Any = text
        if self.schema.get("type") == "integer":
            value = int(text) if _INTEGER.fullmatch(text) else text
        return value if self.validator.valid(value) else None


@lru_cache(maxsize=256)
def query_parameter(contract: Contract, operation: str, name: str) -> QueryParameter:
    """The query parameter of an operation. LookupError if the operation has none of that name."""
    for path, item in contract.openapi["paths"].items():
        for method, spec in item.items():
            if method not in METHODS or spec["operationId"] != operation:
                continue
            for index, given in enumerate(spec.get("parameters", ())):
                place = given["$ref"] if "$ref" in given else f"#{pointer('paths', path, method, 'parameters', index)}"
                declared = contract.resolve(place)
                if declared["name"] == name and declared["in"] == "query":
                    schema = declared.get("schema", {})
                    target = contract.resolve(schema["$ref"]) if "$ref" in schema else schema
                    return QueryParameter(target, contract.validator(f"{place}/schema"))
    raise LookupError(f"{operation} has no query parameter {name!r}")
