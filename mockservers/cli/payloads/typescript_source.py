"""Payload types as a TypeScript module of interfaces."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from mockservers.cli.payloads.declarations import (
    Alias,
    AnyOf,
    Declaration,
    ListOf,
    MapOf,
    Models,
    Named,
    Plain,
    Type,
    Values,
)
from mockservers.cli.payloads.headings import heading

_PLAIN = {
    "any": "unknown", "boolean": "boolean", "integer": "number", "null": "null", "number": "number", "string": "string"
}  # fmt: skip
_RESERVED = frozenset({"Record"})
_WIDTH = 110


def typescript_source(models: Models) -> str:
    """A module that tsc checks: an unknown key in a literal payload is an error."""
    lines = [*_comment("\n".join(heading(models, "--ts")))]
    for declaration in models.declarations:
        lines += ["", *_declared(declaration)]
    return "\n".join(lines) + "\n"


def _declared(declaration: Declaration) -> Iterator[str]:
    yield from _comment(declaration.doc)
    name = _name(declaration.name)
    if isinstance(declaration, Alias):
        yield f"export type {name} = {_written(declaration.type)};"
        return
    yield f"export interface {name} {{"
    for field in declaration.fields:
        yield from _comment(field.doc, "  ")
        yield f"  {_key(field.key)}{'' if field.required else '?'}: {_written(field.type)};"
    if declaration.open:
        yield "  /** Any key is allowed. */"
        yield "  [key: string]: unknown;"
    yield "}"


def _written(kind: Type) -> str:
    match kind:
        case Plain(name):
            return _PLAIN[name]
        case Values(values):
            return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
        case ListOf(item):
            element = _written(item)
            return f"({element})[]" if isinstance(item, AnyOf | Values) else f"{element}[]"
        case MapOf(value):
            return f"Record<string, {_written(value)}>"
        case Named(name):
            return _name(name)
        case AnyOf(options):
            return " | ".join(map(_written, options))


def _name(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_$][\w$]*", key, re.ASCII) else json.dumps(key, ensure_ascii=False)


def _comment(doc: str, indent: str = "") -> list[str]:
    if not doc:
        return []
    escaped = doc.replace("*/", "*\\/")
    lines = escaped.split("\n") if "\n" in escaped else textwrap.wrap(escaped, _WIDTH - len(indent))
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]
