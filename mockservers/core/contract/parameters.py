"""The parameters of an operation, parsed and validated by the schemas of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from mockservers.core.contract.contract import METHODS, Contract
from mockservers.core.exchange.call import Call
from mockservers.core.value import Value
from mockservers.core.values.formats import decimal
from mockservers.core.values.json_text import pointer

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}


class Parameter(Value):
    """A declared parameter of a contract. `spec` is its object, `schema` its schema, with references resolved.

    `place` is the place of the schema, which is compiled on first use.
    """

    contract: Contract
    spec: Mapping[str, Any]
    schema: Mapping[str, Any]
    place: str

    @property
    def default(self) -> Any:
        """The value of an absent parameter: the schema's default, or else its minimum, or None."""
        return self.schema.get("default", self.schema.get("minimum"))

    @property
    def required(self) -> bool:
        """Whether a call must have it."""
        return self.spec.get("required") is True

    def value(self, text: str | None) -> Any:
        """Return the value of a text, or the default for None. None if the schema does not accept the text.

        If the schema's type is integer, number or boolean, the value is of that type.
        """
        if text is None:
            return self.default
        value = _typed(text, self.schema.get("type"))
        return value if self.contract.validator(self.place).valid(value) else None


class WrongParameter(Value):
    """A parameter that a call lacks, or whose `text` its schema does not accept. `place`: path, query or header."""

    name: str
    place: str
    problem: Literal["missing", "wrong"]
    text: str = ""


def query_parameter(contract: Contract, operation: str, name: str) -> Parameter:
    """Return a query parameter of an operation. LookupError if there is none of that name."""
    for parameter in parameters(contract, operation):
        if parameter.spec["name"] == name and parameter.spec["in"] == "query":
            return parameter
    raise LookupError(f"{operation} has no query parameter {name!r}")


def wrong_parameters(contract: Contract, call: Call) -> list[WrongParameter]:
    """Return what is wrong with the parameters of a call. In a query and a header, an empty text is as good as none."""
    wrong: list[WrongParameter] = []
    for parameter in parameters(contract, call.operation):
        name, place = parameter.spec["name"], parameter.spec["in"]
        text = _text(call, name, place)
        if text is None and parameter.required:
            wrong.append(WrongParameter(name, place, "missing"))
        elif text is not None and parameter.value(text) is None:
            wrong.append(WrongParameter(name, place, "wrong", text))
    return wrong


def _text(call: Call, name: str, place: str) -> str | None:
    if place == "path":
        return call.path.get(name, "")
    return (call.headers.get(name.lower()) if place == "header" else call.query.get(name)) or None


@lru_cache(maxsize=256)
def parameters(contract: Contract, operation: str) -> tuple[Parameter, ...]:
    """Return the parameters of an operation, including those of its path."""
    return tuple(_parameters(contract, operation))


def _parameters(contract: Contract, operation: str) -> Iterator[Parameter]:
    for path, item in contract.openapi["paths"].items():
        for method, spec in item.items():
            if method in METHODS and spec["operationId"] == operation:
                for at, node in ((("paths", path), item), (("paths", path, method), spec)):
                    for index, declared in enumerate(node.get("parameters", ())):
                        yield _parameter(contract, declared, f"#{pointer(*at, 'parameters', index)}")


def _parameter(contract: Contract, declared: Mapping[str, Any], at: str) -> Parameter:
    place = declared.get("$ref", at)
    spec = contract.resolve(place)
    schema = spec.get("schema", {})
    target = contract.resolve(schema["$ref"]) if "$ref" in schema else schema
    return Parameter(contract, spec, target, f"{place}/schema")


def _typed(text: str, type_name: Any) -> Any:
    """Return a text as a value of a schema's type. Any other text stays one, and its schema refuses it."""
    if type_name == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if type_name == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    if type_name == "number":
        number = decimal(text)
        return text if number is None else float(number)
    return text
