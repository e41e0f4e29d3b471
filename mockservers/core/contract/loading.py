"""Contract files, from the disk to a Contract: found, overlaid, read with YAML's core schema, and held to account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mockservers.core.contract import checking
from mockservers.core.contract.contract import Contract, resolve
from mockservers.core.contract.user_folder import READ, check_folder
from mockservers.core.contract.value_types import check_values
from mockservers.core.contract.yaml_reading import Misplaced, read
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import loads

VENDORS = ("omnisegment", "fanship", "esputnik", "zangsho")
_OURS = "mockservers"


def data_directory(name: str) -> Path:
    """`contracts/` or `fixtures/`: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[2]
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name


def load(vendor: str, overlay: Path | None = None) -> Contract:
    """The contract of a vendor. Files in `overlay/<vendor>/` take the place of ours, one by one."""
    if overlay:
        check_folder(overlay, data_directory("contracts"), (*VENDORS, _OURS))
    paths, ours = _files(vendor, overlay), _files(vendor, None)
    files = {name: _read(vendor, name, path) for name, path in paths.items()}
    checking.check_files(vendor, files, data_directory("contracts") / "schema")
    if paths["rules.yaml"] != ours["rules.yaml"]:
        known = _read(vendor, "rules.yaml", ours["rules.yaml"])
        checking.check_rules(vendor, files["rules.yaml"]["rules"], known["rules"])
    contract = Contract(vendor, files, _common(overlay))
    check_values(vendor, files["rules.yaml"]["rules"], contract.resolve, data_directory("contracts") / "schema")
    checking.check_contract(contract)
    for name in ours:
        if paths[name] != ours[name]:
            checking.check_overlaid(vendor, name, files[name], _read(vendor, name, ours[name]))
    return contract


def _common(overlay: Path | None) -> Any:
    """The rules of the harness itself, which every contract knows."""
    ours = path = data_directory("contracts") / _OURS / "rules.yaml"
    if overlay and (overlay / _OURS / "rules.yaml").is_file():
        path = overlay / _OURS / "rules.yaml"
    content = _read(_OURS, path.name, path)
    schemas = data_directory("contracts") / "schema"
    checking.check_common(_OURS, content, schemas)
    if path != ours:
        checking.check_rules(_OURS, content["rules"], _read(_OURS, ours.name, ours)["rules"])
    check_values(_OURS, content["rules"], lambda place: resolve(content, place.partition("#")[2]), schemas)
    return content["rules"]


def _files(vendor: str, overlay: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in (data_directory("contracts"), overlay):
        if directory and (directory / vendor).is_dir():
            for path in sorted((directory / vendor).iterdir()):
                if path.is_file() and path.suffix in READ:
                    found[path.name] = path
    for name in checking.SCHEMES:
        if name not in found:
            raise ContractError(f"{vendor}/{name}", "", "the file is not there", "Put it into the contracts folder.")
    return found


def _read(vendor: str, name: str, path: Path) -> Any:
    try:
        if path.suffix == ".json":
            return _json(path.read_bytes())
        return read(path.read_text("utf-8"))
    except Misplaced as error:
        raise ContractError(str(path), error.place, str(error), error.fix) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
        raise ContractError(str(path), "", f"cannot be read: {reason}", "Mend the file.") from None


def _json(raw: bytes) -> Any:
    found = loads(raw)
    for place, _ in found.duplicates:
        raise Misplaced(place, f"key {place} stands twice", "Fix: keep one of the two.")
    return found.value
