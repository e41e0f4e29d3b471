"""Payload types as a Python module of TypedDicts (https://typing.python.org/en/latest/spec/typeddict.html)."""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from mockservers.cli.payloads.declarations import (
    Alias,
    AnyOf,
    Declaration,
    Field,
    ListOf,
    MapOf,
    Models,
    Named,
    Plain,
    Record,
    Type,
    Values,
)
from mockservers.cli.payloads.headings import heading

_PLAIN = {
    "any": "Any", "boolean": "bool", "integer": "int", "null": "None", "number": "float", "string": "str"
}  # fmt: skip
_IMPORTED = ("Any", "Literal", "NotRequired", "TypeAlias", "TypedDict")
_WIDTH = 110


def python_source(models: Models) -> str:
    """A module that mypy and pyright check: an unknown key in a payload is an error."""
    body = "\n".join(line for declaration in models.declarations for line in ("", "", *_declared(declaration)))
    imports = ", ".join(name for name in _IMPORTED if re.search(rf"\b{name}\b", body))
    lines = [*_docstring("\n".join(heading(models, "--python"))), "", "from __future__ import annotations", ""]
    return "\n".join([*lines, f"from typing import {imports}"]) + f"{body}\n"


def _declared(declaration: Declaration) -> Iterator[str]:
    name = _name(declaration.name)
    if isinstance(declaration, Alias):
        yield f"{name}: TypeAlias = {_quoted(_written(declaration.type))}"
        yield from _docstring(declaration.doc)
    elif declaration.open:
        yield f"{name}: TypeAlias = dict[str, Any]"
        required = ", ".join(field.key for field in declaration.fields if field.required)
        needs = f"It needs {required}." if required else ""
        yield from _docstring(" ".join(filter(None, (declaration.doc, "Any key is allowed.", needs))))
    elif all(_is_attribute(field.key) for field in declaration.fields):
        yield f"class {name}(TypedDict):"
        if declaration.doc:
            yield from _docstring(declaration.doc, "    ")
            yield ""
        for field in declaration.fields:
            yield f"    {field.key}: {_field(field)}"
            yield from _docstring(field.doc, "    ")
    else:
        yield from _functional(name, declaration)


def _functional(name: str, record: Record) -> Iterator[str]:
    """A TypedDict with keys that are not identifiers. Its types are strings, which may name later declarations."""
    yield f"{name} = TypedDict("
    yield f"    {_quoted(name)},"
    yield "    {"
    for field in record.fields:
        yield f"        {field.key!r}: {_quoted(_field(field))},"
    yield "    },"
    yield ")"
    yield from _docstring(record.doc)


def _field(field: Field) -> str:
    annotation = _written(field.type)
    return annotation if field.required else f"NotRequired[{annotation}]"


def _written(kind: Type) -> str:
    match kind:
        case Plain(name):
            return _PLAIN[name]
        case Values(values):
            return f"Literal[{', '.join(map(_literal, values))}]"
        case ListOf(item):
            return f"list[{_written(item)}]"
        case MapOf(value):
            return f"dict[str, {_written(value)}]"
        case Named(name):
            return _name(name)
        case AnyOf(options):
            values = tuple(value for option in options if isinstance(option, Values) for value in option.values)
            others = [_written(option) for option in options if not isinstance(option, Values)]
            return " | ".join([*([_written(Values(values))] if values else []), *others])


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _name(name: str) -> str:
    return f"{name}_" if name in _IMPORTED or keyword.iskeyword(name) else name


def _is_attribute(key: str) -> bool:
    """Whether a key can be an attribute of a class. Python mangles names that start with two underscores."""
    return key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("__")


def _quoted(text: str) -> str:
    """A string literal, in double quotes unless the text contains one."""
    return f'"{text}"' if '"' not in text and "\\" not in text else repr(text)


def _docstring(doc: str, indent: str = "") -> list[str]:
    if not doc:
        return []
    escaped = doc.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    escaped = f'{escaped[:-1]}\\"' if escaped.endswith('"') else escaped
    lines = escaped.split("\n") if "\n" in escaped else textwrap.wrap(escaped, _WIDTH - len(indent))
    quoted = [f'"""{lines[0]}', *lines[1:]]
    quoted = [f'{quoted[0]}"""'] if len(quoted) == 1 else [*quoted, '"""']
    return [f"{indent}{line}".rstrip() for line in quoted]
