"""An envelope can have no property that the mock would lose, and a schema that nothing reads can have no keyword."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.overlays import edited, put

SCHEMAS = "/components/schemas"
ENVELOPES = {
    "omnisegment": ["PurchaseImport", "PurchaseBatch", "AudienceImport", "AudienceBatch", "ProductImport"],
    "zangsho": ["CustomerBatch", "OrderBatch", "SubscriptionBatch", "SubscriptionEventBatch"],
    "esputnik": ["SubscribeContact", "ContactsBulkUpdate", "Orders", "PastEvents"],
}


def stopped(directory: Path, name: str, place: str, value: Any) -> ContractError:
    """The error of a start with another value at a place of openapi.yaml."""
    with pytest.raises(ContractError) as error:
        Mock(vendor(name), load_contract(name, edited(directory, name, "openapi.yaml", put(place, value))))
    return error.value


@pytest.mark.parametrize(("name", "schema"), [(name, each) for name, schemas in ENVELOPES.items() for each in schemas])
def test_a_property_that_is_added_to_an_envelope_stops_the_start(tmp_path: Path, name: str, schema: str) -> None:
    place = f"{SCHEMAS}/{schema}/properties/gift"
    error = stopped(tmp_path, name, place, {"type": "string"})
    assert (error.file, error.pointer) == (f"{name}/openapi.yaml", place)
    assert "the value of 'gift' would be lost without a word" in error.reason
    assert "put the property into the schema of the items" in str(error)


def test_a_property_in_a_branch_of_an_envelope_stops_the_start(tmp_path: Path) -> None:
    place = f"{SCHEMAS}/CustomerBatch"
    error = stopped(tmp_path, "zangsho", f"{place}/anyOf", [{"properties": {"gift": {}}}, {}])
    assert (error.pointer, "'gift'" in error.reason) == (place, True)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("Purchase/required", ["promotion_id"]),
        ("Purchase/properties/gift", {}),
        ("Purchase/properties/promotion_id/type", "string"),
        ("Purchase/additionalProperties", False),
        ("Member/required", ["name"]),
        ("Purchase/allOf/1", {"required": ["promotion_id"]}),
    ],
)
def test_a_keyword_beside_the_schema_of_fanships_lines_stops_the_start(tmp_path: Path, place: str, value: Any) -> None:
    if place.endswith("/1"):
        place, value = place.removesuffix("/1"), [{"$ref": "purchase.schema.json"}, value]
    error = stopped(tmp_path, "fanship", f"{SCHEMAS}/{place}", value)
    schema, keyword, *_ = place.split("/")
    assert (error.file, error.pointer) == ("fanship/openapi.yaml", f"{SCHEMAS}/{schema}/{keyword}")
    assert "schema.json alone" in error.reason
