"""A user's folder of contracts: everything in it overlays something of ours, or the start stops.

A misspelt file would otherwise be left unread, and the mock would go by ours without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mockservers.core.errors import ContractError
from mockservers.core.values.nearest import did_you_mean

HARNESS = "mockservers"
"""The folder of the harness's own rules."""

READ = (".yaml", ".json")
"""How the names of files end that a vendor's folder is read for."""

VALUES = "values.yaml"
"""The file that nothing overlays: which values the rules have, and of which types, is a matter of the vendor's code."""


SCHEMAS = "schema"
"""The folder of the files' JSON Schemas, which editors read. A copy of an earlier version may stay."""


def check_folder(folder: Path, ours: Path, vendors: Iterable[str], folder_of: Callable[[str], Path]) -> None:
    """ContractError for a file or folder that overlays nothing. A copy of ours that is never read may stay.

    `ours` holds what is there beside the contracts of `vendors`, which `folder_of` finds.
    """
    known = [*vendors, HARNESS]
    for path in _visible(folder):
        if path.is_dir() and path.name in known:
            _check_vendor(path, ours / HARNESS if path.name == HARNESS else folder_of(path.name))
        elif path.name != SCHEMAS and not _is_copy(path, ours / path.name):
            raise _unread(folder, path, [f"{name}/" for name in known])


def _check_vendor(folder: Path, ours: Path) -> None:
    names = [path.name for path in ours.iterdir() if path.suffix in READ] if ours.is_dir() else []
    read = [name for name in names if name != VALUES]
    for path in _visible(folder):
        overlays = path.name in read and not path.is_dir()  # a device is refused where it is read
        if not (overlays or _is_referred_to(path) or _is_copy(path, ours / path.name)):
            raise _unread(folder.parent, path, read)


def _is_referred_to(path: Path) -> bool:
    """Whether it is a file that another one beside it names: the schema at the other end of a `$ref`."""
    others = (other for other in _visible(path.parent) if other.suffix in READ and other != path and other.is_file())
    return path.suffix in READ and any(path.name.encode() in other.read_bytes() for other in others)


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def _is_copy(path: Path, ours: Path) -> bool:
    """Whether it is what we have there, which is as good as nothing."""
    if path.is_dir():
        return ours.is_dir() and all(_is_copy(each, ours / each.name) for each in _visible(path))
    return ours.is_file() and path.is_file() and ours.read_bytes() == path.read_bytes()


def _unread(folder: Path, path: Path, known: list[str]) -> ContractError:
    name = str(path.relative_to(folder)) + ("/" if path.is_dir() else "")
    fix = f"{did_you_mean(path.name, [each.rstrip('/') for each in known])} Known: {', '.join(known)}.".strip()
    return ContractError(str(folder / name), "", "it overlays nothing, and nothing reads it", fix)
