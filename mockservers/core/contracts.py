"""Contract files, from the disk to a Contract: found, overlaid, read with YAML's core schema, and held to account."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from mockservers.core import checking
from mockservers.core.contract import Contract, resolve
from mockservers.core.errors import ContractError
from mockservers.core.jsontext import NotJson, loads
from mockservers.core.value_types import check_values

VENDORS = ("omnisegment", "fanship", "esputnik", "zangsho")
_OURS = "mockservers"


def data_directory(name: str) -> Path:
    """`contracts/` or `fixtures/`: inside the installed package, or at the top of a checkout."""
    packed = Path(__file__).parent.parent / "_data" / name
    return packed if packed.is_dir() else Path(__file__).parent.parent.parent / name


def load(vendor: str, overlay: Path | None = None) -> Contract:
    """The contract of a vendor. Files in `overlay/<vendor>/` take the place of ours, one by one."""
    paths, ours = _files(vendor, overlay), _files(vendor, None)
    import_module(f"mockservers.vendors.{vendor}.operations")  # its functions carry the rules that are checked below
    files = {name: _read(vendor, name, path) for name, path in paths.items()}
    checking.check_files(vendor, files, data_directory("contracts") / "schema")
    contract = Contract(vendor, files, _common(overlay))
    check_values(vendor, files["rules.yaml"]["rules"], contract.resolve, data_directory("contracts") / "schema")
    checking.check_contract(contract)
    for name in ours:
        if paths[name] != ours[name]:
            checking.check_overlaid(vendor, name, files[name], _read(vendor, name, ours[name]))
    return contract


def _common(overlay: Path | None) -> Any:
    """The rules of the harness itself, which every contract knows."""
    path = data_directory("contracts") / _OURS / "rules.yaml"
    if overlay and (overlay / _OURS / "rules.yaml").is_file():
        path = overlay / _OURS / "rules.yaml"
    content = _read(_OURS, path.name, path)
    schemas = data_directory("contracts") / "schema"
    checking.check_common(_OURS, content, schemas)
    check_values(_OURS, content["rules"], lambda place: resolve(content, place.partition("#")[2]), schemas)
    return content["rules"]


def _files(vendor: str, overlay: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in (data_directory("contracts"), overlay):
        if directory and (directory / vendor).is_dir():
            for path in sorted((directory / vendor).iterdir()):
                if path.suffix in (".yaml", ".json"):
                    found[path.name] = path
    for name in checking.SCHEMES:
        if name not in found:
            raise ContractError(f"{vendor}/{name}", "", "the file is not there", "Put it into the contracts folder.")
    return found


def _read(vendor: str, name: str, path: Path) -> Any:
    try:
        if path.suffix == ".json":
            return _json(path.read_bytes())
        return yaml.load(path.read_text("utf-8"), _CoreLoader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ContractError(str(path), "", f"cannot be read: {reason}", "Mend the file.") from None


def _json(raw: bytes) -> Any:
    found = loads(raw)
    for place, _ in found.duplicates:
        raise NotJson(f"key {place} stands twice")
    return found.value


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
        if not isinstance(key, str):
            raise _refused(f"key {key!r} is no text: quote it", key_node)
        if key in made:
            raise _refused(f"key {key!r} stands twice", key_node)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


def _integer(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int:
    """Decimal also where it begins with a zero, which is octal only in older YAML."""
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _refused(reason: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, reason, node.start_mark)


_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _integer)
