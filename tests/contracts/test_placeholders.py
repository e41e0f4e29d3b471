"""A `{placeholder}` that nothing fills stops the start, in every text of a contract that has placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.placeholders import names
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.overlays import edited, overlay, put, text_of

FILES = ("rules.yaml", "errors.yaml", "vendor.yaml")
OTHERS = {"template", "$ref", "words", "covers"}
"""The keys of texts with braces of another kind: how credentials are made, paths of operations, words of pages."""


def texts(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str]]:
    """(place, text) of each text with a placeholder."""
    if isinstance(node, str) and names(node) and not set(at) & OTHERS:
        yield pointer(*at), node
    for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from texts(item, (*at, key))


FILLED = [
    (vendor, file, place, text)
    for vendor in VENDORS
    for file in FILES
    for place, text in texts(contract(vendor).files[file])
]


def stopped(directory: Path, vendor: str, file: str, edit: Callable[[Any], Any]) -> ContractError:
    with pytest.raises(ContractError) as error:
        load_contract(vendor, edited(directory, vendor, file, edit))
    return error.value


def test_each_file_has_texts_with_placeholders() -> None:
    assert {(vendor, file) for vendor, file, *_ in FILLED} >= {(vendor, "rules.yaml") for vendor in VENDORS}
    assert len(FILLED) > 400


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_misspelt_placeholder_stops_the_start_at_its_text(tmp_path: Path, vendor: str) -> None:
    """Of each kind of text: says, why, fix, body, message, request, call, example."""
    kinds: dict[tuple[str, str], tuple[str, str]] = {}
    for owner, file, place, text in FILLED:
        if owner == vendor:
            kinds.setdefault(
                (file, "/".join(token for token in place.split("/")[1:] if token.isalpha())), (place, text)
            )
    for (file, kind), (place, text) in kinds.items():
        directory = tmp_path / f"{file}-{kind.replace('/', '-')}"
        directory.mkdir()
        name = min(names(text))
        error = stopped(directory, vendor, file, put(place, text.replace(f"{{{name}}}", f"{{{name}s_}}")))
        assert (error.file, error.pointer) == (f"{vendor}/{file}", place)
        assert error.reason == f"unknown placeholder {{{name}s_}}"
        assert f"Did you mean '{name}'? Available: " in error.fix
        assert name in error.fix.partition("Available: ")[2]


@pytest.mark.parametrize(
    ("vendor", "file", "place", "value", "available"),
    [
        ("zangsho", "rules.yaml", "/rules/zangsho.batch.most-items/says", "At most {sent} items.", "limit."),
        ("zangsho", "rules.yaml", "/rules/zangsho.batch.skip/fix", "Send {fix}.", "count, fields, identifier, key."),
        ("zangsho", "errors.yaml", "/messages/taken", "{email} exists", "field."),
        ("zangsho", "errors.yaml", "/refusals/invalid/body/message", "{massage}", "errors, message."),
        ("zangsho", "errors.yaml", "/refusals/forbidden/body/message", "{message}", "none."),
        ("zangsho", "errors.yaml", "/refusals/too-many-requests/headers/Retry-After", "{seconds}", "none."),
        (
            "zangsho",
            "errors.yaml",
            "/refusals/not-found/request/headers/Authorization",
            "Bearer {tokn}",
            "token.",
        ),
        ("zangsho", "vendor.yaml", "/demo/call/headers/Authorization", "Bearer {tokn}", "token."),
        ("omnisegment", "vendor.yaml", "/demo/examples/getOrders/path", "/api/v1/orders?tid={tod}", "api_key, tid."),
        ("esputnik", "vendor.yaml", "/demo/examples/getImportSessionStatus/path", "/a/{sesion}", "api_key, session."),
        ("omnisegment", "vendor.yaml", "/demo/call/json/data/{tod}", "1", "api_key, tid."),
    ],
)
def test_the_message_lists_what_is_available(
    tmp_path: Path, vendor: str, file: str, place: str, value: str, available: str
) -> None:
    error = stopped(tmp_path, vendor, file, put(place, value))
    assert (error.file, error.pointer) == (f"{vendor}/{file}", place)
    assert error.reason.startswith("unknown placeholder {")
    assert error.fix.endswith(f"Available: {available}")


def test_a_sentence_may_have_the_values_of_its_rule_and_the_count_of_its_finding(tmp_path: Path) -> None:
    place = "/rules/zangsho.batch.most-items/why"
    changed = load_contract(
        "zangsho", edited(tmp_path, "zangsho", "rules.yaml", put(place, "{limit} {key} {count} {sent}"))
    )
    assert changed.rules["zangsho.batch.most-items"].why == "{limit} {key} {count} {sent}"


def test_a_rule_of_the_harness_is_held_to_its_original_too(tmp_path: Path) -> None:
    text = text_of("mockservers", "rules.yaml").replace("deeper than {levels} levels", "deeper than {level} levels")
    with pytest.raises(ContractError, match=r"mockservers/rules\.yaml#/rules/mockservers\.request\.too-deep/why"):
        load_contract("zangsho", overlay(tmp_path, "mockservers", "rules.yaml", text))
