"""What packages register under a name: our own parts, and those of other distributions by an entry-point group."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from mockservers.core.errors import UsageError


def registered(group: str, ours: Mapping[str, str], what: str) -> dict[str, EntryPoint]:
    """The entry points of a group by name, nothing imported. `ours` are {name: "module:OBJECT"}.

    Ours need no metadata, which a checkout's may lag behind. UsageError when two packages register one name; `what` is
    what they register: "the vendor".
    """
    entries = {name: EntryPoint(name, value, group) for name, value in sorted(ours.items())}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        known = entries.setdefault(entry.name, entry)
        if known.value != entry.value:
            raise UsageError(
                f"Two packages register {what} {entry.name!r}: {known.value} and {entry.value}. "
                "Fix: uninstall one of them."
            )
    return entries
