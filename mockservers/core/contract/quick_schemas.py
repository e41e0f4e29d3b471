"""A stricter schema than the contract's: values that pass it are valid, and it takes a third of the time.

jsonschema-rs checks patterns itself, but calls Python for each of our formats. A pattern here matches the usual texts
of a format, and only valid ones. If a value fails the stricter schema, the contract's own schema decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

NATIVE = "date-time"
"""The format that jsonschema-rs checks itself. It accepts leap seconds on days that cannot have one."""

_DAY = (
    r"[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_ATOM, _LABEL = r"[A-Za-z0-9_+-]{1,20}", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?"

_ISO8601 = rf"^{_DAY}{_TIME}(?:Z|\+(?:[01][0-9]|2[0-3]):?[0-5][0-9])?$"

USUAL: Mapping[str, str] = {
    "iso8601": _ISO8601,
    "date-time-or-iso8601": _ISO8601,
    "local-date-time": rf"^{_DAY}{_TIME}$",
    "date": rf"^{_DAY}$",
    "decimal": r"^-?[0-9]+(?:\.[0-9]+)?$",
    "email": rf"^{_ATOM}(?:\.{_ATOM}){{0,2}}@{_LABEL}(?:\.{_LABEL}){{0,4}}$",
    "uuid": r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
}
"""For each format, a pattern that only valid texts match."""

_NO_LEAP_SECOND = {"not": {"type": "string", "pattern": "^.{16}:60"}}

_CONTRARY = frozenset({"not", "oneOf", "if"})
"""Keywords under which a stricter subschema accepts more values."""

_VALUES = frozenset({"const", "enum", "default", "examples"})

_DEFINITIONS = ("components", "paths")


def is_quicker(schema: Any) -> bool:
    """Whether `quick_schema` of a schema is quicker, and accepts no value that the schema refuses."""
    return not {*USUAL, NATIVE}.isdisjoint(formats_of(schema)) and _CONTRARY.isdisjoint(_keys(schema))


def quick_schema(schema: Any) -> Any:
    """Return the schema with patterns for formats, and without leap seconds."""
    if isinstance(schema, list):
        return [quick_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    quicker = {key: item if key in _VALUES else quick_schema(item) for key, item in schema.items()}
    form = schema.get("format")
    if form == NATIVE:
        quicker["allOf"] = [*quicker.get("allOf", ()), _NO_LEAP_SECOND]
    elif isinstance(form, str) and form in USUAL:
        del quicker["format"]
        quicker["allOf"] = [*quicker.get("allOf", ()), {"pattern": USUAL[form]}]
    return quicker


def reachable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with only those `components` and `paths` to which it refers."""
    kept = {key: item for key, item in schema.items() if key not in _DEFINITIONS}
    waiting, done = list(_references(kept)), set[str]()
    while waiting:
        reference = waiting.pop()
        if reference in done or not reference.startswith("#/"):
            continue
        done.add(reference)
        node: Any = schema
        copied: Any = kept
        *tokens, last = (token.replace("~1", "/").replace("~0", "~") for token in unquote(reference)[2:].split("/"))
        for token in tokens:
            node = node[token]
            if not isinstance(node, dict):
                return schema  # an element of a list, whose index the copy would change
            copied = copied.setdefault(token, {})
        copied[last] = node[last]
        waiting += _references(node[last])
    return kept


def formats_of(schema: Any) -> Iterator[str]:
    """Yield the formats that a schema names. Each one that Python checks makes every validation slower, used or not."""
    if isinstance(schema, dict):
        if isinstance(schema.get("format"), str):
            yield schema["format"]
        for item in schema.values():
            yield from formats_of(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from formats_of(item)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for item in schema.values():
            yield from _references(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema
    for item in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _keys(item)
