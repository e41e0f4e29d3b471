"""YAML as contracts have it: the core schema of 1.2, and every key once. Mistakes are told with their place."""

from __future__ import annotations

import re
from typing import Any

import yaml

from mockservers.core.values.json_text import pointer


class Misplaced(ValueError):
    """A key that may not stand where it does: `place` is a JSON pointer, `fix` what to do."""

    def __init__(self, place: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.place, self.fix = place, fix


def read(text: str) -> Any:
    """The value of a YAML text. yaml.YAMLError or ValueError when it cannot be read."""
    return yaml.load(text, _CoreLoader)  # noqa: S506 - a safe loader


class _CoreLoader(yaml.CSafeLoader):
    """YAML with the core schema of 1.2: `off` is text, a date is text, and a key may stand only once."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - typed by its base as an instance's own

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.at: list[str | int] = []


_IMPLICIT = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
}
for _tag, (_pattern, _first) in _IMPLICIT.items():
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first, ""])


def _mapping(loader: _CoreLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            reason = f"key {key!r} is no text: quote it (line {line})"
            raise Misplaced(pointer(*loader.at, str(key)), reason, f'Fix: write "{key}".')
        if key in made:
            reason = f"key {key!r} stands twice (line {line})"
            raise Misplaced(pointer(*loader.at, key), reason, "Fix: keep one of the two.")
        loader.at.append(key)
        made[key] = loader.construct_object(value_node, deep=True)
        loader.at.pop()
    return made


def _sequence(loader: _CoreLoader, node: yaml.SequenceNode) -> list[Any]:
    made: list[Any] = []
    for index, item in enumerate(node.value):
        loader.at.append(index)
        made.append(loader.construct_object(item, deep=True))
        loader.at.pop()
    return made


def _integer(loader: _CoreLoader, node: yaml.ScalarNode) -> int:
    """Decimal also where it begins with a zero, which is octal only in older YAML."""
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_CoreLoader.add_constructor("tag:yaml.org,2002:seq", _sequence)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _integer)
