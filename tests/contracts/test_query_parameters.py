"""A list reads its query by the parameters of the contract: default, limits, enum, format and type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.query_parameters import query_parameter
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import loads
from mockservers.vendors import load_contract
from tests.contracts.test_added_fields import loaded, sent
from tests.overlays import cut, put
from tests.sending import Sending

PARAMETERS = "/components/parameters"
FROM_TWO = {"type": "integer", "minimum": 2, "default": 2}
WINDOW = {"datetime_min": "2026-01-01 00:00", "datetime_max": "2026-12-31 23:59"}
SEARCH = "/paths/~1v1~1contacts/get/parameters"
ORDERS = "/paths/~1api~1v1~1orders/get/parameters"


def zangsho(operation: str, **query: str) -> Sending:
    return Sending("zangsho", operation, query=query)


def omnisegment(**query: str) -> Sending:
    return Sending("omnisegment", "getOrders", query={**WINDOW, **query})


@pytest.mark.parametrize(
    ("edit", "call", "before", "after"),
    [
        (put(f"{PARAMETERS}/Page/schema", FROM_TWO), zangsho("listOrders", page="1"), 200, 422),
        (put(f"{PARAMETERS}/PerPage/schema/maximum", 50), zangsho("listOrders", per_page="51"), 200, 422),
        (
            put(f"{PARAMETERS}/OrderStatusFilter/schema", {"enum": ["shipped"]}),
            zangsho("listOrders", status="shipped"),
            422,
            200,
        ),
        (cut(f"{PARAMETERS}/StartDate/schema/format"), zangsho("listOrders", start_date="soon"), 422, 200),
        (put(f"{PARAMETERS}/CustomerFilter/schema/type", "string"), zangsho("listOrders", customer_id="a"), 422, 200),
        (put("/components/parameters/Page/schema", FROM_TWO), omnisegment(page="1"), 200, 400),
        (
            put(f"{SEARCH}/5/schema/minimum", 0),
            Sending("esputnik", "searchContacts", query={"startindex": "0"}),
            400,
            200,
        ),
    ],
)
def test_an_edit_of_a_parameter_is_obeyed(
    tmp_path: Path, edit: Callable[[Any], Any], call: Sending, before: int, after: int
) -> None:
    first, _ = sent(load_contract(call.vendor), call)
    second, _ = sent(loaded(tmp_path, call.vendor, "openapi.yaml", edit), call)
    assert (first.reply.status, second.reply.status) == (before, after)


@pytest.mark.parametrize(
    "edit", [put(f"{PARAMETERS}/PerPage/schema/minimum", 0), cut(f"{PARAMETERS}/Page/schema/minimum")]
)
def test_a_page_below_one_stops_the_start(tmp_path: Path, edit: Callable[[Any], Any]) -> None:
    with pytest.raises(ContractError, match=r"it accepts less than 1.* Fix: give a minimum of at least 1"):
        sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit))


def test_the_default_of_the_page_parameter_selects_the_page(tmp_path: Path) -> None:
    edits = [put(f"{PARAMETERS}/{name}/schema/default", 3) for name in ("Page", "PerPage")]
    answer, _ = sent(loaded(tmp_path, "zangsho", "openapi.yaml", *edits), zangsho("listOrders"))
    meta = loads(answer.reply.body).value["meta"]
    assert (meta["current_page"], meta["per_page"]) == (3, 3)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("page", None, 1), ("page", "7", 7), ("page", "0", None), ("page", "7.0", None), ("page", "９", None)],
)
def test_the_text_of_a_parameter_is_converted_by_its_schema(name: str, text: str | None, value: int | None) -> None:
    assert query_parameter(load_contract("zangsho"), "listOrders", name).value(text) == value


def test_a_parameter_that_an_operation_does_not_have_is_an_error() -> None:
    with pytest.raises(LookupError, match="listOrders has no query parameter 'pages'"):
        query_parameter(load_contract("zangsho"), "listOrders", "pages")
