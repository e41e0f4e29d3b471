"""Keywords and values of schemas that do nothing, as the type beside them allows no value that they apply to.

JSON Schema lets `items` stand beside `type: string`, and an enum list a null that its type refuses. Whoever writes that
means something else than it says.
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
"""The type of the values that a keyword applies to."""

_NAMES: Mapping[type, str] = {str: "string", bool: "boolean", dict: "object", list: "array", type(None): "null"}


def check_idle_keywords(file: str, content: Any) -> None:
    """ContractError for the first keyword, or value of an enum, that its schema's type leaves without effect."""
    for at, schema in schemas_of(content):
        if "type" not in schema:
            continue
        given = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
        types = given | ({"number"} if "integer" in given else set())
        for place, type_name, what in _applying(schema):
            if type_name not in types:
                reason = f"{what} applies to {type_name}, and the type beside it is {' or '.join(sorted(given))}"
                fix = f"Fix: add {type_name} to the type, or take it out."
                raise ContractError(file, pointer(*at, *place), reason, fix)


def _applying(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """(place, type that it applies to, what it is) of each keyword and of each value of an enum."""
    for keyword in schema:
        if keyword in _TYPE_OF:
            yield (keyword,), _TYPE_OF[keyword], keyword
    for index, value in enumerate(schema.get("enum", ())):
        yield ("enum", index), _NAMES.get(type(value), "number"), dumps(value).decode()
    for keyword in ("const", "default"):
        if keyword in schema:
            what = f"the {keyword} {dumps(schema[keyword]).decode()}"
            yield (keyword,), _NAMES.get(type(schema[keyword]), "number"), what
