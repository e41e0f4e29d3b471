"""YAML for contracts: the core schema of 1.2, without repeated keys. Mistakes are reported with their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from mockservers.core.contract.yaml_events import EventReader, Unusual
from mockservers.core.values.json_text import pointer


class Misplaced(ValueError):
    """A key that is invalid at its place, a JSON pointer; `fix` says what to do."""

    def __init__(self, place: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.place, self.fix = place, fix


NODES_MOST = 1_000_000
LEVELS_MOST = 100
"""Limits after every alias is expanded: a few lines of nested aliases can expand to billions of nodes."""


def read(text: str) -> Any:
    """Parse a YAML text. yaml.YAMLError or ValueError if it is invalid."""
    loader = _CoreLoader(text)
    try:
        return EventReader(loader.get_event, _RESOLVERS).value()
    except (Unusual, yaml.YAMLError):
        pass
    finally:
        loader.dispose()
    return read_by_nodes(text)


def read_by_nodes(text: str) -> Any:
    """Parse any YAML text, more slowly, and report every mistake with its place."""
    loader = _CoreLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        nodes, levels = _size(node, {}, 0)
        if nodes > NODES_MOST or levels > LEVELS_MOST:
            raise ValueError(
                f"with its aliases expanded it has {nodes} values on {levels} levels; {NODES_MOST} on {LEVELS_MOST} "
                "are allowed"
            )
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, tuple[int, int]], level: int) -> tuple[int, int]:
    """Return the number of nodes and levels of a node, itself included, with every alias expanded."""
    if level > LEVELS_MOST:
        raise ValueError(f"it is nested more than {LEVELS_MOST} levels deep, or an alias leads to itself")
    if id(node) not in known:
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [each for pair in node.value for each in pair]
        elif isinstance(node, yaml.SequenceNode):
            children = node.value
        below = [_size(child, known, level + 1) for child in children]
        known[id(node)] = 1 + sum(nodes for nodes, _ in below), 1 + max((levels for _, levels in below), default=0)
    return known[id(node)]


def read_foreign(text: str) -> Any:
    """Parse a file of another project: a key that is not a string (`200:`) becomes its text."""
    return yaml.load(text, _ForeignLoader)  # noqa: S506 - a safe loader


class _CoreLoader(yaml.CSafeLoader):
    """YAML with the core schema of 1.2: `off` and dates are strings, and keys are unique."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class declares it as an instance attribute

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
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            reason = f"key {key!r} is not a string: quote it (line {line})"
            raise Misplaced(pointer(*loader.at, str(key)), reason, f'Fix: write "{key}".')
        if key in mapping:
            reason = f"key {key!r} is repeated (line {line})"
            raise Misplaced(pointer(*loader.at, key), reason, "Fix: keep one of the two.")
        loader.at.append(key)
        mapping[key] = loader.construct_object(value_node, deep=True)
        loader.at.pop()
    return mapping


def _sequence(loader: _CoreLoader, node: yaml.SequenceNode) -> list[Any]:
    items: list[Any] = []
    for index, item in enumerate(node.value):
        loader.at.append(index)
        items.append(loader.construct_object(item, deep=True))
        loader.at.pop()
    return items


def _integer(text: str) -> int:
    """Parse an integer. A leading zero means octal only in older YAML."""
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _integer_node(loader: _CoreLoader, node: yaml.ScalarNode) -> int:
    return _integer(str(loader.construct_scalar(node)))


_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_CoreLoader.add_constructor("tag:yaml.org,2002:seq", _sequence)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _integer_node)
_VALUES: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": float,
}
_RESOLVERS = {
    first: [(pattern.match, _VALUES[tag]) for tag, pattern in patterns]
    for first, patterns in _CoreLoader.yaml_implicit_resolvers.items()
}
"""The patterns of `EventReader` for plain scalars: those of the loader, in the same order."""


class _ForeignLoader(_CoreLoader):
    """The core schema, with keys of any type."""


def _foreign_mapping(loader: _ForeignLoader, node: yaml.MappingNode) -> dict[str, Any]:
    return {str(key.value): loader.construct_object(value, deep=True) for key, value in node.value}


_ForeignLoader.add_constructor("tag:yaml.org,2002:map", _foreign_mapping)
