"""A call is read by the parameters of the contract: required, default, limits, enum, format, type and length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.parameters import query_parameter
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


CONTACT = Sending(
    "esputnik",
    "addContact",
    json={"externalCustomerId": "c", "channels": [{"type": "email", "value": "a@example.com"}]},
)
READ_CONTACT = Sending("esputnik", "getContact", path={"id": "1"})
DELETE = Sending("esputnik", "deleteContactByExternalId", query={"externalCustomerId": "c"})
UPLOAD = Sending("fanship", "uploadPurchases", path={"yyyymmdd": "20260115"}, json={"id": "1"})
CUSTOMER = Sending("zangsho", "createCustomer", json={"email": "a@example.com"})
ORDER = Sending("zangsho", "createOrder", json={"order_no": "1", "amount": "1.00", "customer_email": "a@example.com"})


@pytest.mark.parametrize(
    ("edit", "call", "before", "after"),
    [
        (put(f"{PARAMETERS}/Search/required", True), zangsho("listCustomers"), 200, 422),
        (put(f"{PARAMETERS}/Search/schema/minLength", 3), zangsho("listCustomers", search="王"), 200, 422),
        (put(f"{PARAMETERS}/IdempotencyKey/required", True), ORDER, 201, 422),
        (
            put(f"{PARAMETERS}/IdempotencyKey/schema/maxLength", 2),
            replace(ORDER, headers={"x-idempotency-key": "key"}),
            201,
            422,
        ),
        (put(f"{ORDERS}/4/required", True), omnisegment(), 200, 400),
        (put(f"{ORDERS}/4/schema/maxLength", 1), omnisegment(member_sns="12"), 200, 400),
        (put(f"{ORDERS}/1/required", False), omnisegment(datetime_min=""), 400, 200),
        (put(f"{ORDERS}/2/schema/pattern", "^2025"), omnisegment(), 200, 400),
        (put(f"{SEARCH}/1/required", True), Sending("esputnik", "searchContacts"), 200, 400),
        (
            put(f"{SEARCH}/1/schema/format", "email"),
            Sending("esputnik", "searchContacts", query={"email": "a@"}),
            200,
            400,
        ),
        (put("/paths/~1v1~1contact/delete/parameters/0/required", False), replace(DELETE, query={}), 400, 404),
        (put("/paths/~1v1~1contact~1{id}/parameters/0/schema/minimum", 2), READ_CONTACT, 200, 404),
        (
            put(f"{PARAMETERS}/CustomerIdOrExternalId/schema/minLength", 2),
            Sending("zangsho", "getCustomer", path={"id": "1"}),
            200,
            404,
        ),
        (
            put("/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post/parameters/0/schema/pattern", "^2025"),
            UPLOAD,
            200,
            400,
        ),
    ],
)
def test_what_a_parameter_must_be_is_obeyed(
    tmp_path: Path, edit: Callable[[Any], Any], call: Sending, before: int, after: int
) -> None:
    known = {"esputnik": (CONTACT,), "zangsho": (CUSTOMER,)}.get(call.vendor, ())
    first, _ = sent(load_contract(call.vendor), *known, call)
    second, tenant = sent(loaded(tmp_path, call.vendor, "openapi.yaml", edit), *known, call)
    assert (first.reply.status, second.reply.status) == (before, after)
    assert tenant.ledger.items["refused"] == (1 if call.json else 0)


@pytest.mark.parametrize("index", [3, 4, 5])
def test_each_filter_of_the_read_back_has_its_own_limit(tmp_path: Path, index: int) -> None:
    obeyed = loaded(tmp_path, "omnisegment", "openapi.yaml", put(f"{ORDERS}/{index}/x-max-values", 2))
    names = ["transaction_ids", "member_sns", "product_ids"]
    statuses = {name: sent(obeyed, omnisegment(**{name: "1,2,3"}))[0].reply.status for name in names}
    assert statuses == {name: 400 if names.index(name) == index - 3 else 200 for name in names}


def test_a_contact_is_erased_by_default_if_the_contract_says_so(tmp_path: Path) -> None:
    obeyed = loaded(tmp_path, "esputnik", "openapi.yaml", put(f"{PARAMETERS}/Erase/schema/default", True))
    restore = Sending("esputnik", "updateContact", path={"id": "1"}, json={"firstName": "Олена"})
    for contract, status in ((load_contract("esputnik"), 200), (obeyed, 404)):
        answer, _ = sent(contract, CONTACT, DELETE, restore)
        assert answer.reply.status == status


@pytest.mark.parametrize(
    "edit", [put(f"{PARAMETERS}/PerPage/schema/minimum", 0), cut(f"{PARAMETERS}/Page/schema/minimum")]
)
def test_a_page_below_one_stops_the_start(tmp_path: Path, edit: Callable[[Any], Any]) -> None:
    with pytest.raises(ContractError, match=r"it accepts less than 1.* Fix: give a minimum of at least 1"):
        sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit))


@pytest.mark.parametrize(
    ("name", "edit", "reason"),
    [
        ("esputnik", cut(f"{SEARCH}/5/schema/default"), "it has no default, and the mock depends on it"),
        ("esputnik", put(f"{SEARCH}/6/schema/type", "number"), "it accepts number, and the mock can only take integer"),
        ("zangsho", put(f"{PARAMETERS}/StartDate/schema", {"type": "integer"}), "the mock can only take string"),
    ],
)
def test_a_parameter_that_the_mock_cannot_use_stops_the_start(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], reason: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        sent(loaded(tmp_path, name, "openapi.yaml", edit))
    assert stopped.value.file == f"{name}/openapi.yaml"
    assert reason in stopped.value.reason


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("zangsho", "/paths/~1customers/get"),
        ("omnisegment", "/paths/~1api~1v1~1orders/get"),
        ("esputnik", "/paths/~1v1~1contact/delete"),
    ],
)
def test_a_query_parameter_that_no_code_reads_stops_the_start(tmp_path: Path, name: str, place: str) -> None:
    gift = {"name": "gift", "in": "query", "schema": {"type": "string"}}

    def edit(document: Any) -> None:
        resolve(document, f"{place}/parameters").append(gift)

    with pytest.raises(ContractError) as stopped:
        loaded(tmp_path, name, "openapi.yaml", edit)
    assert (stopped.value.file, stopped.value.pointer) == (f"{name}/openapi.yaml", place)
    assert stopped.value.reason == "the mock does not read the query parameter 'gift'"


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
