"""Parse simple YAML from the events of libyaml, in half the time of parsing by nodes.

Simple means: one document without tags, whose keys are unique strings, and whose aliases refer to earlier anchors.
Contracts are like that. Other texts raise `Unusual`, and `yaml_reading` parses them by nodes, which have the places of
mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any

from yaml import events

Resolvers = Mapping[str, list[tuple[Callable[[str], re.Match[str] | None], Callable[[str], Any]]]]
"""By the first character of a plain scalar: the patterns that make it another value than a string, and that value."""

_NODES_MOST = 500_000
_LEVELS_MOST = 90
"""At most half the limits of `yaml_reading`, which counts exactly."""


class Unusual(Exception):
    """The text must be parsed by nodes."""


class EventReader:
    """Parses one text. `get` returns its next event."""

    def __init__(self, get: Callable[[], Any], resolvers: Resolvers) -> None:
        self._get, self._resolvers = get, resolvers
        self._nodes = self._deepest = 0
        self._anchors: dict[str, tuple[Any, int, int]] = {}

    def value(self) -> Any:
        """Return the value of the text. Unusual, or yaml.YAMLError, if it must be parsed by nodes."""
        self._get()  # the start of the stream
        if type(self._get()) is not events.DocumentStartEvent:
            raise Unusual
        value = self._value(self._get(), 1)
        self._get()  # the end of the document
        if type(self._get()) is not events.StreamEndEvent:
            raise Unusual
        return value

    def _value(self, event: Any, level: int) -> Any:
        kind = type(event)
        if event.anchor is not None:
            return self._aliased(event.anchor, level) if kind is events.AliasEvent else self._anchored(event, level)
        if event.tag is not None:
            raise Unusual
        self._count(1, level)
        if kind is events.ScalarEvent:
            return self._scalar(event)
        return self._mapping(level) if kind is events.MappingStartEvent else list(self._items(level))

    def _count(self, nodes: int, level: int) -> None:
        """Count nodes at a level, with every alias expanded."""
        self._nodes += nodes
        if level > self._deepest:  # noqa: PLR1730 - `max` would cost a tenth of the whole reading
            self._deepest = level
        if level > _LEVELS_MOST or self._nodes > _NODES_MOST:
            raise Unusual

    def _anchored(self, event: Any, level: int) -> Any:
        name, event.anchor = event.anchor, None
        nodes, deepest, self._deepest = self._nodes, self._deepest, level
        value = self._value(event, level)
        if name in self._anchors:
            raise Unusual
        self._anchors[name] = value, self._nodes - nodes, self._deepest - level
        self._deepest = max(deepest, self._deepest)
        return value

    def _aliased(self, name: str, level: int) -> Any:
        if name not in self._anchors:
            raise Unusual
        value, nodes, levels = self._anchors[name]
        self._count(nodes, level + levels)
        return value

    def _mapping(self, level: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        get = self._get
        while type(event := get()) is not events.MappingEndEvent:
            key = self._value(event, level + 1)
            if type(key) is not str or key in mapping:
                raise Unusual
            mapping[intern(key)] = self._value(get(), level + 1)
        return mapping

    def _items(self, level: int) -> Iterator[Any]:
        get = self._get
        while type(event := get()) is not events.SequenceEndEvent:
            yield self._value(event, level + 1)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.implicit[0]:  # a plain scalar
            for matches, value in self._resolvers.get(text[:1], ()):
                if matches(text):
                    return value(text)
        return text
