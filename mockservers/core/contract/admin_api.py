"""The OpenAPI document of the admin API, as the server and its client obey it.

The server takes its routes from it and validates bodies and query parameters by it. The client takes its paths from it.
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
    """An operation. `status` is its success's, `parameters` are its query's, `body` is a reference to its schema.

    `path_parameters` are the schemas of the names in its path, in its order.
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
        """The names in the path, in its order."""
        return list(self.path_parameters)

    def path_values(self, texts: Mapping[str, str]) -> list[Any]:
        """The values of a path as their types, in its order. InvalidRequest names those that are none of their type."""
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
        """Query parameters as values of their types. InvalidRequest names all that the document does not allow."""
        values: dict[str, Any] = {}
        wrong: list[RequestError] = []
        flag = document()["components"]["schemas"]["Flag"]
        for name, text in pairs:
            if name not in self.parameters:
                wrong.append(self._unknown(name))
            elif name in values:
                wrong.append(RequestError("is given twice", "give it once.", parameter=name))
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
    found: dict[str, AdminOperation] = {}
    for path, item in document()["paths"].items():
        in_path = _parameters(item.get("parameters", ()), "path")
        for method in METHODS:
            if method in item:
                spec = item[method]
                status = next(int(status) for status in spec["responses"] if status.startswith("2"))
                body = spec.get("requestBody")
                found[spec["operationId"]] = AdminOperation(
                    spec["operationId"],
                    method.upper(),
                    path,
                    status,
                    _parameters(spec.get("parameters", ()), "query"),
                    {name: in_path[name] for name in re.findall(r"\{([^}]+)\}", path)},
                    body["content"]["application/json"]["schema"]["$ref"] if body else None,
                )
    return found


def validated(operation: str, body: Any) -> Any:
    """The body of an operation. InvalidRequest names all the places that the document does not allow."""
    return _valid(str(operations()[operation].body), body)


def validated_as(schema: str, value: Any) -> Any:
    """A value of one of the document's schemas. InvalidRequest names all the places that it does not allow."""
    return _valid(f"#/components/schemas/{schema}", value)


def _valid(place: str, value: Any) -> Any:
    validator = _compiled(place)
    if validator.valid(value):
        return value
    value = _plain(value)
    if validator.valid(value):
        return value
    not_json = RequestError("has a number that JSON does not have.", "give a finite one.", "")
    raise InvalidRequest(errors(validator, document(), value) or [not_json])


def _plain(value: Any) -> Any:
    """A value of this process as JSON has it: any mapping is an object, a tuple is a list."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


@cache
def _compiled(place: str) -> Validator:
    return _validator({"$ref": place})


def _validator(schema: Mapping[str, Any]) -> Validator:
    return Validator({**schema, "components": document()["components"]}, file=FILE.name)


def _parameters(specs: Iterable[Mapping[str, Any]], place: str) -> dict[str, Mapping[str, Any]]:
    """The schemas of the parameters in the path or the query, by name; a reference in them is followed."""
    found: dict[str, Mapping[str, Any]] = {}
    for given in specs:
        spec = resolve(document(), given["$ref"][1:]) if "$ref" in given else given
        if spec["in"] == place:
            schema = spec["schema"]
            found[spec["name"]] = resolve(document(), schema["$ref"][1:]) if "$ref" in schema else schema
    return found


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """A query parameter's text as a value of its type, or as it is where it is not one."""
    return int(text) if schema.get("type") == "integer" and _INTEGER.fullmatch(text) else text
