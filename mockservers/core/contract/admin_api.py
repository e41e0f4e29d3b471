"""The OpenAPI document of the admin API, which the server and its client follow.

It defines the server's routes and the client's paths. The server validates bodies and query parameters against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.schema_errors import errors, unknown
from mockservers.core.contract.validation import Validator
from mockservers.core.contract.yaml_reading import read
from mockservers.core.errors import InvalidRequest, RequestError

FILE = Path(__file__).with_name("admin.openapi.yaml")
METHODS = ("get", "put", "post", "delete")

_FLAG = {"true": True, "1": True, "false": False, "0": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True)
class AdminOperation:
    """An operation. `status` is that of success, `parameters` are query parameters, `body` refers to a schema.

    `path_parameters` are the schemas of the path parameters, in the order of the path.
    """

    id: str
    method: str
    path: str
    status: int
    parameters: Mapping[str, Mapping[str, Any]]
    path_parameters: Mapping[str, Mapping[str, Any]]
    body: str | None

    @cached_property
    def _validators(self) -> Mapping[str, Validator]:
        return {name: _validator(schema) for name, schema in self.parameters.items()}

    @property
    def path_names(self) -> list[str]:
        """The names of the path parameters, in the order of the path."""
        return list(self.path_parameters)

    def path_values(self, texts: Mapping[str, str]) -> list[Any]:
        """Parse the path parameters, in the order of the path. InvalidRequest lists all invalid values."""
        values = {name: _typed(texts[name], schema) for name, schema in self.path_parameters.items()}
        wrong: list[RequestError] = []
        for name, schema in self.path_parameters.items():
            wrong += errors(self._path_validators[name], schema, values[name], parameter=name)
        if wrong:
            raise InvalidRequest(wrong)
        return list(values.values())

    @cached_property
    def _path_validators(self) -> Mapping[str, Validator]:
        return {name: _validator(schema) for name, schema in self.path_parameters.items()}

    def query(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Parse the query parameters. InvalidRequest lists all that the document does not allow."""
        values: dict[str, Any] = {}
        wrong: list[RequestError] = []
        flag = document()["components"]["schemas"]["Flag"]
        for name, text in pairs:
            if name not in self.parameters:
                wrong.append(self._unknown(name))
            elif name in values:
                wrong.append(RequestError("is repeated.", "give it once.", parameter=name))
            else:
                schema = self.parameters[name]
                values[name] = _typed(text, schema)
                wrong += errors(self._validators[name], schema, values[name], parameter=name)
                if schema is flag:
                    values[name] = _FLAG.get(text)
        if wrong:
            raise InvalidRequest(wrong)
        return values

    def _unknown(self, name: str) -> RequestError:
        return RequestError(*unknown("query parameter", name, self.parameters), parameter=name)


def document() -> dict[str, Any]:
    """The document."""
    return _document()


@cache
def _document() -> dict[str, Any]:
    content: dict[str, Any] = read(FILE.read_text("utf-8"))
    return content


@cache
def operations() -> Mapping[str, AdminOperation]:
    """All operations by their ids, in the order of the document."""
    by_id: dict[str, AdminOperation] = {}
    for path, item in document()["paths"].items():
        in_path = _parameters(item.get("parameters", ()), "path")
        for method in METHODS:
            if method in item:
                spec = item[method]
                status = next(int(status) for status in spec["responses"] if status.startswith("2"))
                body = spec.get("requestBody")
                by_id[spec["operationId"]] = AdminOperation(
                    spec["operationId"],
                    method.upper(),
                    path,
                    status,
                    _parameters(spec.get("parameters", ()), "query"),
                    {name: in_path[name] for name in re.findall(r"\{([^}]+)\}", path)},
                    body["content"]["application/json"]["schema"]["$ref"] if body else None,
                )
    return by_id


def validated(operation: str, body: Any) -> Any:
    """Return the body of an operation if it is valid. InvalidRequest lists all errors."""
    return _valid(str(operations()[operation].body), body)


def validated_as(schema: str, value: Any) -> Any:
    """Return a value if one of the document's schemas accepts it. InvalidRequest lists all errors."""
    return _valid(f"#/components/schemas/{schema}", value)


def _valid(place: str, value: Any) -> Any:
    validator = _compiled(place)
    if validator.valid(value):
        return value
    value = _as_json(value)
    if validator.valid(value):
        return value
    not_json = RequestError("has a number that JSON cannot represent.", "give a finite one.", "")
    raise InvalidRequest(errors(validator, document(), value) or [not_json])


def _as_json(value: Any) -> Any:
    """Return a Python value as JSON types: a mapping becomes an object, a tuple a list."""
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list | tuple) else value


@cache
def _compiled(place: str) -> Validator:
    return _validator({"$ref": place})


def _validator(schema: Mapping[str, Any]) -> Validator:
    return Validator({**schema, "components": document()["components"]}, file=FILE.name)


def _parameters(specs: Iterable[Mapping[str, Any]], place: str) -> dict[str, Mapping[str, Any]]:
    """Return the schemas of the parameters in the path or the query, by name, with references resolved."""
    schemas: dict[str, Mapping[str, Any]] = {}
    for declared in specs:
        spec = resolve(document(), declared["$ref"][1:]) if "$ref" in declared else declared
        if spec["in"] == place:
            schema = spec["schema"]
            schemas[spec["name"]] = resolve(document(), schema["$ref"][1:]) if "$ref" in schema else schema
    return schemas


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """Return a parameter's text as a value of its type, or unchanged if it is not of that type."""
    return int(text) if schema.get("type") == "integer" and _INTEGER.fullmatch(text) else text
