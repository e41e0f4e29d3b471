"""The payload types of a vendor, from the request bodies of its contract.

The types have the same keys as `core/contract/contract.py`, which finds the unknown keys of a request. So the vendor
ignores each key that no type has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.cli.payloads.declarations import (
    ANY,
    NULL,
    Alias,
    Declaration,
    Field,
    ListOf,
    MapOf,
    Models,
    Named,
    Payload,
    Plain,
    PlainName,
    Record,
    Type,
    Values,
    one_of,
)
from mockservers.cli.payloads.merging import Schema, absolute, is_reference, merged, types_of
from mockservers.core.contract.contract import Contract

_PLAIN: Mapping[str, PlainName] = {
    "boolean": "boolean", "integer": "integer", "null": "null", "number": "number", "string": "string"
}  # fmt: skip
_LINES = "x-oai-itemSchema"


def models_of(contract: Contract) -> Models:
    """The payloads of all operations that take one, and their types."""
    declarer = _Declarer(contract)
    payloads = tuple(
        Payload(operation.id, operation.method, operation.path, declarer.type_of(schema, operation.id), is_line)
        for operation in contract.operations.values()
        for schema, is_line in _bodies(operation.spec)
    )
    return Models(contract.vendor, contract.title, payloads, tuple(declarer.declarations.values()))


def _bodies(spec: Mapping[str, Any]) -> Iterator[tuple[Schema, bool]]:
    """The schema of an operation's body, or that of the lines of its upload."""
    for content in spec.get("requestBody", {}).get("content", {}).values():
        schema = content.get("schema", {})
        lines = [part[_LINES] for part in schema.get("properties", {}).values() if _LINES in part]
        yield from ((line, True) for line in lines)
        if not lines:
            yield schema, False


class _Declarer:
    """Converts schemas to types, and declares those that have a name."""

    def __init__(self, contract: Contract) -> None:
        self.declarations: dict[str, Declaration] = {}
        self._contract = contract
        self._names: set[str] = set()
        self._referenced: dict[str, Type] = {}

    def type_of(self, schema: Schema, name: str) -> Type:
        """The type of a schema. `name` is for the record that an inline schema may need."""
        if is_reference(schema):
            return self._reference(schema["$ref"])
        merged_schema = merged(self._resolve, schema)
        if not _is_record(merged_schema):
            return self._structure(merged_schema, name)
        name = self._new_name(name)
        self._declare_record(name, merged_schema)
        return _nullable(Named(name), merged_schema)

    def _reference(self, reference: str) -> Type:
        if reference not in self._referenced:
            merged_schema = merged(self._resolve, {"$ref": reference})
            name = self._new_name(re.split(r"[#/]", reference.removesuffix(".schema.json"))[-1])
            if _is_record(merged_schema):
                # Set it before its fields are declared, because they may refer to it.
                self._referenced[reference] = _nullable(Named(name), merged_schema)
                self._declare_record(name, merged_schema)
            else:
                self._referenced[reference] = Named(name)
                self.declarations[name] = Alias(name, self._structure(merged_schema, name), _doc(merged_schema))
        return self._referenced[reference]

    def _declare_record(self, name: str, schema: Schema) -> None:
        self.declarations[name] = Record(name, (), "", open=False)  # keeps its place before the types of its fields
        properties, required = dict(schema["properties"]), schema.get("required", ())
        branches = [merged(self._resolve, branch) for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
        for branch in branches:
            properties |= {key: each for key, each in branch.get("properties", {}).items() if key not in properties}
        fields = tuple(
            Field(key, self.type_of(each, name + _pascal(key)), key in required, _doc(each))
            for key, each in properties.items()
        )
        alternatives = ["+".join(branch.get("required", ())) for branch in branches]
        needs = f"It needs one of {', '.join(alternatives)}." if branches and all(alternatives) else ""
        doc = " ".join(filter(None, (_doc(schema), needs)))
        self.declarations[name] = Record(name, fields, doc, open=bool(schema.get("additionalProperties")))

    def _structure(self, schema: Schema, name: str) -> Type:
        """The type of a merged schema that is not a record."""
        if "const" in schema or "enum" in schema:
            return one_of([_value(value) for value in schema.get("enum", [schema.get("const")])])
        branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        # A branch that accepts anything lets the mock refuse single items; no valid payload needs it.
        if branches := [branch for branch in branches if not self._is_anything(branch)] or branches:
            return one_of([self.type_of(branch, name) for branch in branches])
        types = [kind for kind in types_of(schema) if not (kind == "integer" and "number" in types_of(schema))]
        return one_of([self._kind(kind, schema, name) for kind in types]) if types else ANY

    def _kind(self, kind: str, schema: Schema, name: str) -> Type:
        if kind == "array":
            return ListOf(self.type_of(schema["items"], f"{name}Item") if schema.get("items") else ANY)
        if kind == "object":
            values = schema.get("additionalProperties")
            return MapOf(self.type_of(values, f"{name}Value") if isinstance(values, dict) else ANY)
        return Plain(_PLAIN[kind])

    def _is_anything(self, schema: Schema) -> bool:
        """Whether a schema accepts every value, or every object."""
        merged_schema = merged(self._resolve, schema)
        return types_of(merged_schema) in ((), ("object",)) and not merged_schema.keys() - {"type", "description"}

    def _resolve(self, reference: str) -> Any:
        return absolute(self._contract.resolve(reference), reference.partition("#")[0])

    def _new_name(self, preferred: str) -> str:
        name = base = _pascal(preferred)
        number = 1
        while name in self._names:
            number += 1
            name = f"{base}{number}"
        self._names.add(name)
        return name


def _is_record(schema: Schema) -> bool:
    return "object" in types_of(schema) and bool(schema.get("properties")) and not {"enum", "const"} & schema.keys()


def _value(value: Any) -> Type:
    """The type of one value. Python has no literal type for a number with a fraction, an object or a list."""
    if value is None:
        return NULL
    if isinstance(value, str | int):
        return Values((value,))
    return ANY if isinstance(value, dict | list) else Plain("number")


def _nullable(record: Named, schema: Schema) -> Type:
    return one_of([record, NULL]) if "null" in types_of(schema) else record


def _pascal(name: str) -> str:
    """A name in the style of type names in both languages: `order_no` becomes `OrderNo`."""
    words = re.findall(r"\w+", name.replace("_", " "))
    joined = "".join(word[0].upper() + word[1:] for word in words)
    return joined if joined.isidentifier() else f"T{joined}"


def _doc(schema: Schema) -> str:
    """The description of a schema and its limits."""
    limits = [
        f"At most {schema[key]} {unit}."
        for key, unit in (("maxItems", "items"), ("maxLength", "characters"))
        if key in schema
    ]
    formats = [f"Format: {schema['format']}."] if "format" in schema and "string" in types_of(schema) else []
    description = " ".join(str(schema.get("description", "")).split())
    if description and description[-1] not in ".!?。":
        description += "."
    return " ".join(filter(None, (description, *limits, *formats)))
