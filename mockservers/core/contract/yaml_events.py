"""The value of a usual YAML text, from the events of libyaml: in half the time that nodes take.

Usual is what contracts are: one document without tags, whose keys are texts that stand once, and whose aliases are of
what stands before them. Of all others this says that they are `Unusual`, and `yaml_reading` reads them by nodes, which
can say where a mistake is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any

from yaml import events

Resolvers = Mapping[str, list[tuple[Callable[[str], re.Match[str] | None], Callable[[str], Any]]]]
"""By the first character of a plain scalar: which patterns make it another value than a text, and which one."""

_NODES_MOST = 500_000
_LEVELS_MOST = 90
"""Half of what `yaml_reading` allows, or less: what is near its limits is counted there."""


class Unusual(Exception):
    """The text is to be read by nodes."""


class EventReader:
    """Reads one text. `get` returns the next event of it."""

    def __init__(self, get: Callable[[], Any], resolvers: Resolvers) -> None:
        self._get, self._resolvers = get, resolvers
        self._nodes = self._deepest = 0
        self._anchors: dict[str, tuple[Any, int, int]] = {}

    def value(self) -> Any:
        """The value of the text. Unusual, or yaml.YAMLError, where it is to be read by nodes."""
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
        """Count nodes down to a level, with every alias written out."""
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
        made: dict[str, Any] = {}
        get = self._get
        while type(event := get()) is not events.MappingEndEvent:
            key = self._value(event, level + 1)
            if type(key) is not str or key in made:
                raise Unusual
            made[intern(key)] = self._value(get(), level + 1)
        return made

    def _items(self, level: int) -> Iterator[Any]:
        get = self._get
        while type(event := get()) is not events.SequenceEndEvent:
            yield self._value(event, level + 1)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.implicit[0]:  # it is plain
            for matches, value in self._resolvers.get(text[:1], ()):
                if matches(text):
                    return value(text)
        return text
