"""Contract files, from the disk to a Contract: found, overlaid, read with YAML's core schema, and validated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mockservers.core.contract import checking
from mockservers.core.contract.authorization import check_schemes
from mockservers.core.contract.boolean_schemas import as_objects
from mockservers.core.contract.contract import Contract, resolve
from mockservers.core.contract.rule_values import check_values
from mockservers.core.contract.user_folder import HARNESS, READ, VALUES
from mockservers.core.contract.value_types import Types, declared_types
from mockservers.core.contract.yaml_reading import Misplaced, read
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import loads

BYTES_MOST = 16 * 1024 * 1024
"""Bytes of a contract file, which is read whole."""


def data_directory(name: str) -> Path:
    """`contracts/` or `fixtures/`: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[2]
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name


def load(vendor: str, folder: Path, overlay: Path | None = None) -> Contract:
    """The contract of a vendor, from its folder. Files in `overlay/<vendor>/` override those there, one by one."""
    paths, own = _files(vendor, folder, overlay), _files(vendor, folder, None)
    files = {name: as_objects(_read(vendor, name, path)) for name, path in paths.items()}
    schemas = data_directory("contracts") / "schema"
    checking.check_files(vendor, files, schemas)
    if paths["rules.yaml"] != own["rules.yaml"]:
        known = _read(vendor, "rules.yaml", own["rules.yaml"])
        checking.check_rules(vendor, files["rules.yaml"]["rules"], known["rules"])
    contract = Contract(vendor, files, _common(overlay))
    check_values(vendor, files["rules.yaml"]["rules"], value_types(vendor, folder), contract.resolve)
    checking.check_contract(contract)
    for name in own:
        if paths[name] != own[name]:
            checking.check_overlaid(vendor, name, files[name], _read(vendor, name, own[name]))
    check_schemes(contract)  # openapi.yaml names credentials of vendor.yaml: a wrong name there is found first
    return contract


def _common(overlay: Path | None) -> Any:
    """The rules of the harness itself, which every contract knows."""
    folder = data_directory("contracts") / HARNESS
    ours = path = folder / "rules.yaml"
    if overlay and (overlay / HARNESS / "rules.yaml").is_file():
        path = overlay / HARNESS / "rules.yaml"
    content = _read(HARNESS, path.name, path)
    checking.check_scheme(HARNESS, path.name, content, data_directory("contracts") / "schema")
    if path != ours:
        checking.check_rules(HARNESS, content["rules"], _read(HARNESS, ours.name, ours)["rules"])
    types = value_types(HARNESS, folder)
    check_values(HARNESS, content["rules"], types, lambda place: resolve(content, place.partition("#")[2]))
    return content["rules"]


def value_types(owner: str, folder: Path) -> Types:
    """The types of the values of a contract's rules, by its values.yaml. None without the file: no rule has a value."""
    if not (folder / VALUES).is_file():
        return {}
    schemas = data_directory("contracts") / "schema"
    content = _read(owner, VALUES, folder / VALUES)
    checking.check_scheme(owner, VALUES, content, schemas)
    return declared_types(f"{owner}/{VALUES}", content, schemas / "values.schema.json")


def _files(vendor: str, folder: Path, overlay: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in (folder, overlay / vendor if overlay else None):
        if directory and directory.is_dir():
            for path in sorted(directory.iterdir()):
                if path.suffix in READ and path.name != VALUES:
                    found[path.name] = path
    for name in checking.FILES:
        if name not in found:
            raise ContractError(f"{vendor}/{name}", "", "the file is not there", "Put it into the contracts folder.")
    return found


def _read(vendor: str, name: str, path: Path) -> Any:
    try:
        _check_size(path)
        if path.suffix == ".json":
            return _json(path.read_bytes())
        return read(path.read_text("utf-8"))
    except Misplaced as error:
        raise ContractError(str(path), error.place, str(error), error.fix) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
        raise ContractError(str(path), "", f"cannot be read: {reason}", "Fix: correct the file.") from None


def _check_size(path: Path) -> None:
    if not path.is_file() or path.stat().st_size > BYTES_MOST:
        raise ValueError(f"it is no regular file of up to {BYTES_MOST} bytes")


def _json(raw: bytes) -> Any:
    found = loads(raw)
    for place, _ in found.duplicates:
        raise Misplaced(place, f"key {place} stands twice", "Fix: keep one of the two.")
    return found.value
