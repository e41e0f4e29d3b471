"""Commands by name. Each is imported when it is called, so that `serve` does not import what the others need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class DeferredCommands(MutableMapping[str, click.Command]):
    """The commands of a group, from {name: "module:object"}."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._commands: dict[str, str | click.Command] = dict(places)

    def __getitem__(self, name: str) -> click.Command:
        command = self._commands[name]
        if isinstance(command, str):
            module, _, attribute = command.partition(":")
            imported: click.Command = getattr(import_module(module), attribute)
            self._commands[name] = command = imported
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)
