"""Objects that packages register under a name: built-in ones, and those in an entry-point group."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from mockservers.core.errors import UsageError


def registered(group: str, built_in: Mapping[str, str], noun: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name, without importing them. `built_in` is {name: "module:OBJECT"}.

    Built-in objects need no metadata, which can be out of date in a checkout. UsageError if two packages register one
    name; `noun` describes the objects in its message: "the vendor".
    """
    entries = {name: EntryPoint(name, value, group) for name, value in sorted(built_in.items())}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        known = entries.setdefault(entry.name, entry)
        if known.value != entry.value:
            raise UsageError(
                f"Two packages register {noun} {entry.name!r}: {known.value} and {entry.value}. "
                "Fix: uninstall one of them."
            )
    return entries
