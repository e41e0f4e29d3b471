"""A contract is validated before anything uses it.

The server does not start with an invalid contract; the error names the file, the place, the reason and the fix. A
contract that passes here causes no errors at run time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockservers.core.contract.contract import METHODS, Contract, is_success, resolve
from mockservers.core.contract.cross_references import is_crossing
from mockservers.core.contract.examples import check_examples
from mockservers.core.contract.idle_keywords import check_idle_keywords
from mockservers.core.contract.keywords import check_keywords, root_schemas
from mockservers.core.contract.parameter_checks import check_known_parameters, check_path_parameters
from mockservers.core.contract.references import Wrong, misplaced_file, wrong_kind, wrong_reference
from mockservers.core.contract.refusals import Refusal, wrong_header
from mockservers.core.contract.report_paths import check_report_paths
from mockservers.core.contract.request_bodies import check_request_schemas, check_uploads
from mockservers.core.errors import ContractError
from mockservers.core.faults import rate_limits
from mockservers.core.values.formats import ANNOTATIONS, FORMATS
from mockservers.core.values.json_text import pointer
from mockservers.core.values.nearest import did_you_mean

FILES = ("vendor.yaml", "openapi.yaml", "rules.yaml", "errors.yaml")
"""The files that every contract has."""

REQUIRED_REFUSALS = ("unauthorized", "not-found", "method-not-allowed", "too-large", "too-many-requests", "unavailable")
"""The names of the refusals that every vendor must have. The web layer uses them."""

_DATA = frozenset({"example", "examples", "default", "enum", "const"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_OPENAPI_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILE_DIALECT = "http://json-schema.org/draft-07/schema#"
_USED = {
    "openapi.yaml": (("components", "schemas"), ("paths", "*", "*", "responses")),
    "vendor.yaml": (("credentials",),),
    "rules.yaml": (("rules", "*", "values"), ("rules", "*", "reading", "choices")),
    "errors.yaml": (("refusals",), ("messages",)),
}
"""The places of those names in a contract that the vendors' code uses."""

_CLOSED = frozenset({("credentials",), ("rules", "*", "reading", "choices"), ("refusals",), ("messages",)})
"""The places among them where a new name needs code."""

At = tuple[str | int, ...]


def is_pattern(text: str) -> bool:
    """Whether a text is a valid regular expression for schemas."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except jsonschema_rs.ValidationError:
        return False
    return True


def check_files(vendor: str, files: Mapping[str, Any], schemes: Path) -> None:
    """Check each file on its own: its scheme (from the folder `schemes`), its schemas, its references."""
    for name in FILES:
        check_scheme(vendor, name, files[name], schemes)
    for name, content in files.items():
        if name not in ("vendor.yaml", "rules.yaml", "errors.yaml"):
            _check_schemas(vendor, name, content, files)
            check_keywords(f"{vendor}/{name}", content)
        if name == "openapi.yaml":  # schemas in separate files stay as the vendor publishes them
            check_idle_keywords(f"{vendor}/{name}", content)


def check_scheme(owner: str, name: str, content: Any, schemes: Path) -> None:
    """Raise ContractError if a file violates its scheme: `rules.schema.json` for a rules.yaml."""
    scheme = f"{name.removesuffix('.yaml')}.schema.json"
    for error in _scheme(schemes / scheme).iter_errors(content):
        place = pointer(*error.instance_path)
        raise ContractError(f"{owner}/{name}", place, error.message, f"See contracts/schema/{scheme}.")


def check_contract(contract: Contract, overridden: Mapping[str, Any]) -> None:
    """Check the files against each other. `overridden` has the original content of the files that an overlay overrides.

    Where two files disagree, and an overlay overrides one of them, the error names that one.
    """
    _ = contract.demo  # reads vendor.yaml
    _check_refusals(contract)
    _check_references(contract)
    _check_covers(contract)
    _check_operations(contract)
    _check_named_operations(contract, overridden)
    check_path_parameters(contract.vendor, contract.openapi)
    check_uploads(contract)
    check_report_paths(contract)
    check_examples(contract, overridden)
    rate_limits.declared(contract)


def check_rules(vendor: str, overlay: Mapping[str, Any], shipped: Mapping[str, Any]) -> None:
    """Check that an overlay has exactly the rules that the vendor's code uses."""
    for name in shipped:
        if name not in overlay:
            place = pointer("rules", name)
            raise ContractError(
                f"{vendor}/rules.yaml", place, "the rule is missing, and the mock uses it", "Fix: put it back."
            )
    for name in overlay:
        if name not in shipped:
            place, fix = (
                pointer("rules", name),
                f"{did_you_mean(name, shipped)} Fix: correct it, or take it out.".strip(),
            )
            raise ContractError(f"{vendor}/rules.yaml", place, "rule is not implemented", fix)


