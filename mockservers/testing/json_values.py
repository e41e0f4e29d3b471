"""Hypothesis strategies for JSON: values that match a schema or nearly do, changed examples, and any JSON."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from mockservers.core.contract.validation import Validator

Draw = Callable[[st.SearchStrategy[Any]], Any]
Words = Mapping[str, Sequence[Any]]
"""Scalars by their key in requests, so that generated values refer to existing records."""

# -- any JSON ---------------------------------------------------------------------------------------------------------

odd_texts = ["", "a", "1", "商品A", "Олена", "-5", "1e3", "\ud800", "😀", "x" * 300, "null"]
texts = st.sampled_from(odd_texts) | st.text(max_size=5)
keys = st.sampled_from(["id", "a", "名"]) | texts
numbers = (
    st.sampled_from([0, 1, -1, 2, 0.5, 100.0, 1e300, 2**53, 2**64, -(2**70)])
    | st.integers(-3, 300)
    | st.floats(allow_nan=False, allow_infinity=False)
)
junk = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
"""Any small JSON value."""

FORMATS = {
    "date-time": ["2026-01-15T12:00:00+09:00", "2026-01-14T03:00:00Z", "2026-01-15T12:00:00.5Z", "2026-01-15T12:00:00"],
    "iso8601": [
        "2025-11-01T09:51:23+0800",
        "2025-11-01",
        "2025-11-01T09:51:23+08:00",
        "2025-W44-6T09:51:23+0800",
        "20251101T0951Z",
        "2025-11-01 09:51",
        "01.11.2025",
    ],
    "date-time-or-iso8601": ["2026-01-15T12:00:00-00:00", "20260115T120000Z", "2026-01-15T12:00:00", "15.01.2026"],
    "local-date-time": ["2020-05-14T10:11:00", "2020-05-14T10:11:00Z", "2020-02-30T10:11:00"],
    "date": ["2026-01-15", "2026-02-30"],
    "duration": ["P1D", "PT0.5S", "PT90M", "P1W", "P", "1 day"],
    "yyyymmdd": ["20260115", "20260114", "20260230"],
    "email": ["a@example.com", "wang.xiaoming@example.com", "no email"],
    "decimal": ["1990.00", "-5", "1e3"],
    "uuid": ["14c4765a-b331-43a6-b15c-09de1aa3e24f", "14c4765a"],
}


class Schemas(Protocol):
    """A contract or another document with schemas."""

    def resolve(self, reference: str, /) -> Any:
        """The value at `#/pointer`."""


# -- near a schema --------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: Draw, contract: Schemas, schema: Mapping[str, Any], words: Words, wild: int = 60) -> Any:
    """A value that matches a schema, except that one in `wild` places has an arbitrary value; with 0, no place has."""
    return _Maker(draw, contract, words, wild).make(schema, "", 0)


@dataclass
class _Maker:
    draw: Draw
    contract: Schemas
    words: Words
    wild: int

    def _wildly(self) -> bool:
        return self.wild > 0 and bool(self.draw(st.integers(0, self.wild)) == self.wild)

    def make(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        schema = self._flat(schema)
        if depth > 6 or self._wildly():
            return self.draw(junk)
        if "const" in schema or "enum" in schema:
            return self.draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                rest = {name: value for name, value in schema.items() if name != word}
                return self.make({"allOf": [rest, self.draw(st.sampled_from(schema[word]))]}, key, depth)
        kinds = schema.get("type", "object" if "properties" in schema else ["string", "integer", "null"])
        kind = self.draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds
        make: Callable[..., Any] = getattr(self, f"_{kind}")
        return make(schema, key, depth)

    def _flat(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema merged with its `$ref` and its `allOf`."""
        merged: dict[str, Any] = {}
        parts = [*schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(self.contract.resolve(schema["$ref"]))
        for part in [*map(self._flat, parts), schema]:
            properties = dict(merged.get("properties", {}))
            for name, schema_of_property in part.get("properties", {}).items():
                properties[name] = (
                    {"allOf": [properties[name], schema_of_property]} if name in properties else schema_of_property
                )
            required = [*merged.get("required", ()), *part.get("required", ())]
            merged = {**merged, **{k: v for k, v in part.items() if k not in ("$ref", "allOf")}}
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged

    def _object(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        value: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for name, spec in schema.get("properties", {}).items():
            certain = name in required and not self.wild
            if certain or self.draw(st.integers(0, 30)) < (30 if name in required else 10):
                value[name] = self.make(spec, name, depth + 1)
        free_values = schema.get("additionalProperties")
        if isinstance(free_values, Mapping):
            for name in self.draw(st.lists(self._names(key), max_size=2)):
                value[name] = self.make(free_values, name, depth + 1)
        if self._wildly():
            value[self.draw(st.sampled_from(["unknownKey", "id", "名前"]))] = self.draw(junk)
        return value

    def _names(self, key: str) -> st.SearchStrategy[str]:
        """The keys of an object that allows any key: mostly known keys."""
        known = [word for word in self.words.get(key, ()) if isinstance(word, str)]
        return st.sampled_from(known) if known and not self._wildly() else keys

    def _array(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        if "prefixItems" in schema:
            return [self.make(item, key, depth + 1) for item in schema["prefixItems"]]
        items = schema.get("items", {})
        least, most = 0 if self.wild else schema.get("minItems", 0), schema.get("maxItems")
        elements = [self.make(items, key, depth + 1) for _ in range(self.draw(st.integers(least, max(least, 3))))]
        if elements and most is not None and most <= 100 and self._wildly():
            elements = [elements[0]] * (most + self.draw(st.integers(0, 1)))
        return elements

    def _scalar(self, schema: Mapping[str, Any], choices: Sequence[Any], other_values: st.SearchStrategy[Any]) -> Any:
        """One of the choices, or rarely another value. If `wild` is 0, always one of the choices."""
        if self.wild:
            return self.draw(st.sampled_from(choices) if choices and self.draw(st.integers(0, 5)) else other_values)
        validator = Validator(dict(schema), file="")
        fit = [choice for choice in choices if validator.valid(choice)]
        return self.draw(
            st.sampled_from(fit) if fit and self.draw(st.integers(0, 5)) else other_values.filter(validator.valid)
        )

    def _string(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        known = [word for word in self.words.get(key, ()) if isinstance(word, str)]
        choices = [*known, *FORMATS.get(schema.get("format", ""), ()), *schema.get("examples", ())]
        most = schema.get("maxLength")
        if most is not None and self._wildly():
            return "名" * (most + self.draw(st.integers(0, 1)))
        return self._scalar(schema, choices, texts)

    def _number(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        known = [word for word in self.words.get(key, ()) if isinstance(word, int | float)]
        bounds = [schema[word] for word in ("minimum", "maximum") if word in schema]
        choices = [*known, *bounds, *(bound + 1 for bound in bounds), *(bound - 1 for bound in bounds)]
        return self._scalar(schema, choices, numbers)

    _integer = _number

    def _boolean(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        return self.draw(st.booleans())

    def _null(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        return None


# -- a changed example ----------------------------------------------------------------------------------------------


@st.composite
def changed(draw: Draw, value: Any) -> Any:
    """A value with up to three changes: a part is removed, repeated, renamed or replaced."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(0, 3))):
        parents = [node for node in _containers(value) if node]
        if not parents:
            break
        parent = draw(st.sampled_from(parents))
        key = draw(st.sampled_from(list(parent) if isinstance(parent, dict) else list(range(len(parent)))))
        match draw(st.sampled_from(["gone", "twice", "renamed", "other", "null"])):
            case "gone":
                del parent[key]
            case "twice" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[key]))
            case "renamed" if isinstance(parent, dict):
                parent[f"{key}X"] = parent.pop(key)
            case "null":
                parent[key] = None
            case _:
                parent[key] = draw(junk)
    return value


def _containers(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for item in node.values() if isinstance(node, dict) else node:
            yield from _containers(item)
