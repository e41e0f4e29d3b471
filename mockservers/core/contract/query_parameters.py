"""The query parameters of an operation, parsed and validated by the schemas of the contract."""

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
    """A declared parameter. `schema` is its schema, with a reference resolved."""

    schema: Mapping[str, Any]
    validator: Validator

    @property
    def default(self) -> Any:
        """The value of an absent parameter: the schema's default, or else its minimum, or None."""
        return self.schema.get("default", self.schema.get("minimum"))

    def value(self, text: str | None) -> Any:
        """Return the value of a text, or the default for None. None if the schema does not accept the text.

        If the schema's type is integer, the value is an int.
        """
        if text is None:
            return self.default
        value: Any = text
        if self.schema.get("type") == "integer":
            value = int(text) if _INTEGER.fullmatch(text) else text
        return value if self.validator.valid(value) else None


@lru_cache(maxsize=256)
def query_parameter(contract: Contract, operation: str, name: str) -> QueryParameter:
    """Return a query parameter of an operation. LookupError if there is none of that name."""
    for path, item in contract.openapi["paths"].items():
        for method, spec in item.items():
            if method not in METHODS or spec["operationId"] != operation:
                continue
            for index, parameter in enumerate(spec.get("parameters", ())):
                place = (
                    parameter["$ref"]
                    if "$ref" in parameter
                    else f"#{pointer('paths', path, method, 'parameters', index)}"
                )
                declared = contract.resolve(place)
                if declared["name"] == name and declared["in"] == "query":
                    schema = declared.get("schema", {})
                    target = contract.resolve(schema["$ref"]) if "$ref" in schema else schema
                    return QueryParameter(target, contract.validator(f"{place}/schema"))
    raise LookupError(f"{operation} has no query parameter {name!r}")
