"""Load a Contract: find its files, apply the overlay, parse them with YAML's core schema, and validate them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mockservers.core.contract import checking
from mockservers.core.contract.authorization import check_schemes, placeholders
from mockservers.core.contract.boolean_schemas import as_objects
from mockservers.core.contract.contract import Contract, resolve
from mockservers.core.contract.cross_references import check_cross_references
from mockservers.core.contract.edited_files import naming_edited
from mockservers.core.contract.known_placeholders import check_placeholders, check_rule_placeholders
from mockservers.core.contract.parameter_checks import check_read_parameters
from mockservers.core.contract.rule_values import check_values
from mockservers.core.contract.sent_credentials import check_carried
from mockservers.core.contract.user_folder import HARNESS, READ, VALUES
from mockservers.core.contract.value_types import Types, declared_types
from mockservers.core.contract.yaml_reading import Misplaced, read
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import loads

BYTES_MOST = 16 * 1024 * 1024
"""The most bytes of a contract file, which is read whole."""


def data_directory(name: str) -> Path:
    """Return `contracts/` or `fixtures/`: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[2]
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name


def load(vendor: str, folder: Path, overlay: Path | None = None) -> Contract:
    """Load the contract of a vendor from its folder. Files in `overlay/<vendor>/` override files of the same names."""
    paths, shipped = _files(vendor, folder, overlay), _files(vendor, folder, None)
    files = {name: as_objects(_read(vendor, name, path)) for name, path in paths.items()}
    edited = {name for name, path in paths.items() if path != shipped.get(name)}
    with naming_edited(vendor, edited):
        overridden = {name: as_objects(_read(vendor, name, shipped[name])) for name in edited if name in shipped}
        return _checked(vendor, folder, files, overridden, edited, _common(overlay))


def _checked(
    vendor: str, folder: Path, files: dict[str, Any], overridden: dict[str, Any], edited: set[str], common: Any
) -> Contract:
    """Return the contract of files that agree with each other, and with the shipped files that they override."""
    checking.check_files(vendor, files, data_directory("contracts") / "schema")
    if "rules.yaml" in overridden:
        checking.check_rules(vendor, files["rules.yaml"]["rules"], overridden["rules.yaml"]["rules"])
    check_cross_references(vendor, files, overridden)
    contract = Contract(vendor, files, common, edited)
    check_values(vendor, files["rules.yaml"]["rules"], value_types(vendor, folder), contract.resolve, overridden)
    checking.check_contract(contract, overridden)
    for name, original in overridden.items():
        checking.check_overlaid(vendor, name, files[name], original)
        if name == "openapi.yaml":
            check_read_parameters(contract, original)
    check_schemes(contract)
    check_carried(contract)  # after vendor.yaml, whose credentials openapi.yaml names
    check_placeholders(contract, overridden, placeholders(contract, contract.demo.credentials).keys())
    return contract


def _common(overlay: Path | None) -> Any:
    """Return the rules of mockservers itself, which every contract has."""
    folder = data_directory("contracts") / HARNESS
    shipped = path = folder / "rules.yaml"
    if overlay and (overlay / HARNESS / "rules.yaml").is_file():
        path = overlay / HARNESS / "rules.yaml"
    content = _read(HARNESS, path.name, path)
    checking.check_scheme(HARNESS, path.name, content, data_directory("contracts") / "schema")
    if path != shipped:
        originals = _read(HARNESS, shipped.name, shipped)["rules"]
        checking.check_rules(HARNESS, content["rules"], originals)
        check_rule_placeholders(f"{HARNESS}/{path.name}", content["rules"], originals)
    types = value_types(HARNESS, folder)
    check_values(HARNESS, content["rules"], types, lambda place: resolve(content, place.partition("#")[2]))
    return content["rules"]


def value_types(owner: str, folder: Path) -> Types:
    """Return the types of the values of a contract's rules, from its values.yaml; empty if there is no such file."""
    if not (folder / VALUES).is_file():
        return {}
    schemas = data_directory("contracts") / "schema"
    content = _read(owner, VALUES, folder / VALUES)
    checking.check_scheme(owner, VALUES, content, schemas)
    return declared_types(f"{owner}/{VALUES}", content, schemas / "values.schema.json")


def _files(vendor: str, folder: Path, overlay: Path | None) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for directory in (folder, overlay / vendor if overlay else None):
        if directory and directory.is_dir():
            for path in sorted(directory.iterdir()):
                if path.suffix in READ and path.name != VALUES:
                    files[path.name] = path
    for name in checking.FILES:
        if name not in files:
            raise ContractError(
                f"{vendor}/{name}", "", "the file does not exist", "Fix: put it into the contracts folder."
            )
    return files


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
        raise ValueError(f"it is not a regular file of up to {BYTES_MOST} bytes")


def _json(raw: bytes) -> Any:
    parsed = loads(raw)
    for place, _ in parsed.duplicates:
        raise Misplaced(place, f"key {place} is repeated", "Fix: keep one of the two.")
    return parsed.value