def check_overlaid(vendor: str, name: str, overlay: Any, shipped: Any) -> None:
    """Check that an overlay's file has every name that the vendor's code uses, and none that it cannot know."""
    for path in _USED.get(name, ()):
        overlaid = dict(_objects_at(overlay, path, ()))
        for at, known in _objects_at(shipped, path, ()):
            names = overlaid.get(at, {})
            for key in (key for key in known if key not in names and not _replaces_success(names, known, key)):
                raise ContractError(
                    f"{vendor}/{name}",
                    pointer(*at, key),
                    "it is missing, and the mock depends on it",
                    "Fix: put it back.",
                )
            for key in (key for key in names if key not in known and path in _CLOSED):
                fix = f"{did_you_mean(key, known)} Available: {', '.join(known)}.".strip()
                raise ContractError(f"{vendor}/{name}", pointer(*at, key), "the mock does not know it", fix)
    if name == "openapi.yaml":
        check_request_schemas(vendor, overlay, shipped)
        check_known_parameters(vendor, overlay, shipped)
    if name == "rules.yaml":
        _check_readings(vendor, overlay["rules"], shipped["rules"])


def _check_readings(vendor: str, overlay: Mapping[str, Any], shipped: Mapping[str, Any]) -> None:
    """Check that the code consults each reading: choosing another one would have no effect."""
    for rule, spec in overlay.items():
        if "reading" in spec and "reading" not in shipped.get(rule, {}):
            place = pointer("rules", rule, "reading")
            fix = "Fix: take it out; only rules with a reading in the file that you override can have one."
            raise ContractError(f"{vendor}/rules.yaml", place, "the mock does not use this reading", fix)


def _replaces_success(names: Mapping[str, Any], known: Mapping[str, Any], key: str) -> bool:
    """Whether another success status replaces an operation's only one: the code does not depend on its number."""
    return is_success(key) and sum(map(is_success, known)) == sum(map(is_success, names)) == 1


@cache
def _scheme(path: Path) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(path.read_text("utf-8")))


# -- schemas ----------------------------------------------------------------------------------------------------


def _check_schemas(vendor: str, name: str, content: Any, files: Mapping[str, Any]) -> None:
    file = f"{vendor}/{name}"
    for at, node in _nodes(content, ()):
        for key, check in _CHECKS.items():
            if key not in node:
                continue
            wrong = check(node[key], content, files) if isinstance(node[key], str) else _NOT_TEXT
            if key == "$ref" and is_crossing(node[key]):
                wrong = None  # a target in another file is checked with all such references
            if key == "$ref" and not wrong:
                wrong = misplaced_file(at, node[key], content) or wrong_kind(at, node[key])
            if wrong:
                raise ContractError(file, pointer(*at, key), *wrong)
    dialect = _OPENAPI_DIALECT if name == "openapi.yaml" else _FILE_DIALECT
    for at, schema in root_schemas(content):
        if schema.keys() == {"$ref"}:  # checked above, and the most common case
            continue
        try:
            jsonschema_rs.meta.validate({**schema, "$schema": dialect})
        except jsonschema_rs.ValidationError as error:
            place = pointer(*at, *error.instance_path)
            raise ContractError(
                file, place, f"it is not a valid schema: {error.message}", "Fix: correct the keyword."
            ) from None


def _wrong_format(text: str, _content: Any, _files: Mapping[str, Any]) -> Wrong:
    """A format without a check would accept any text."""
    if text in FORMATS or text in ANNOTATIONS:
        return None
    return f"unknown format {text!r}", f"Fix: use one of: {', '.join(sorted(FORMATS))}."


def _wrong_pattern(text: str, _content: Any, _files: Mapping[str, Any]) -> Wrong:
    return None if is_pattern(text) else (f"{text!r} is not a regular expression", "Fix: use the syntax of ECMA-262.")


_NOT_TEXT = ("it is not a string", "Fix: write a string.")
_CHECKS: dict[str, Callable[[str, Any, Mapping[str, Any]], Wrong]] = {
    "format": _wrong_format,
    "pattern": _wrong_pattern,
    "$ref": wrong_reference,
}


def _nodes(node: Any, at: At, *, named: bool = False) -> Iterator[tuple[At, dict[str, Any]]]:
    """Yield every object of a document that is neither data nor a map of names."""
    if isinstance(node, dict):
        if not named:
            yield at, node
        for key, item in node.items():
            if isinstance(item, dict | list) and (named or key not in _DATA):
                yield from _nodes(item, (*at, key), named=not named and key in _NAMED)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _nodes(item, (*at, index))


# -- files against each other -----------------------------------------------------------------------------------


