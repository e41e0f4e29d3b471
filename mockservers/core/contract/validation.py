"""JSON Schema validation whose violations name the place, the keyword and the keyword's place in the contract.

jsonschema-rs validates in microseconds. jsonschema is the reference: it validates the values that the fast one cannot
handle (lone surrogates), and tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain, filterfalse
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from mockservers.core.contract.quick_schemas import NATIVE, USUAL, formats_of, is_quicker, quick_schema, reachable
from mockservers.core.value import Value
from mockservers.core.values.formats import FORMATS
from mockservers.core.values.json_text import escape, pointer


class Violation(Value):
    """One violation of a schema by a value.

    `at` are the tokens of the place in the value. For `required` the last one is the missing key, for
    `additionalProperties: false` the first unknown key. `keyword` is the violated keyword, `ground` its place as
    `file#/pointer`, `expected` its value in the schema, and `value` the invalid value.
    """

    at: tuple[str | int, ...]
    keyword: str
    ground: str
    expected: Any
    value: Any
    message: str

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer."""
        return pointer(*self.at)

    @property
    def field(self) -> str:
        """The place as dotted names: `customers.0.email`."""
        return ".".join(str(token) for token in self.at)


_NESTED = (dict, list)  # faster than a union, which Python creates for each comparison


@dataclass(slots=True)
class Shape:
    """The keys that a schema knows, level by level. A vendor ignores others, or refuses them if the shape is closed."""

    properties: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    free: bool = True
    closed: bool = False
    _leaves: frozenset[str] | None = field(default=None, repr=False, compare=False)

    @property
    def leaves(self) -> frozenset[str]:
        """The known keys below which any key is known. Read this only after the shape is filled."""
        if self._leaves is None:
            self._leaves = frozenset(key for key, shape in self.properties.items() if shape.free and not shape.items)
        return self._leaves

    def unknown(self, value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
        """(place, value) of each key that the schema does not know."""
        unknown_keys: list[tuple[tuple[str | int, ...], Any]] = []
        if isinstance(value, dict) and not self.free:
            for key in filterfalse(self.leaves.__contains__, value):
                shape, item = self.properties.get(key), value[key]
                if shape is not None:
                    unknown_keys += shape.unknown(item, (*at, key)) if isinstance(item, _NESTED) else ()
                elif not self.closed:  # else the schema refuses it
                    unknown_keys.append(((*at, key), item))
        elif isinstance(value, list) and self.items is not None:
            leaves = frozenset[str]() if self.items.free else self.items.leaves
            if set(map(type, value)) == {dict} and leaves.issuperset(chain.from_iterable(value)):
                return unknown_keys  # the common case, at a sixth of the cost of a loop
            for index, item in enumerate(value):
                is_known = item.__class__ is dict and item.keys() <= leaves  # the common case, without a method call
                if not is_known:
                    unknown_keys += self.items.unknown(item, (*at, index))
        return unknown_keys


class Validator:
    """A compiled schema of a contract.

    `file` is its file in the contract: the grounds of violations are `file#/pointer`.
    """

    def __init__(self, schema: dict[str, Any], *, file: str, draft7: bool = False, shape: Shape | None = None) -> None:
        self._schema = schema
        self._file = file
        self._draft7 = draft7
        self._reference: Any = None
        needed = reachable(schema)
        named = set(formats_of(needed))
        formats = {name: predicate for name, predicate in FORMATS.items() if name in named}
        make = jsonschema_rs.Draft7Validator if draft7 else jsonschema_rs.Draft202012Validator
        self._fast = make(schema, validate_formats=True, formats=formats)
        strict = is_quicker(needed)
        quick = {name: each for name, each in formats.items() if not (strict and name in {*USUAL, NATIVE})}
        self._make_quick = partial(make, validate_formats=True, formats=quick)
        self._quick_schema = quick_schema(needed) if strict else schema
        self._quick = self._make_quick(self._quick_schema) if strict else self._fast
        """Values that pass it are valid; for others, `_fast` decides."""
        self.shape = shape or Shape()

    def valid(self, value: Any) -> bool:
        """Whether the schema accepts the value. Never raises."""
        try:
            return self._quick.is_valid(value) or (self._quick is not self._fast and self._fast.is_valid(value))
        except Exception:  # noqa: BLE001 - the reference decides on values that the fast validator cannot handle
            return bool(self.reference.is_valid(value))

    def all_valid(self, values: list[Any]) -> bool:
        """Whether the schema accepts all values; quicker than one by one. Never raises."""
        try:
            if self._quick_on_lists.is_valid(values):
                return True
            doubtful = self._quick is not self._fast
        except Exception:  # noqa: BLE001 - as above
            doubtful = True
        return doubtful and all(map(self.valid, values))

    @cached_property
    def _quick_on_lists(self) -> Any:
        registry = jsonschema_rs.Registry([("urn:one", self._quick_schema)])
        return self._make_quick({"items": {"$ref": "urn:one"}}, registry=registry)

    def violations(self, value: Any) -> list[Violation]:
        """Return all violations of the schema, in the schema's order. Never raises."""
        try:
            errors = list(self._fast.iter_errors(value))
            if all(_has_right_path(value, error) for error in errors):
                return [self._violation(error) for error in errors]
        except Exception:  # noqa: BLE001, S110 - as above
            pass
        return [self._from_reference(error) for error in self.reference.iter_errors(value)]

    def unknown(self, value: Any) -> list[tuple[tuple[str | int, ...], Any]]:
        """(place, value) of each key that the schema does not know."""
        return self.shape.unknown(value)

    @property
    def reference(self) -> Any:
        """The same schema, compiled by jsonschema, with our formats."""
        if self._reference is None:
            import jsonschema  # noqa: PLC0415 - slow to import, and rarely needed

            checker = jsonschema.FormatChecker(formats=())
            for name, predicate in FORMATS.items():
                checker.checks(name)(_on_strings(predicate))
            make = jsonschema.Draft7Validator if self._draft7 else jsonschema.Draft202012Validator
            self._reference = make(self._schema, format_checker=checker)
        return self._reference

    def _violation(self, error: Any) -> Violation:
        at = tuple(error.instance_path)
        path = list(error.schema_path)
        missing = getattr(error.kind, "property", None) if path[-1:] == ["required"] else None
        return self._made(at, path, missing, error.instance, error.message)

    def _from_reference(self, error: Any) -> Violation:
        path = _place(list(error.absolute_schema_path), self._schema, error.schema, self._schema) or []
        missing = None
        if error.validator == "required":
            missing = next(key for key in error.validator_value if error.message.startswith(repr(key)))
        return self._made(tuple(error.absolute_path), path, missing, error.instance, error.message)

    def _made(self, at: tuple[Any, ...], path: list[Any], missing: str | None, value: Any, message: str) -> Violation:
        ground = f"{self._file}#" + "".join(f"/{escape(str(token))}" for token in path)
        expected: Any = self._schema
        for token in path:
            expected = expected[token] if isinstance(expected, list | dict) and _has(expected, token) else None
        if missing is not None:
            at, value = (*at, missing), None
        if path and path[-1] == "additionalProperties" and expected is False:
            unknown = _first_unknown(self._schema, path[:-1], value)
            at, value = (*at, unknown), value[unknown]
        return Violation(at, str(path[-1]) if path else "", ground, expected, value, message)


def at_place(reference: str) -> dict[str, Any]:
    """Return a reference to the schema at a place. Path templates and media types in it are quoted, for a URI."""
    return {"$ref": quote(reference, safe="#/~:$")}


def _first_unknown(schema: Any, path: Iterable[Any], value: dict[str, Any]) -> str:
    """Return the first key of a value that the schema at a path refuses."""
    for token in path:
        schema = schema[token]
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return next(key for key in value if key not in known and not any(re.search(each, key) for each in patterns))


def _has_right_path(value: Any, error: Any) -> bool:
    """Whether the path of an error of the fast validator is right: it turns keys "1" and "01" into 1, and omits ""."""
    for token in error.instance_path:
        if not (token in value if isinstance(value, dict) else isinstance(value, list)):
            return False
        value = value[token]
    return bool(value == error.instance)


def _place(path: list[Any], node: Any, end: Any, root: dict[str, Any], at: tuple[Any, ...] = ()) -> list[Any] | None:
    """Return the place of a keyword from jsonschema's path, which omits the targets of `$ref`.

    `end` is the schema with the keyword: both a reference and its siblings may have the next step of the path.
    """
    if len(path) == 1 and node is end:
        return [*at, *path]
    place = None
    if path and isinstance(node, dict | list) and _has(node, path[0]):
        place = _place(path[1:], node[path[0]], end, root, (*at, path[0]))
    if place is None and isinstance(node, dict) and "$ref" in node:
        target_path = tuple(_unescaped(token) for token in unquote(node["$ref"]).removeprefix("#/").split("/"))
        target: Any = root
        for token in target_path:
            target = target[token]
        place = _place(path, target, end, root, target_path)
    return place


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _has(node: Any, token: Any) -> bool:
    return token in node if isinstance(node, dict) else isinstance(token, int) and token < len(node)


def _on_strings(predicate: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or predicate(value)
