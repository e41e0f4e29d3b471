"""A test of a shop that sends to all four vendors: `test_shared_server.py` has it run by many workers at once."""

from __future__ import annotations

import pytest
import requests

from mockservers import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant

DAY = "20251101"
LINES = b'{"id":"p-1","item_name":"Tea","quantity":1}\n{"id":"p-2","item_name":"Cup","quantity":2}\n'


def to_omnisegment(omnisegment: OmnisegmentTenant, number: str) -> requests.Response:
    sent = {"member_sn": "m-1", "transaction_id": number, "transaction_status": "SUCCESS",
            "transaction_revenue": 990.0, "datetime": "2025-11-01T09:51:23+0800"}  # fmt: skip
    return requests.post(
        f"{omnisegment.url}/api/import-purchase-data/", json={**omnisegment.credentials, "data": sent}, timeout=20
    )


def to_fanship(fanship: FanshipTenant) -> requests.Response:
    return requests.post(
        f"{fanship.url}/v1/2nd/purchases/{DAY}/_all",
        headers={"Authorization": f"Bearer {fanship.token}"},
        files={"filename": ("day.ndjson", LINES, "application/x-ndjson")},
        timeout=20,
    )


def to_esputnik(esputnik: EsputnikTenant, number: str) -> requests.Response:
    named = {"phone": "380501234567", "externalOrderId": number, "totalCost": "990.0", "status": "INITIALIZED",
             "date": "2025-11-01T09:51:23"}  # fmt: skip
    params = [{"name": name, "value": value} for name, value in named.items()]
    return requests.post(
        f"{esputnik.url}/api/v1/event",
        auth=("any", esputnik.api_key),
        json={"eventTypeKey": "orderCreated", "keyValue": named["phone"], "params": params},
        timeout=20,
    )


def to_zangsho(zangsho: ZangshoTenant, number: str) -> requests.Response:
    return requests.post(
        f"{zangsho.url}/v1/orders",
        headers={"Authorization": f"Bearer {zangsho.token}", "X-Idempotency-Key": number},
        json={"order_no": number, "customer_email": "chen.meili@example.com", "amount": "990.00"},
        timeout=20,
    )


@pytest.mark.parametrize("number", [f"A-{number}" for number in range(100)])
def test_a_day_of_a_shop(
    omnisegment: OmnisegmentTenant,
    fanship: FanshipTenant,
    esputnik: EsputnikTenant,
    zangsho: ZangshoTenant,
    number: str,
) -> None:
    esputnik.state["contacts"] = [{"channels": [{"type": "sms", "value": "380501234567"}]}]
    zangsho.state["customers"] = [{"email": "chen.meili@example.com"}]
    morning = [tenant.checkpoint("morning") for tenant in (omnisegment, fanship, esputnik, zangsho)]

    omnisegment.faults.plan("too-many-requests", nth=1)
    fanship.faults.plan("unavailable", count=1)
    esputnik.faults.plan("reset", count=1)
    zangsho.faults.plan("lost-response", operation="createOrder", count=1)
    assert to_omnisegment(omnisegment, number).status_code == 429
    assert to_fanship(fanship).status_code == 503
    with pytest.raises(requests.ConnectionError):
        to_esputnik(esputnik, number)
    with pytest.raises(requests.ConnectionError):
        to_zangsho(zangsho, number)
    for answer in (
        to_omnisegment(omnisegment, number),
        to_fanship(fanship),
        to_esputnik(esputnik, number),
        to_zangsho(zangsho, number),
    ):
        assert answer.ok, answer.text

    assert [job["job"] for job in fanship.clock.to_next("ingest")] == ["ingest"]
    held = [order["transaction_id"] for order in omnisegment.state["orders"]]
    held += [order["externalOrderId"] for order in esputnik.state["orders"]]
    held += [order["order_no"] for order in zangsho.state["orders"]]
    assert held == [number] * 3
    assert [purchase["id"] for purchase in fanship.state["purchases"]] == ["p-1", "p-2"]

    assert [point.rewind() for point in morning] == [2, 2, 2, 2]
    assert not omnisegment.state["orders"]
    assert not fanship.state["purchases"]
    assert not fanship.clock.due
    assert not esputnik.state["orders"]
    assert not zangsho.state["orders"]
    assert to_fanship(fanship).ok
    assert [tenant.ledger.silent for tenant in (omnisegment, fanship, esputnik, zangsho)] == [0, 0, 0, 0]
