"""The fields of a reply, by the contract's response schema: their names, order and types.

A vendor's code may compute more fields than the vendor answers: a reply has only the fields of its schema, in the
schema's order. A `required` field that the value lacks becomes its default, or null. If the schema's type asks for it,
a number becomes text, and numeric text a number. A `const` replaces any value. A schema without properties leaves an
object unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from types import NoneType
from typing import Any

from mockservers.core.values.json_text import NotJson, dumps, loads

Resolve = Callable[[str], Any]

_PYTHON_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "number": frozenset({int, float, Decimal}),
    "integer": frozenset({int}),
    "boolean": frozenset({bool}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "null": frozenset({NoneType}),
}
_ANY = frozenset[type]().union(*_PYTHON_TYPES.values())
_MAX_DEPTH = 20


class ReplyFields:
    """A response schema. Each level is compiled on first use.

    `file` is the schema's file, as in `file#/pointer`; `resolve` returns the value at such a place.
    """

    def __init__(self, resolve: Resolve, *schemas: tuple[Any, str]) -> None:
        self._resolve = resolve
        self._parts = [part for schema, file in schemas for part in self._gathered(schema, file, 0)]
        self._types = self._allowed_types()
        self._properties = [(part["properties"], file) for part, file in self._parts if "properties" in part]
        self._item_schemas = [
            (part["items"], file) for part, file in self._parts if isinstance(part.get("items"), dict)
        ]
        self._open = any(part.get("additionalProperties") for part, _ in self._parts)
        shaped = {kind for kind, is_shaped in ((dict, self._properties), (list, self._item_schemas)) if is_shaped}
        branched = any("anyOf" in part or "oneOf" in part for part, _ in self._parts)
        self._constant = next((part["const"] for part, _ in self._parts if "const" in part and not branched), _OMITTED)
        self.unchanged = self._python_types() - shaped if self._constant is _OMITTED else frozenset[type]()
        """The types of values that replies contain unchanged."""

    def of(self, value: Any) -> Any:
        """Return a value as replies contain it."""
        if type(value) in self.unchanged:
            return value
        if self._constant is not _OMITTED:
            return self._constant
        if isinstance(value, dict):
            return self._of_object(value) if self._properties else value
        if isinstance(value, list | tuple):
            return self._of_list(value)
        return self._of_scalar(value)

    def _of_object(self, value: dict[str, Any]) -> dict[str, Any]:
        answer = {}
        for name, field, absent in self._fields:
            if name in value:
                item = value[name]
                answer[name] = item if type(item) in field.unchanged else field.of(item)
            elif absent is not _OMITTED:
                answer[name] = absent
        if self._open:
            answer.update((name, item) for name, item in value.items() if name not in answer)
        return answer

    def _of_list(self, value: list[Any] | tuple[Any, ...]) -> list[Any]:
        items = self._items
        if items.leave_unchanged(value):
            return list(value)
        return [item if type(item) in items.unchanged else items.of(item) for item in value]

    def leave_unchanged(self, values: Sequence[Any]) -> bool:
        """Whether several objects have the same keys and stay unchanged. False means that it is not certain."""
        names = set(map(tuple, values)) if len(values) > 1 and set(map(type, values)) == {dict} else ()
        if len(names) != 1 or self._constant is not _OMITTED:
            return False
        (keys,) = names
        fields = [(name, field) for name, field, absent in self._fields if name in keys or absent is not _OMITTED]
        return [name for name, _ in fields] == list(keys) and all(
            field.unchanged.issuperset(map(type, map(itemgetter(name), values))) for name, field in fields
        )

    def _of_scalar(self, value: Any) -> Any:
        """Convert a number to text, or text to a number, if the schema only allows the other type."""
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        if is_number and "string" in self._types and self._types.isdisjoint(_NUMBERS):
            return dumps(value).decode()
        if isinstance(value, str) and not self._types.isdisjoint(_NUMBERS) and "string" not in self._types:
            return _number(value)
        return value

    # -- compiling ----------------------------------------------------------------------------------------------

    @cached_property
    def _fields(self) -> list[tuple[str, ReplyFields, Any]]:
        """(name, schema, replacement if the value lacks it) of each property, in the schema's order."""
        schemas: dict[str, list[tuple[Any, str]]] = {}
        for properties, file in self._properties:
            for name, schema in properties.items():
                schemas.setdefault(name, []).append((schema, file))
        required = {name for part, _ in self._parts for name in part.get("required", ())}
        fields = {name: ReplyFields(self._resolve, *declarations) for name, declarations in schemas.items()}
        return [(name, field, field.default if name in required else _OMITTED) for name, field in fields.items()]

    @property
    def default(self) -> Any:
        """The schema's `const` or `default`; otherwise None."""
        if self._constant is not _OMITTED:
            return self._constant
        return next((part["default"] for part, _ in self._parts if "default" in part), None)

    @cached_property
    def _items(self) -> ReplyFields:
        return ReplyFields(self._resolve, *self._item_schemas)

    def _gathered(self, schema: Any, file: str, depth: int) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Yield a schema, the schemas to which it refers, and its branches."""
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return
        yield schema, file
        if "$ref" in schema:
            reference = schema["$ref"] if not schema["$ref"].startswith("#") else file + schema["$ref"]
            yield from self._gathered(self._resolve(reference), reference.partition("#")[0], depth + 1)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, ()):
                yield from self._gathered(branch, file, depth + 1)

    def _allowed_types(self) -> frozenset[str]:
        """Return the types that the schema allows; all of them if it has branches, since one of those may allow any."""
        if any("anyOf" in part or "oneOf" in part for part, _ in self._parts):
            return frozenset(_PYTHON_TYPES)
        listed = [part["type"] for part, _ in self._parts if "type" in part]
        named = [{types} if isinstance(types, str) else set(types) for types in listed]
        return frozenset[str]().union(*named) if named else frozenset(_PYTHON_TYPES)

    def _python_types(self) -> frozenset[type]:
        """Return the Python types of the values that the schema allows."""
        return frozenset[type]().union(*(_PYTHON_TYPES[name] for name in self._types if name in _PYTHON_TYPES))


_OMITTED = object()
_NUMBERS = frozenset({"number", "integer"})


def _number(text: str) -> Any:
    """Return the number that a text represents; the text itself if it is not a number."""
    try:
        value = loads(text.encode("utf-8", "surrogatepass")).value
    except NotJson:
        return text
    return value if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else text
