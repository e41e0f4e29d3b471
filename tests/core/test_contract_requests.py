"""What an overlay says of requests, parameters and references is obeyed, or stops the start with place and fix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.overlays import cut, edited, overlay, put

IMPORT = "/paths/~1customers~1batch/post"
UPLOAD = "/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post"
FORM = f"{UPLOAD}/requestBody/content/multipart~1form-data"
EVENT = "/paths/~1v1~1event/post"


@pytest.mark.parametrize(
    ("name", "edit", "place", "why"),
    [
        (
            "zangsho",
            put(f"{IMPORT}/requestBody/content/application~1json/schema/$ref", "#/components/schemas/OrderBatch"),
            f"{IMPORT}/requestBody/content/application~1json/schema/$ref",
            "the mock reads this request by #/components/schemas/CustomerBatch",
        ),
        (
            "fanship",
            put(f"{FORM}/schema/properties/filename/x-oai-itemSchema/$ref", "#/components/schemas/Member"),
            f"{FORM}/schema/properties/filename/x-oai-itemSchema/$ref",
            "the mock reads this request by #/components/schemas/Purchase",
        ),
        ("fanship", cut("/components/schemas/Member/$ref"), "/components/schemas/Member", "by member.schema.json"),
        (
            "fanship",
            put("/components/schemas/Member/$ref", "#/components/schemas/Purchase"),
            "/components/schemas/Member/$ref",
            "by member.schema.json",
        ),
        ("fanship", put(f"{UPLOAD}/x-upload", "file"), f"{UPLOAD}/x-upload", "no required part 'file'"),
        ("fanship", put(f"{FORM}/schema/required", []), f"{UPLOAD}/x-upload", "no required part 'filename'"),
        ("zangsho", put(f"{IMPORT}/requestBody/required", "no"), f"{IMPORT}/requestBody/required", "boolean"),
        ("esputnik", put("/openapi", "3.2.0"), "/openapi", "does not match"),
    ],
)
def test_a_request_schema_that_the_mock_does_not_support_stops_the_start(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], place: str, why: str
) -> None:
    assert_stopped(tmp_path, name, edit, place, why)


@pytest.mark.parametrize(
    ("name", "edit", "place", "why"),
    [
        (
            "zangsho",
            put("/paths/~1orders/get/parameters", []),
            "/paths/~1orders/get",
            "it has no query parameter 'page', and the mock depends on it",
        ),
        ("zangsho", put("/paths/~1orders/post/parameters", []), "/paths/~1orders/post", "no header"),
        ("fanship", put(f"{UPLOAD}/parameters/0/name", "day"), UPLOAD, "differ in 'day'"),
        ("fanship", put(f"{UPLOAD}/parameters/0/required", False), UPLOAD, "differ in 'yyyymmdd'"),
        ("fanship", put(f"{UPLOAD}/parameters/0/in", "form"), f"{UPLOAD}/parameters/0/in", "form"),
        ("fanship", cut(f"{UPLOAD}/parameters/0/schema/format"), f"{UPLOAD}/parameters/0/schema", "not yyyymmdd"),
        ("omnisegment", cut("/components/parameters/Tid/name"), "/components/parameters/Tid", "name"),
        ("zangsho", put("/components/parameters/Page/schema/type", "int"), "/components/parameters/Page/schema", ""),
    ],
)
def test_a_parameter_that_the_mock_does_not_support_stops_the_start(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], place: str, why: str
) -> None:
    assert_stopped(tmp_path, name, edit, place, why)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (7, "it is not a string"),
        ("#/components/responses/Nowhere", "unresolved"),
        ("#/components/schemas/Refusal", "is not one of components/responses"),
        ("#/components/parameters/Erase", "is not one of components/responses"),
    ],
)
def test_a_reference_to_an_object_of_another_kind_stops_the_start(tmp_path: Path, reference: Any, why: str) -> None:
    place = f"{EVENT}/responses/400/$ref"
    assert_stopped(tmp_path, "esputnik", put(place, reference), place, why)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (cut("/components/schemas/Params/items/required"), "'name' is not required"),
        (put("/components/schemas/Order/required", ["externalOrderId"]), "'status' is not required"),
        (put("/components/schemas/ContactsBulkUpdate/properties/dedupeOn/enum/4", "viber"), "viber"),
        (cut("/components/schemas/Contact/properties/channels"), "no property 'channels'"),
        (cut("/components/schemas/Occurred/type"), "it accepts array, boolean, null, number, object"),
        (put("/components/schemas/KeyValue/type", ["string", "object"]), "it accepts object"),
    ],
)
def test_an_overlay_cannot_remove_what_esputnik_needs_of_its_schemas(
    tmp_path: Path, edit: Callable[[Any], Any], why: str
) -> None:
    with pytest.raises(ContractError, match=why) as stopped:
        started(tmp_path, "esputnik", edit)
    assert "Fix: " in str(stopped.value)


@pytest.mark.parametrize(
    ("place", "default"),
    [
        ("/components/schemas/OrderFields/properties/status/default", "pendng"),
        ("/components/schemas/OrderFields/properties/currency/default", "twd"),
        ("/components/parameters/PerPage/schema/default", 101),
    ],
)
def test_a_default_that_its_schema_does_not_accept_stops_the_start(tmp_path: Path, place: str, default: Any) -> None:
    assert_stopped(tmp_path, "zangsho", put(place, default), place, "its schema does not accept it")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("zangsho", "/components/schemas/NewCustomer/properties/gift"),
        ("omnisegment", "/components/schemas/Gift"),
        ("esputnik", f"{EVENT}/requestBody/content/application~1json/schema"),
        ("fanship", "/components/schemas/Accepted/properties/status"),
        ("fanship", "/components/schemas/Purchase/properties/promotion_id"),
    ],
)
def test_only_the_schema_of_an_uploads_lines_is_read_from_a_file(tmp_path: Path, name: str, place: str) -> None:
    directory = edited(tmp_path, name, "openapi.yaml", put(place, {"$ref": "gift.schema.json"}))
    overlay(directory, name, "gift.schema.json", '{"type": "string"}')
    with pytest.raises(ContractError) as stopped:
        load_contract(name, directory)
    assert stopped.value.pointer == f"{place}/$ref"
    assert "gift.schema.json is another file" in str(stopped.value)
    assert "Fix: put the schema into components/schemas" in str(stopped.value)


@pytest.mark.parametrize(
    ("key", "why"),
    [("type", "it accepts"), ("minimum", "it accepts less than 1"), ("default", "it has no default")],
)
def test_the_page_of_omnisegments_orders_stays_a_number_from_1_with_a_default(
    tmp_path: Path, key: str, why: str
) -> None:
    page = "/components/parameters/Page/schema"
    assert_stopped(tmp_path, "omnisegment", cut(f"{page}/{key}"), page, why)


@pytest.mark.parametrize("allowed", [True, {"type": "string"}], ids=["any", "texts"])
@pytest.mark.parametrize(
    "schema",
    ["NewCustomer", "OrderFields", "NewSubscription", "SubscriptionChange", "Cancellation", "NewSubscriptionEvent",
     "CustomerBatch", "OrderBatch", "SubscriptionBatch", "SubscriptionEventBatch"],
)  # fmt: skip
def test_zangsho_holds_only_the_properties_of_its_schemas(tmp_path: Path, schema: str, allowed: Any) -> None:
    place = f"/components/schemas/{schema}/additionalProperties"
    assert_stopped(tmp_path, "zangsho", put(place, allowed), place, "keys beside its properties")


@pytest.mark.parametrize(
    ("rule", "covers", "schema"),
    [
        ("fanship.record.schema", ["purchase.schema.json#/required"], "purchase.schema.json#"),
        ("fanship.members.schema", ["purchase.schema.json#"], "member.schema.json#"),
    ],
)
def test_a_rule_covers_the_whole_of_each_schema_of_lines(
    tmp_path: Path, rule: str, covers: list[str], schema: str
) -> None:
    with pytest.raises(ContractError, match=f"no rule covers {schema}, .* Fix: put it back"):
        started(tmp_path, "fanship", put(f"/rules/{rule}/covers", covers), "rules.yaml")


def assert_stopped(directory: Path, name: str, edit: Callable[[Any], Any], place: str, why: str) -> None:
    """Assert that the start stops at a place of openapi.yaml, with the reason and a fix."""
    with pytest.raises(ContractError) as stopped:
        started(directory, name, edit)
    assert stopped.value.file == f"{name}/openapi.yaml"
    assert stopped.value.pointer.startswith(place)
    assert why in str(stopped.value)


def started(directory: Path, name: str, edit: Callable[[Any], Any], file: str = "openapi.yaml") -> None:
    """Start a mock of a vendor with an edited file of its contract."""
    Mock(vendor(name), load_contract(name, edited(directory, name, file, edit)))
