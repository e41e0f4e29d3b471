"""Contract files, from the disk to a Contract: found, overlaid, read, and held to account.

A contract that is wrong stops the start, with the file, the place in it, the reason and the mend.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from mockservers.core import rules
from mockservers.core.contract import Contract
from mockservers.core.errors import ContractError
from mockservers.core.formats import ANNOTATIONS, FORMATS
from mockservers.core.jsontext import pointer

VENDORS = ("omnisegment", "fanship", "esputnik", "zangsho")
REQUIRED_REFUSALS = ("unauthorized", "not-found", "method-not-allowed", "too-large", "too-many-requests", "unavailable")
"""Refusals that every vendor has, by the names under which the doors look for them."""

_SCHEMES = {"rules.yaml": "rules.schema.json", "errors.yaml": "errors.schema.json"}


def data_directory(name: str) -> Path:
    """`contracts/` or `fixtures/`: inside the installed package, or at the top of a checkout."""
    packed = Path(__file__).parent.parent / "_data" / name
    return packed if packed.is_dir() else Path(__file__).parent.parent.parent / name


def load(vendor: str, overlay: Path | None = None) -> Contract:
    """The contract of a vendor. Files in `overlay/<vendor>/` take the place of ours, one by one."""
    files = {name: _read(vendor, name, path) for name, path in _files(vendor, overlay).items()}
    for name, scheme in _SCHEMES.items():
        _hold_to_scheme(vendor, name, files[name], scheme)
    _check_formats(vendor, files)
    contract = Contract(vendor, files)
    rules.check(vendor, f"{vendor}/rules.yaml", contract.rules)
    _check_refusals(contract)
    _check_operations(contract)
    return contract


def _files(vendor: str, overlay: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in (data_directory("contracts"), overlay):
        if directory and (directory / vendor).is_dir():
            for path in sorted((directory / vendor).iterdir()):
                if path.suffix in (".yaml", ".json"):
                    found[path.name] = path
    for name in ("openapi.yaml", *_SCHEMES):
        if name not in found:
            raise ContractError(f"{vendor}/{name}", "", "the file is not there", "Put it into the contracts folder.")
    return found


def _read(vendor: str, name: str, path: Path) -> Any:
    try:
        text = path.read_text("utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.load(text, _CoreLoader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ContractError(str(path), "", f"cannot be read: {reason}", "Mend the file.") from None


class _CoreLoader(yaml.CSafeLoader):
    """YAML with the core schema of 1.2: `off` is text, a date is text, and a key may stand only once."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - typed by its base as an instance's own


_IMPLICIT = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
}
for _tag, (_pattern, _first) in _IMPLICIT.items():
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first, ""])


def _mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


@cache
def _scheme(name: str) -> Any:
    path = data_directory("contracts") / "schema" / name
    return jsonschema_rs.Draft202012Validator(json.loads(path.read_text("utf-8")))


def _hold_to_scheme(vendor: str, name: str, content: Any, scheme: str) -> None:
    for error in _scheme(scheme).iter_errors(content):
        raise ContractError(f"{vendor}/{name}", pointer(*error.instance_path), error.message, f"See schema/{scheme}.")


def _check_formats(vendor: str, files: Mapping[str, Any]) -> None:
    """A format that nothing checks would let garbage through in silence."""
    for name, content in files.items():
        if name in _SCHEMES:
            continue
        for at, format_name in _formats(content, ()):
            if format_name not in FORMATS and format_name not in ANNOTATIONS:
                known = ", ".join(sorted(FORMATS))
                raise ContractError(
                    f"{vendor}/{name}",
                    pointer(*at),
                    f"nothing checks the format {format_name!r}",
                    f"Use one of: {known}.",
                )


def _formats(node: Any, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, dict):
        if isinstance(node.get("format"), str) and "type" in node:
            yield (*at, "format"), node["format"]
        for key, item in node.items():
            if key not in ("example", "examples", "default", "enum", "const"):
                yield from _formats(item, (*at, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _formats(item, (*at, index))


def _check_refusals(contract: Contract) -> None:
    file = f"{contract.vendor}/errors.yaml"
    for name in REQUIRED_REFUSALS:
        if name not in contract.refusals:
            raise ContractError(
                file, f"/refusals/{name}", "the refusal is missing", "Every vendor has it; put it back."
            )
    for refusal in contract.refusals.values():
        if refusal.rule not in contract.rules:
            place = pointer("refusals", refusal.name, "rule")
            raise ContractError(file, place, f"there is no rule {refusal.rule!r}", "Name a rule of rules.yaml.")


def _check_operations(contract: Contract) -> None:
    file = f"{contract.vendor}/rules.yaml"
    for rule in contract.rules.values():
        for index, ground in enumerate(rule.covers):
            try:
                contract.resolve(ground)
            except (KeyError, IndexError, ValueError, TypeError):
                place = pointer("rules", rule.id, "covers", index)
                raise ContractError(
                    file, place, f"{ground} points at nothing", "Point it at a place there is."
                ) from None
