"""Requests drawn from the contracts: what is drawn, what the mock makes of it, and how much of it is valid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.core.errors import UnknownName
from mockservers.testing import strategies
from mockservers.testing.requests_from_contracts import GeneratedRequest
from mockservers.testing.server import MockServer
from tests.asking import VENDORS, contract

pytestmark = pytest.mark.thorough

OPERATIONS = [(vendor, operation) for vendor in VENDORS for operation in contract(vendor).operations]


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer().start()
    yield made
    made.stop()


def drawn(vendor: str, operation: str, examples: int = 60, wild: int = 60) -> list[GeneratedRequest]:
    found: list[GeneratedRequest] = []

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(strategies.requests(vendor, operation, wild=wild))
    def draw(made: GeneratedRequest) -> None:
        found.append(made)

    draw()
    return found


@pytest.mark.expect_loss("*")
@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS, ids=lambda each: each)
def test_every_drawn_request_is_answered_without_an_internal_error(
    server: MockServer, vendor: str, operation: str
) -> None:
    with closing(server.tenant(vendor)) as tenant, requests.Session() as session:
        for made in drawn(vendor, operation, 25):
            arguments = made.arguments(tenant.credentials)
            reply = session.request(made.method, tenant.url + made.path, timeout=10, **arguments)
            assert reply.status_code < 500, made
            assert reply.status_code not in (401, 403, 405), made


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS, ids=lambda each: each)
def test_all_requests_are_valid_without_wild_values(vendor: str, operation: str) -> None:
    assert all(made.valid for made in drawn(vendor, operation, wild=0))


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS, ids=lambda each: each)
def test_with_wild_values_a_fair_share_of_requests_is_valid(vendor: str, operation: str) -> None:
    bodies = [made.valid for made in drawn(vendor, operation) if made.body is not None]

    assert not bodies or sum(bodies) / len(bodies) > 0.15


def test_with_wild_values_some_requests_are_invalid() -> None:
    assert not all(made.valid for made in drawn("zangsho", "importOrders"))


@pytest.mark.expect_loss("*")
def test_valid_orders_of_a_batch_are_held(server: MockServer) -> None:
    with closing(server.tenant("esputnik")) as tenant:
        for made in drawn("esputnik", "ordersBulkInsert"):
            requests.request(made.method, tenant.url + made.path, timeout=10, **made.arguments(tenant.credentials))
        assert tenant.state["orders"]


@given(st.data())
@settings(max_examples=20)
def test_a_drawn_request_can_be_shown_without_a_server(data: st.DataObject) -> None:
    made = data.draw(strategies.requests("fanship", "uploadPurchases"))
    arguments = made.arguments({"token": "a-token-of-ours"})

    assert made.path.startswith("/v1/2nd/purchases/")
    assert arguments["headers"] == {"Authorization": "Bearer a-token-of-ours"}
    assert set(arguments["files"]) == {"filename"}


def test_unknown_names_are_reported() -> None:
    with pytest.raises(UnknownName, match="vendor"):
        drawn("zangshou", "importOrders")
    with pytest.raises(UnknownName, match="operation"):
        drawn("zangsho", "importOrder")
