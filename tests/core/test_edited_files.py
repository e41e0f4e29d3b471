"""An error of an overlay names the file that the overlay changes, with the place that is wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from mockservers.web.seeds import seed_demo
from tests.contracts.test_added_fields import sent
from tests.overlays import cut, edited, put
from tests.sending import Sending

PROPERTIES = "/properties/property/maxItems"
X_MAX_VALUES = "/paths/~1api~1v1~1orders/get/parameters/3/x-max-values"
MAXIMUM = "/components/parameters/PerPage/schema/maximum"
SCHEMAS = "/components/schemas"


def stopped(directory: Path, name: str, file: str, edit: Callable[[Any], Any]) -> ContractError:
    """The error of a start with an edited file."""
    with pytest.raises(ContractError) as error:
        seed_demo(Mock(vendor(name), load_contract(name, edited(directory, name, file, edit))))
    return error.value


@pytest.mark.parametrize(
    ("name", "file", "place", "referring"),
    [
        (
            "omnisegment",
            "openapi.yaml",
            X_MAX_VALUES,
            "rules.yaml#/rules/omnisegment.orders.filters/values/transaction_ids",
        ),
        ("zangsho", "openapi.yaml", MAXIMUM, "rules.yaml#/rules/zangsho.list.pages/values/most"),
        (
            "zangsho",
            "errors.yaml",
            "/refusals/too-many-requests/headers/X-RateLimit-Limit",
            "rules.yaml#/rules/zangsho.request.rate/values/limit",
        ),
        ("fanship", "purchase.schema.json", PROPERTIES, "rules.yaml#/rules/fanship.record.property-limit"),
    ],
)
def test_a_removed_value_is_missing_in_its_own_file(
    tmp_path: Path, name: str, file: str, place: str, referring: str
) -> None:
    error = stopped(tmp_path, name, file, cut(place))
    assert (error.file, error.pointer) == (f"{name}/{file}", place)
    assert f"it is missing, and {name}/{referring}" in error.reason
    assert error.fix == "Fix: put it back."


@pytest.mark.parametrize(
    ("name", "edit", "file"),
    [
        ("omnisegment", put(f"{SCHEMAS}/ProductData/properties/title/type", "integer"), "omnisegment/vendor.yaml"),
    ],
)
def test_a_file_that_disagrees_with_the_edited_one_is_named_with_it(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], file: str
) -> None:
    error = stopped(tmp_path, name, "openapi.yaml", edit)
    assert error.file == file
    assert error.reason.endswith(f"Your overlay does not change this file, but {name}/openapi.yaml")


@pytest.mark.parametrize(
    ("name", "edit", "place", "referring"),
    [
        (
            "esputnik",
            put("/paths/~1v1~1contacts/get/parameters/6/schema/maximum", 0),
            "/paths/~1v1~1contacts/get/parameters/6/schema/maximum",
            "rules.yaml#/rules/esputnik.contacts.search/values/most refers to it",
        ),
        (
            "zangsho",
            cut("/paths/~1customers~1batch"),
            "/paths/~1customers~1batch/post/operationId",
            "vendor.yaml#/demo/call/operation names the operation 'importCustomers'",
        ),
    ],
)
def test_the_edited_place_is_named_with_the_place_that_needs_it(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], place: str, referring: str
) -> None:
    error = stopped(tmp_path, name, "openapi.yaml", edit)
    assert (error.file, error.pointer) == (f"{name}/openapi.yaml", place)
    assert referring in error.reason


def test_a_closed_schema_accepts_the_fields_that_the_vendor_adds_to_products(tmp_path: Path) -> None:
    edit = put(f"{SCHEMAS}/ProductData/additionalProperties", False)
    obeyed = load_contract("omnisegment", edited(tmp_path, "omnisegment", "openapi.yaml", edit))
    seed_demo(Mock(vendor("omnisegment"), obeyed))
    product = {"id": "P1", "title": "茶", "link": "https://example.com", "availability": "in stock"}
    product |= {"image_link": "https://example.com/1.png", "price": "5", "gift": "茶"}
    _, tenant = sent(obeyed, Sending("omnisegment", "importProduct", json={"data": product}))
    assert tenant.state()["products"] == []
    assert "gift" in str(tenant.ledger.to_dict()["findings"])
