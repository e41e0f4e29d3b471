"""An example call of an operation without a loss, and variants that may cause one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.value import Value, field
from mockservers.core.values.json_text import tokens_of

_DEEPEST = 6
_UNKNOWN = "note_from_the_shop"


class Example(Value):
    """A call of an operation. `path`, with its query, and `body` have {placeholders} for credentials.

    `given` are documents that the tenant must hold: {collection: [documents]}. `body` is JSON, or the lines of an
    upload; it is empty if the operation reads none. `after` names an operation whose example is sent first; `answer` is
    {placeholder: JSON pointer into its answer} for `path`.
    """

    path: str
    body: str
    given: Mapping[str, Sequence[Mapping[str, Any]]]
    after: str = ""
    answer: Mapping[str, str] = field(default_factory=dict)


def example_of(contract: Contract, operation: Operation) -> Example:
    """Return the example of an operation in vendor.yaml (`demo.examples`), or one that is generated from its schema."""
    own = contract.demo.examples.get(operation.id, {})
    if "file" in own:
        body = str(own["file"]) + "\n"
    elif "json" in own:
        body = _text(own["json"])
    else:
        body = _made_body(contract, operation)
    return Example(own.get("path") or _made_path(contract, operation), body, own.get("given", {}), **_before(own))


def _before(own: Mapping[str, Any]) -> dict[str, Any]:
    after = own.get("after")
    return {"after": after["operation"], "answer": after["answer"]} if after else {}


def variants_that_may_lose(body: str, operation: Operation) -> Iterator[str]:
    """Return variants: with an unknown key in its first item, without one of the item's keys, and sent twice."""
    if operation.upload:
        lines = body.splitlines()
        first = json.loads(lines[0])
        for item in _changed(first):
            yield "\n".join([json.dumps(item, ensure_ascii=False), *lines[1:], ""])
        texts = [key for key, value in first.items() if isinstance(value, str)]
        again = {**first, **{key: f"{first[key]} 2" for key in texts[-1:]}}
        yield "\n".join([*lines, json.dumps(again, ensure_ascii=False), ""])
        return
    for item in _changed(_first_item(json.loads(body), operation)):
        value = json.loads(body)
        first = _first_item(value, operation)
        first.clear()
        first.update(item)
        yield _text(value)


def _first_item(value: Any, operation: Operation) -> dict[str, Any]:
    """Return the first item of a body, or the object that contains it."""
    item: dict[str, Any] = value if isinstance(value, dict) else {}
    for step in tokens_of(operation.items):
        value = (value[0] if value else None) if isinstance(value, list) else value.get(step, value)
        item = value if isinstance(value, dict) else item
    return item


def _changed(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**item, _UNKNOWN: "lost without a word?"}
    for key in item:
        yield {name: value for name, value in item.items() if name != key}


def _made_body(contract: Contract, operation: Operation) -> str:
    content = operation.spec.get("requestBody", {}).get("content", {})
    if not content:
        return ""
    schema = next(iter(content.values())).get("schema", {})
    if operation.upload:
        part = _resolved(contract, _resolved(contract, schema).get("properties", {}).get(operation.upload, {}))
        item = part.get("x-oai-itemSchema") or part.get("contentSchema") or {}
        return json.dumps(_example(contract, item, 0), ensure_ascii=False) + "\n"
    body = _example(contract, schema, 0)
    if isinstance(body, dict):
        body |= {each.name: f"{{{each.name}}}" for each in contract.credentials if each.name in body}
    return _text(body)


def _made_path(contract: Contract, operation: Operation) -> str:
    """Return the operation's path with examples for its parameters."""
    examples: dict[str, str] = {}
    for parameter in operation.spec.get("parameters", ()):
        declared = _resolved(contract, parameter)
        if declared.get("in") == "path":
            schema = _resolved(contract, declared.get("schema", {}))
            examples[declared["name"]] = str(declared.get("example") or (schema.get("examples") or ["1"])[0])
    return re.sub(r"\{(\w+)\}", lambda name: examples.get(name[1], "1"), operation.path)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _resolved(contract: Contract, schema: Any) -> Mapping[str, Any]:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = contract.resolve(schema["$ref"])
    return schema if isinstance(schema, Mapping) else {}


def _example(contract: Contract, schema: Any, depth: int) -> Any:
    """Return a value of a schema: its example, or a generated one with all required keys."""
    resolved_schema = _resolved(contract, schema)
    for keyword in ("example", "const", "default"):
        if keyword in resolved_schema:
            return resolved_schema[keyword]
    for keyword in ("examples", "enum"):
        if resolved_schema.get(keyword):
            return resolved_schema[keyword][0]
    for keyword in ("oneOf", "anyOf", "allOf"):
        if resolved_schema.get(keyword) and "properties" not in resolved_schema:
            return _example(contract, resolved_schema[keyword][0], depth + 1)
    kind = resolved_schema.get("type", "object" if "properties" in resolved_schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = resolved_schema.get("properties", {})
        named = resolved_schema.get("required") or list(properties)[:4]
        chosen = properties if depth > 1 and len(properties) < 8 else named
        return (
            {name: _example(contract, properties.get(name, {}), depth + 1) for name in chosen}
            if depth < _DEEPEST
            else {}
        )
    if kind == "array":
        return [_example(contract, resolved_schema.get("items", {}), depth + 1)] if depth < _DEEPEST else []
    return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(kind, _string(resolved_schema))


def _string(schema: Mapping[str, Any]) -> str:
    formats = {"date": "2026-01-15", "date-time": "2026-01-15T12:00:00+09:00", "email": "wang@example.com"}
    return formats.get(schema.get("format", ""), "example")
