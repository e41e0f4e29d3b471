"""The OpenAPI document of a new vendor. If it cannot be used, the error says why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.yaml_reading import read_foreign
from mockservers.core.errors import UsageError

Document = dict[str, Any]


def read_document(path: Path) -> Document:
    """An OpenAPI 3 document in JSON or YAML. UsageError if it is not one, or if it consists of several files."""
    try:
        text = path.read_text("utf-8")
        content = json.loads(text) if path.suffix == ".json" else read_foreign(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
        raise UsageError(f"{path} cannot be read: {reason}. Fix: give an OpenAPI 3 document in YAML or JSON.") from None
    version = content.get("openapi") if isinstance(content, dict) else None
    if not re.match(r"3\.[01](\.|$)", str(version)):
        declared = (
            f"swagger {content['swagger']}" if isinstance(content, dict) and "swagger" in content else str(version)
        )
        raise UsageError(
            f"{path} is not an OpenAPI document of version 3.0 or 3.1 (openapi: {declared}). Fix: convert it to one."
        )
    if not isinstance(content.get("paths"), dict) or not content["paths"]:
        raise UsageError(f"{path} has no paths. Fix: give a document that describes operations.")
    for reference in _references(content):
        _check(path, content, reference)
    return dict(content)


def followed(document: Document, node: Any) -> Any:
    """The node at the end of a chain of references."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
        seen.add(node["$ref"])
        node = resolve(document, node["$ref"].removeprefix("#"))
    return node


def _check(path: Path, document: Document, reference: str) -> None:
    if not reference.startswith("#/"):
        raise UsageError(
            f"{path} refers to another file: {reference}. Fix: bundle it into one file, as `redocly bundle` does."
        )
    try:
        resolve(document, reference.removeprefix("#"))
    except (KeyError, IndexError, ValueError, TypeError):
        raise UsageError(f"{path} has the unresolved $ref {reference}. Fix: correct it.") from None


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, item in node.items():
            if key not in ("example", "examples", "default", "enum", "const"):
                yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
