"""A value that a schema accepts: the document's own example, otherwise the minimum that is required."""

from __future__ import annotations

from typing import Any

from mockservers.cli.scaffold.schemas import merged
from mockservers.cli.scaffold.source import Document, followed

_TEXTS = {
    "date-time": "2026-01-15T12:00:00+00:00",
    "date": "2026-01-15",
    "iso8601": "2026-01-15T12:00:00+00:00",
    "date-time-or-iso8601": "2026-01-15T12:00:00+00:00",
    "local-date-time": "2026-01-15 12:00:00",
    "yyyymmdd": "20260115",
    "email": "ann@shop.example",
    "uuid": "6f1c1f5e-6c0a-4d5e-9d5c-3f1f0c8e7a10",
    "uri": "https://shop.example/",
    "duration": "PT1H",
    "decimal": "1.00",
}
_DEEP = 12


def shown(document: Document, media: Any) -> Any:
    """The example of a media type, or a sample of its schema."""
    if "example" in media:
        return media["example"]
    for example in media.get("examples", {}).values():
        resolved = followed(document, example)
        if isinstance(resolved, dict) and "value" in resolved:
            return resolved["value"]
    return sample(document, media.get("schema", {}))


def sample(document: Document, schema: Any, depth: int = 0) -> Any:
    """A value of a schema."""
    merged_schema = merged(document, schema)
    own_values = [merged_schema[key] for key in ("example", "const", "default") if merged_schema.get(key) is not None]
    listed_values = [
        merged_schema[key][0]
        for key in ("examples", "enum")
        if isinstance(merged_schema.get(key), list) and merged_schema[key]
    ]
    if own_values or listed_values:
        return [*own_values, *listed_values][0]
    kind = merged_schema.get("type", "object" if "properties" in merged_schema else "string")
    kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    return None if depth > _DEEP else _of_kind(document, merged_schema, kind, depth)


def _of_kind(document: Document, schema: dict[str, Any], kind: str, depth: int) -> Any:
    match kind:
        case "object":
            properties = schema.get("properties", {})
            return {name: sample(document, properties.get(name, {}), depth + 1) for name in schema.get("required", ())}
        case "array":
            items = range(max(1, schema.get("minItems", 1)))
            return [sample(document, schema.get("items", {}), depth + 1) for _ in items]
        case "integer" | "number":
            return _number(schema)
        case "string":
            return _text(schema)
        case _:
            return True if kind == "boolean" else None


def _number(schema: dict[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    value = max(least, 1) if schema.get("maximum", 1) >= 1 else least
    return -(-value // step) * step + (step if value == schema.get("exclusiveMinimum") else 0)


def _text(schema: dict[str, Any]) -> str:
    text = _TEXTS.get(schema.get("format", ""), "A-1")
    text = text.ljust(schema.get("minLength", 0), "1")
    return text[: schema.get("maxLength", len(text))]
