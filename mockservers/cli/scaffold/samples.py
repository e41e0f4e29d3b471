"""A value that a schema accepts: what its document shows, or else the least that is required."""

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
        found = followed(document, example)
        if isinstance(found, dict) and "value" in found:
            return found["value"]
    return sample(document, media.get("schema", {}))


def sample(document: Document, schema: Any, depth: int = 0) -> Any:
    """A value of a schema."""
    whole = merged(document, schema)
    stated = [whole[key] for key in ("example", "const", "default") if whole.get(key) is not None]
    listed = [whole[key][0] for key in ("examples", "enum") if isinstance(whole.get(key), list) and whole[key]]
    if stated or listed:
        return [*stated, *listed][0]
    kind = whole.get("type", "object" if "properties" in whole else "string")
    kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    return None if depth > _DEEP else _of_kind(document, whole, kind, depth)


def _of_kind(document: Document, whole: dict[str, Any], kind: str, depth: int) -> Any:
    match kind:
        case "object":
            named = whole.get("properties", {})
            return {name: sample(document, named.get(name, {}), depth + 1) for name in whole.get("required", ())}
        case "array":
            items = range(max(1, whole.get("minItems", 1)))
            return [sample(document, whole.get("items", {}), depth + 1) for _ in items]
        case "integer" | "number":
            return _number(whole)
        case "string":
            return _text(whole)
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
