"""The keywords that a contract may have, by place. A misspelt keyword would otherwise have no effect, unreported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer
from mockservers.core.values.nearest import nearest


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


SCHEMA = _words(
    "$schema $id $ref $anchor $dynamicRef $dynamicAnchor $defs $comment definitions allOf anyOf oneOf not if",
    "then else dependentSchemas dependentRequired dependencies prefixItems items additionalItems contains",
    "minContains maxContains properties patternProperties additionalProperties propertyNames unevaluatedItems",
    "unevaluatedProperties type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum",
    "maxLength minLength pattern maxItems minItems uniqueItems maxProperties minProperties required format",
    "contentEncoding contentMediaType contentSchema title description default deprecated readOnly writeOnly",
    "examples example discriminator xml externalDocs",
)
PLACES: Mapping[str, frozenset[str]] = {
    "document": _words("openapi info jsonSchemaDialect servers paths webhooks components security tags externalDocs"),
    "path": _words("$ref summary description get put post delete options head patch trace servers parameters"),
    "operation": _words(
        "tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated",
        "security servers",
    ),
    "parameter": _words(
        "$ref name in description required deprecated allowEmptyValue style explode allowReserved schema example",
        "examples content",
    ),
    "scheme": _words("type description name in scheme bearerFormat flows openIdConnectUrl"),
}
_EXTENSIONS = _words(
    "x-credential x-items x-max-body x-max-values x-name x-order-import x-rate-limits x-reports",
    "x-rules x-trailing-slash x-upload",
)
"""Our extensions, at any place."""

_SIMILAR = 0.8
SUBSCHEMAS = ("items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_HOLDERS = frozenset((*SUBSCHEMAS, *LISTS, *MAPS))

At = tuple[str | int, ...]


def check_keywords(file: str, content: Any) -> None:
    """Raise ContractError for an unknown keyword in an openapi.yaml or a schema file.

    Other extensions (`x-…`) pass, unless they are similar to one of ours.
    """
    if "openapi" in content:
        for at, place, node in _described(content):
            _check(file, at, node, PLACES[place])
    for at, schema in schemas_of(content):
        _check(file, at, schema, SCHEMA)


def schemas_of(content: Any) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Yield (place, schema) of all schemas of an openapi.yaml or a schema file, at every depth."""
    for at, schema in root_schemas(content):
        yield from _subschemas(at, schema)


def root_schemas(content: Any) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Yield (place, schema) of the schemas that are not part of another one."""
    yield from _schemas(content, ()) if "openapi" in content else [((), content)]


def _check(file: str, at: At, node: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in node:
        extends = key.startswith("x-")
        if key in (_EXTENSIONS if extends else known):
            continue
        similar = nearest(key, _EXTENSIONS, _SIMILAR) if extends else nearest(key, known)
        if similar or not extends:
            fix = f"Did you mean {similar!r}? Fix: correct it, or take it out." if similar else "Fix: take it out."
            raise ContractError(file, pointer(*at, key), f"{key!r} is not a keyword here, and nothing reads it", fix)


def _described(content: Mapping[str, Any]) -> Iterator[tuple[At, str, Mapping[str, Any]]]:
    yield (), "document", content
    for name, item in content.get("paths", {}).items():
        yield ("paths", name), "path", item
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield ("paths", name, method), "operation", operation
                yield from _parameters(operation, ("paths", name, method))
        yield from _parameters(item, ("paths", name))
    for name, parameter in content["components"].get("parameters", {}).items():
        yield ("components", "parameters", name), "parameter", parameter
    for name, scheme in content["components"].get("securitySchemes", {}).items():
        yield ("components", "securitySchemes", name), "scheme", scheme


def _parameters(node: Mapping[str, Any], at: At) -> Iterator[tuple[At, str, Mapping[str, Any]]]:
    for index, parameter in enumerate(node.get("parameters", ())):
        yield (*at, "parameters", index), "parameter", parameter


def _schemas(node: Any, at: At) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Yield the schemas of an OpenAPI document: those below components/schemas, and those with the key `schema`."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _schemas(item, (*at, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            if key == "schema" and isinstance(item, dict):
                yield (*at, key), item
            elif (*at, key) == ("components", "schemas"):
                yield from (((*at, key, name), schema) for name, schema in item.items())
            elif isinstance(item, dict | list) and key not in ("example", "examples"):
                yield from _schemas(item, (*at, key))


def _subschemas(at: At, schema: Any) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Yield a schema, and all schemas inside it. Uses a stack: recursive generators took five times as long."""
    waiting = [(at, schema)]
    while waiting:
        at, schema = waiting.pop()
        if isinstance(schema, dict):
            yield at, schema
            for key in schema:
                if key in _HOLDERS:
                    waiting.extend(_held((*at, key), key, schema[key]))


def _held(at: At, key: str, value: Any) -> Iterable[tuple[At, Any]]:
    """The schemas that a keyword holds."""
    if key in MAPS:
        return [((*at, name), item) for name, item in value.items()]
    if isinstance(value, list):
        return [((*at, index), item) for index, item in enumerate(value)]
    return [(at, value)] if key in SUBSCHEMAS else ()