def _check_refusals(contract: Contract) -> None:
    file = f"{contract.vendor}/errors.yaml"
    for name in REQUIRED_REFUSALS:
        if name not in contract.refusals:
            raise ContractError(
                file, f"/refusals/{name}", "the refusal is missing", "Fix: put it back; every vendor has it."
            )
    for refusal in contract.refusals.values():
        _check_headers(file, refusal)
        if refusal.rule not in contract.rules:
            place = pointer("refusals", refusal.name, "rule")
            raise ContractError(file, place, f"there is no rule {refusal.rule!r}", "Fix: name a rule of rules.yaml.")


def _check_headers(file: str, refusal: Refusal) -> None:
    """Check that each header can be sent."""
    for name, value in refusal.headers:
        reason = wrong_header(name, value)
        if reason:
            raise ContractError(file, pointer("refusals", refusal.name, "headers", name), *reason)


def _check_references(contract: Contract) -> None:
    """Check that `numbers` lists each statement to which a rule refers."""
    listed = contract.files["rules.yaml"]["numbers"]
    for rule in contract.rules.values():
        for index, number in enumerate(rule.refs):
            if number not in listed:
                place = pointer("rules", rule.id, "refs", index)
                fix = f"{did_you_mean(number, listed)} Fix: correct it, or add it to /numbers.".strip()
                raise ContractError(f"{contract.vendor}/rules.yaml", place, f"/numbers has no {number!r}", fix)


def _check_covers(contract: Contract) -> None:
    for rule in contract.rules.values():
        for index, ground in enumerate(rule.covers):
            wrong = wrong_reference(ground, contract.openapi, contract.files)
            if wrong:
                at = pointer("rules", rule.id, "covers", index)
                raise ContractError(f"{contract.vendor}/rules.yaml", at, *wrong)


def _check_operations(contract: Contract) -> None:
    file = f"{contract.vendor}/openapi.yaml"
    seen: set[str] = set()
    _check_security(contract, file, contract.openapi.get("security", ()), ("security",))
    for at, spec in _objects_at(contract.openapi, ("paths", "*", "*"), ()):
        if at[-1] not in METHODS:
            continue
        if spec["operationId"] in seen:
            raise ContractError(
                file, pointer(*at, "operationId"), "it is not unique", "Fix: give each operation its own."
            )
        seen.add(spec["operationId"])
        for index, name in enumerate(spec.get("x-rules", ())):
            if name not in contract.rules:
                place = pointer(*at, "x-rules", index)
                raise ContractError(file, place, f"there is no rule {name!r}", "Fix: name a rule of rules.yaml.")
        _check_security(contract, file, spec.get("security", ()), (*at, "security"))


def _check_named_operations(contract: Contract, overridden: Mapping[str, Any]) -> None:
    """Check that there is an operation with each name that the contract mentions."""
    places = [("openapi.yaml", "/x-order-import"), ("vendor.yaml", "/demo/call/operation")]
    named = [(*place, resolve(contract.files[place[0]], place[1])) for place in places]
    for each, example in contract.demo.examples.items():
        named.append(("vendor.yaml", pointer("demo", "examples", each), each))
        if "after" in example:
            place = pointer("demo", "examples", each, "after", "operation")
            named.append(("vendor.yaml", place, example["after"]["operation"]))
    for file, place, name in named:
        if name not in contract.operations:
            original = overridden.get("openapi.yaml", {})
            for at, spec in _objects_at(original, ("paths", "*", "*"), ()):
                if spec.get("operationId") == name and file not in overridden:
                    where, reason = pointer(*at, "operationId"), f"{file}#{place} names the operation {name!r}"
                    fix = f"Fix: put {name!r} back, or override {file}, too."
                    raise ContractError(f"{contract.vendor}/openapi.yaml", where, reason, fix)
            reason = f"there is no operation {name!r}"
            fix = f"Fix: choose one of: {', '.join(sorted(contract.operations))}."
            raise ContractError(f"{contract.vendor}/{file}", place, reason, fix)


def _check_security(contract: Contract, file: str, security: Iterable[Mapping[str, Any]], at: At) -> None:
    """Check that an operation names only declared security schemes."""
    declared = contract.openapi.get("components", {}).get("securitySchemes", {})
    for index, either in enumerate(security):
        for name in either:
            if name not in declared:
                known = f"Fix: declare it below components/securitySchemes, or name one of: {', '.join(declared)}."
                raise ContractError(file, pointer(*at, index, name), f"there is no scheme {name!r}", known)


def _objects_at(node: Any, path: tuple[str, ...], at: At) -> Iterator[tuple[At, dict[str, Any]]]:
    """Yield the objects at a path, in which `*` is any key."""
    if not isinstance(node, dict):
        return
    if not path:
        yield at, node
        return
    for key in node if path[0] == "*" else (path[0],):
        yield from _objects_at(node.get(key), path[1:], (*at, key))
