"""The fields of a reply as the contract's response schema has them: which there are, in which order, of which type.

What a vendor's code computes may have more fields than the vendor answers: a reply has those that its schema knows, in
the schema's order. One that is `required` is answered as its default, or null, where the value lacks it. A number is
answered as text, and text that is a number as a number, where the schema asks for that; a `const` is answered whatever
the value is. A schema without properties leaves an object as it is.
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
_DEEP = 20


class ReplyFields:
    """A response schema, compiled level by level as values come to it.

    `file` is where the schema stands, as in `file#/pointer`; `resolve` returns what is at such a place.
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
        """The types of values that are answered as they are."""

    def of(self, value: Any) -> Any:
        """Return a value as it is answered."""
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
        """Whether several objects have the same keys and are answered as they are. Quick; False leaves it open."""
        names = set(map(tuple, values)) if len(values) > 1 and set(map(type, values)) == {dict} else ()
        if len(names) != 1 or self._constant is not _OMITTED:
            return False
        (keys,) = names
        fields = [(name, field) for name, field, absent in self._fields if name in keys or absent is not _OMITTED]
        return [name for name, _ in fields] == list(keys) and all(
            field.unchanged.issuperset(map(type, map(itemgetter(name), values))) for name, field in fields
        )

    def _of_scalar(self, value: Any) -> Any:
        """A number as text, or text as a number, if the schema only has the other."""
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        if is_number and "string" in self._types and self._types.isdisjoint(_NUMBERS):
            return dumps(value).decode()
        if isinstance(value, str) and not self._types.isdisjoint(_NUMBERS) and "string" not in self._types:
            return _number(value)
        return value

    # -- compiling ----------------------------------------------------------------------------------------------

    @cached_property
    def _fields(self) -> list[tuple[str, ReplyFields, Any]]:
        """(name, schema, what is answered where the value lacks it) of each property, in the schema's order."""
        schemas: dict[str, list[tuple[Any, str]]] = {}
        for properties, file in self._properties:
            for name, schema in properties.items():
                schemas.setdefault(name, []).append((schema, file))
        required = {name for part, _ in self._parts for name in part.get("required", ())}
        fields = {name: ReplyFields(self._resolve, *found) for name, found in schemas.items()}
        return [(name, field, field.default if name in required else _OMITTED) for name, field in fields.items()]

    @property
    def default(self) -> Any:
        """The value that the schema states, as `const` or `default`; otherwise null."""
        if self._constant is not _OMITTED:
            return self._constant
        return next((part["default"] for part, _ in self._parts if "default" in part), None)

    @cached_property
    def _items(self) -> ReplyFields:
        return ReplyFields(self._resolve, *self._item_schemas)

    def _gathered(self, schema: Any, file: str, depth: int) -> Iterator[tuple[Mapping[str, Any], str]]:
        """A schema, and all others that say what may be in a value: what it refers to, and its branches."""
        if not isinstance(schema, dict) or depth > _DEEP:
            return
        yield schema, file
        if "$ref" in schema:
            reference = schema["$ref"] if not schema["$ref"].startswith("#") else file + schema["$ref"]
            yield from self._gathered(self._resolve(reference), reference.partition("#")[0], depth + 1)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, ()):
                yield from self._gathered(branch, file, depth + 1)

    def _allowed_types(self) -> frozenset[str]:
        """The types that the schema names; all of them where it has branches, one of which may take any."""
        if any("anyOf" in part or "oneOf" in part for part, _ in self._parts):
            return frozenset(_PYTHON_TYPES)
        given = [part["type"] for part, _ in self._parts if "type" in part]
        named = [{types} if isinstance(types, str) else set(types) for types in given]
        return frozenset[str]().union(*named) if named else frozenset(_PYTHON_TYPES)

    def _python_types(self) -> frozenset[type]:
        """The types of values that the schema takes as they are."""
        return frozenset[type]().union(*(_PYTHON_TYPES[name] for name in self._types if name in _PYTHON_TYPES))


_OMITTED = object()
_NUMBERS = frozenset({"number", "integer"})


def _number(text: str) -> Any:
    """The number that a text is; the text itself where it is none."""
    try:
        value = loads(text.encode("utf-8", "surrogatepass")).value
    except NotJson:
        return text
    return value if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else text
