"""Keywords and enum values without effect, because the schema's type allows no value to which they apply.

JSON Schema allows `items` together with `type: string`, and a null in an enum whose type refuses it. Both are mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.keywords import schemas_of
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import dumps, pointer

_TYPE_OF: Mapping[str, str] = {
    **dict.fromkeys(("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("properties", "patternProperties", "additionalProperties", "propertyNames"), "object"),
    **dict.fromkeys(("required", "minProperties", "maxProperties"), "object"),
    **dict.fromkeys(("pattern", "minLength", "maxLength"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
}
"""The type of the values to which a keyword applies."""

_NAMES: Mapping[type, str] = {str: "string", bool: "boolean", dict: "object", list: "array", type(None): "null"}


def check_idle_keywords(file: str, content: Any) -> None:
    """Raise ContractError for the first keyword, or value of an enum, that has no effect under its schema's type."""
    for at, schema in schemas_of(content):
        if "type" not in schema:
            continue
        named = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
        types = named | ({"number"} if "integer" in named else set())
        for place, type_name, text in _applying(schema):
            if type_name not in types:
                reason = f"{text} applies to {type_name}, but the type is {' or '.join(sorted(named))}"
                fix = f"Fix: add {type_name} to the type, or take it out."
                raise ContractError(file, pointer(*at, *place), reason, fix)


def _applying(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield (place, type to which it applies, its text) of each keyword and of each value of an enum."""
    for keyword in schema:
        if keyword in _TYPE_OF:
            yield (keyword,), _TYPE_OF[keyword], keyword
    for index, value in enumerate(schema.get("enum", ())):
        yield ("enum", index), _NAMES.get(type(value), "number"), dumps(value).decode()
    for keyword in ("const", "default"):
        if keyword in schema:
            text = f"the {keyword} {dumps(schema[keyword]).decode()}"
            yield (keyword,), _NAMES.get(type(schema[keyword]), "number"), text
