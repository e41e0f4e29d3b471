"""A user's folder of contracts. Every file in it must override a file of mockservers, or the server does not start.

Otherwise a file with a misspelt name would have no effect, unreported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from mockservers.core.errors import ContractError
from mockservers.core.values.nearest import did_you_mean

HARNESS = "mockservers"
"""The folder of mockservers' own rules."""

READ = (".yaml", ".json")
"""The suffixes of the files that are read in a vendor's folder."""

VALUES = "values.yaml"
"""The file that cannot be overridden: the vendor's code determines the values of rules and their types."""


SCHEMAS = "schema"
"""The folder of the files' JSON Schemas, for editors. It may hold those of an earlier version."""


def check_folder(folder: Path, shipped: Path, vendors: Iterable[str], folder_of: Callable[[str], Path]) -> None:
    """Raise ContractError for a file or folder that overrides nothing. An exact copy of a file of mockservers may stay.

    `shipped` is the folder of mockservers' own files; `folder_of` returns the contract folder of one of `vendors`.
    """
    known = [*vendors, HARNESS]
    for path in _visible(folder):
        if path.is_dir() and path.name in known:
            _check_vendor(path, shipped / HARNESS if path.name == HARNESS else folder_of(path.name))
        elif path.name != SCHEMAS and not _is_copy(path, shipped / path.name):
            raise _unread(folder, path, [f"{name}/" for name in known])
    if not any(path.suffix in READ for name in known for path in (folder / name).glob("*")):
        reason = "it overrides nothing: it has no file of a vendor"
        fix = f"Fix: copy files into it with `mockservers overlay`. Folders that are read: {', '.join(known)}."
        raise ContractError(str(folder), "", reason, fix)


def _check_vendor(folder: Path, shipped: Path) -> None:
    names = [path.name for path in shipped.iterdir() if path.suffix in READ] if shipped.is_dir() else []
    read = [name for name in names if name != VALUES]
    for path in _visible(folder):
        overlays = path.name in read and not path.is_dir()  # `loading` refuses devices
        if overlays or _is_copy(path, shipped / path.name):
            continue
        if path.name == VALUES:
            reason = "the mock's code determines the types of values, and no file overrides them"
            fix = "Fix: delete it, and edit the values in rules.yaml."
            raise ContractError(str(path), "", reason, fix)
        if not _is_referred_to(path):
            raise _unread(folder.parent, path, read)


def _is_referred_to(path: Path) -> bool:
    """Whether another file of the folder has a `$ref` to this file."""
    reference = re.compile(rf"""\$ref["']?\s*:\s*["']?{re.escape(path.name)}(?=[#"'\s}},]|$)""".encode())
    others = (other for other in _visible(path.parent) if other.suffix in READ and other != path and other.is_file())
    return path.suffix in READ and any(reference.search(other.read_bytes()) for other in others)


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def _is_copy(path: Path, shipped: Path) -> bool:
    """Whether a file or folder equals the shipped one, so that it changes nothing."""
    if path.is_dir():
        return shipped.is_dir() and all(_is_copy(each, shipped / each.name) for each in _visible(path))
    return shipped.is_file() and path.is_file() and shipped.read_bytes() == path.read_bytes()


def _unread(folder: Path, path: Path, known: list[str]) -> ContractError:
    name = str(path.relative_to(folder)) + ("/" if path.is_dir() else "")
    fix = f"{did_you_mean(path.name, [each.rstrip('/') for each in known])} Available: {', '.join(known)}.".strip()
    return ContractError(str(folder / name), "", "it overlays nothing, and nothing reads it", fix)
