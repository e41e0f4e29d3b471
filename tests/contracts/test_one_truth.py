"""Where two files of a contract must agree, one of them has the truth, and a stop names the file that was edited."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.cross_references import has_place
from mockservers.core.contract.loading import data_directory, value_types
from mockservers.core.contract.value_types import AMONG
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.overlays import cut, edited, put

FILES = ("openapi.yaml", "rules.yaml", "errors.yaml", "vendor.yaml")
STATUSES = "/components/schemas/OrderStatus/enum"
STATUS_ONLY = "/rules/esputnik.order.status-only/values/delivered"
PAST = "/paths/~1v1~1past_events/post/x-reports/0"
BULK = "/paths/~1v1~1contacts/post/x-reports/0"


def stopped(directory: Path, vendor: str, file: str, edit: Callable[[Any], Any]) -> ContractError:
    """The error with which a contract stops that has one file edited."""
    with pytest.raises(ContractError) as error:
        load_contract(vendor, edited(directory, vendor, file, edit))
    return error.value


def references(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str]]:
    """(place, reference) of each `$ref` to another of the four files."""
    if isinstance(node, dict):
        if str(node.get("$ref", "")).partition("#")[0] in FILES:
            yield pointer(*at), node["$ref"]
        for key, item in node.items():
            yield from references(item, (*at, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from references(item, (*at, index))


CROSSING = [
    (vendor, file, place, reference)
    for vendor in VENDORS
    for file in FILES
    for place, reference in references(contract(vendor).files[file])
    if not reference.startswith(file)
]
"""Each reference from one file to another."""


def test_every_vendor_has_references_between_its_files() -> None:
    assert {vendor for vendor, *_ in CROSSING} == set(VENDORS)
    assert len(CROSSING) > 30


@pytest.mark.parametrize(("vendor", "file", "place", "reference"), CROSSING)
def test_a_literal_in_the_place_of_a_reference_to_another_file_stops_the_start(
    tmp_path: Path, vendor: str, file: str, place: str, reference: str
) -> None:
    target, _, at = reference.partition("#")
    error = stopped(tmp_path, vendor, file, put(place, resolve(contract(vendor).files[target], at)))
    assert (error.file, error.pointer) == (f"{vendor}/{file}", place)
    assert reference in error.reason
    assert f'put {{$ref: "{reference}"}} back' in error.fix


@pytest.mark.parametrize(("vendor", "file", "place", "reference"), CROSSING)
def test_a_value_that_another_file_refers_to_is_missed_where_it_was(
    tmp_path: Path, vendor: str, file: str, place: str, reference: str
) -> None:
    target, _, at = reference.partition("#")
    parent, _, key = at.rpartition("/")
    if isinstance(resolve(contract(vendor).files[target], parent), list):
        pytest.skip("the element after it takes its place")
    error = stopped(tmp_path, vendor, target, cut(at))
    assert error.file == f"{vendor}/{target}"
    assert error.pointer in (at, parent), key
    assert error.fix


@pytest.mark.parametrize(
    ("vendor", "file", "place", "value", "at", "reason"),
    [
        ("zangsho", "openapi.yaml", "/components/parameters/PerPage/schema/maximum", "x", None, ""),
        ("omnisegment", "openapi.yaml", "/components/schemas/PurchaseBatch/properties/data/maxItems", 1.5, None, ""),
        (
            "zangsho",
            "errors.yaml",
            "/refusals/too-many-requests/headers/X-RateLimit-Limit",
            "many",
            "/refusals/too-many-requests/headers/X-RateLimit-Limit",
            "openapi.yaml#/x-rate-limits/token/limit refers to it",
        ),
        (
            "esputnik",
            "openapi.yaml",
            STATUSES,
            ["INITIALIZED", "IN_PROGRESS", "CANCELLED", "ABANDONED_SHOPPING_CART"],
            STATUSES,
            'it lacks "DELIVERED", which rules.yaml#/rules/esputnik.order.',
        ),
        (
            "esputnik",
            "openapi.yaml",
            "/components/schemas/ContactsBulkUpdate/properties/dedupeOn/enum",
            ["email", "push", "email_or_sms", "id", "externalCustomerId", "fieldId"],
            "/components/schemas/ContactsBulkUpdate/properties/dedupeOn/enum",
            'it lacks "sms", which rules.yaml#/rules/esputnik.contacts.dedupe/values/channels names',
        ),
        (
            "esputnik",
            "openapi.yaml",
            "/components/schemas/ImportStatus/properties/status",
            {"type": "string"},
            "/components/schemas/ImportStatus/properties/status/enum",
            "it is missing, and rules.yaml#/rules/esputnik.contacts.asynchronous/values/started goes by it",
        ),
        (
            "fanship",
            "openapi.yaml",
            "/paths/~1v1~12nd~1members~1_all/post/operationId",
            "sendMembers",
            "/paths/~1v1~12nd~1members~1_all/post/operationId",
            "vendor.yaml#/demo/examples/uploadMembers names the operation 'uploadMembers'",
        ),
    ],
)
def test_a_value_that_does_not_fit_another_file_is_reported_where_it_was_edited(
    tmp_path: Path, vendor: str, file: str, place: str, value: Any, at: str | None, reason: str
) -> None:
    error = stopped(tmp_path, vendor, file, put(place, value))
    assert error.file == f"{vendor}/{file}"
    assert error.pointer.startswith(at or place)
    assert reason in error.reason


def test_a_response_schema_that_no_longer_accepts_an_error_response_is_reported_itself(tmp_path: Path) -> None:
    def edit(openapi: Any) -> None:
        openapi["components"]["schemas"]["Problem"]["properties"]["message"]["type"] = "integer"
        for response in openapi["components"]["responses"].values():
            for content in response["content"].values():
                content.pop("example", None)

    error = stopped(tmp_path, "zangsho", "openapi.yaml", edit)
    assert error.file == "zangsho/openapi.yaml"
    assert "it does not accept errors.yaml#/refusals/" in error.reason


def names_among() -> Iterator[tuple[str, str, str]]:
    """(vendor, rule, value) of each value whose type has a list of the contract."""
    for vendor in VENDORS:
        for rule, values in value_types(vendor, data_directory("contracts") / vendor).items():
            yield from ((vendor, rule, name) for name, schema in values.items() if AMONG in json.dumps(schema))


@pytest.mark.parametrize(("vendor", "rule", "name"), list(names_among()))
def test_a_misspelt_name_of_a_status_or_a_field_stops_the_start(
    tmp_path: Path, vendor: str, rule: str, name: str
) -> None:
    value = contract(vendor).value(rule, name)
    wrong: Any = [*value[1:], "misspelt"] if isinstance(value, list) else "misspelt"
    if isinstance(value, dict):
        wrong = {**value, "misspelt": []}
    error = stopped(tmp_path, vendor, "rules.yaml", put(f"/rules/{rule}/values/{name}", wrong))
    assert (error.file, '"misspelt"' in error.reason) == (f"{vendor}/rules.yaml", True)
    assert "openapi.yaml" in error.fix or "email" in error.fix


def test_a_status_is_changed_in_the_list_and_in_the_rule(tmp_path: Path) -> None:
    statuses = [*contract("esputnik").resolve(f"openapi.yaml#{STATUSES}"), "HANDED_OVER"]
    edited(tmp_path, "esputnik", "openapi.yaml", put(STATUSES, statuses))
    changed = load_contract("esputnik", edited(tmp_path, "esputnik", "rules.yaml", put(STATUS_ONLY, "HANDED_OVER")))
    assert changed.value("esputnik.order.status-only", "delivered") == "HANDED_OVER"


# -- paths of x-reports ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "place", "value", "fix"),
    [
        ("esputnik", f"{PAST}/path", "result[*].status", "Did you mean 'results'? Available: results, successCount"),
        ("esputnik", f"{PAST}/path", "results[*].state", "Available: status."),
        ("esputnik", f"{BULK}/names", "contact[*]", "Did you mean 'contacts'?"),
        ("esputnik", "/paths/~1v1~1orders/post/x-reports/0/path", "failedOrders[*].ordr", "Did you mean 'order'?"),
        (
            "zangsho",
            "/paths/~1orders~1batch/post/x-reports/1/path",
            "data.results.failed[*].idx",
            "Available: index, reason, message, identifier.",
        ),
    ],
)
def test_a_misspelt_path_of_a_report_stops_the_start(
    tmp_path: Path, vendor: str, place: str, value: str, fix: str
) -> None:
    error = stopped(tmp_path, vendor, "openapi.yaml", put(place, value))
    assert (error.file, error.pointer) == (f"{vendor}/openapi.yaml", place)
    assert "its schema has no" in error.reason
    assert fix in error.fix


def test_a_past_event_is_reported_unless_it_has_the_status_of_the_rule(tmp_path: Path) -> None:
    status = "/components/schemas/PastEventResults/properties/results/items/properties/status/enum"
    unless = "/paths/~1v1~1past_events/post/x-reports/0/unless/0"

    def renamed(document: Any) -> None:
        for place in (unless, f"{status}/0"):
            put(place, "TAKEN")(document)

    changed = load_contract("esputnik", edited(tmp_path, "esputnik", "openapi.yaml", renamed))
    assert changed.operations["sendHistoryEvents"].reports[0].unless == ("TAKEN",)
    assert changed.value("esputnik.past-events.occurred", "taken") == "TAKEN"


# -- every leaf -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_stop_names_the_file_that_was_edited(tmp_path: Path, vendor: str) -> None:
    """Cut an object or a leaf of each file, a few with a fixed seed: each stop is at the file that has the edit."""
    rng = random.Random(20260115)
    tried = 0
    for file in FILES:
        content = contract(vendor).files[file]
        places = [place for place in places_of(content) if has_place(content, place)]
        for place in rng.sample(places, min(12, len(places))):
            directory = tmp_path / f"{file}-{tried}"
            directory.mkdir()
            try:
                load_contract(vendor, edited(directory, vendor, file, cut(place)))
            except ContractError as error:
                assert error.file == f"{vendor}/{file}", f"{file}#{place}: {error}"  # noqa: PT017 - most cuts stop
            tried += 1
    assert tried > 40


def places_of(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[str]:
    """The places of all members of objects."""
    if isinstance(node, dict):
        for key, item in node.items():
            yield pointer(*at, key)
            yield from places_of(item, (*at, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from places_of(item, (*at, index))
