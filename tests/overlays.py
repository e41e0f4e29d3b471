"""Contracts with something changed in them, as a user's `--contracts DIR` would have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.loading import data_directory
from tests.asking import contract


def overlay(directory: Path, vendor: str, file: str, content: Any) -> Path:
    """A folder of contracts with one file of a vendor in it: a text as it is, anything else as JSON, which is YAML."""
    (directory / vendor).mkdir(exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    (directory / vendor / file).write_text(text, "utf-8")
    return directory


def edited(directory: Path, vendor: str, file: str, edit: Callable[[Any], Any]) -> Path:
    """A folder of contracts with a copy of one of ours in it, changed in place (or to what `edit` returns)."""
    content = json.loads(json.dumps(contract(vendor).files[file]))
    changed = edit(content)
    return overlay(directory, vendor, file, content if changed is None else changed)


def put(place: str, value: Any) -> Callable[[Any], None]:
    """An edit: replace the value at a JSON pointer."""

    def edit(document: Any) -> None:
        parent, _, key = place.rpartition("/")
        node = resolve(document, parent)
        node[int(key) if isinstance(node, list) else _unescaped(key)] = value

    return edit


def cut(place: str) -> Callable[[Any], None]:
    """An edit: remove the value at a JSON pointer."""

    def edit(document: Any) -> None:
        parent, _, key = place.rpartition("/")
        del resolve(document, parent)[_unescaped(key)]

    return edit


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def text_of(vendor: str, file: str) -> str:
    """A contract file of ours as it is on the disk."""
    return (data_directory("contracts") / vendor / file).read_text("utf-8")
