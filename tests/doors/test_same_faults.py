"""Faults through every door: what `requests` makes of them, and what the ledger has of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from mockservers.core.effects import EFFECTS
from mockservers.testing.server import MockServer
from mockservers.testing.tenant import MockTenant
from tests.doors.passing import DOORS, Asked

BROKEN, IN_BODY, TOO_LATE = requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.ReadTimeout
FAULTS: Mapping[str, tuple[Mapping[str, Any], int | type[Exception]]] = {
    "unavailable": ({}, 503),
    "reply": ({"status": 502, "body": "<html>Bad Gateway</html>"}, 502),
    "delay": ({"delay": "PT0.01S"}, 201),
    "drip": ({"bytes": 40, "every": "PT0.001S"}, 201),
    "truncated": ({}, IN_BODY),
    "reset-mid-body": ({}, IN_BODY),
    "garbage": ({}, BROKEN),
    "garbage-body": ({}, 201),
    "lost-response": ({}, BROKEN),
    "hang-up": ({}, BROKEN),
    "reset": ({}, BROKEN),
    "time-out": ({"delay": "PT25S"}, TOO_LATE),
}
BODY = json.dumps({"email": "a@example.com", "name": "王小明", "phoneNumber": "0912"}).encode()


def outcome(server: MockServer, door: str, tenant: MockTenant, timeout: float) -> int | type[Exception]:
    headers = {"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"}
    try:
        return DOORS[door](server, "zangsho", Asked("POST", "/v1/customers", headers, BODY, timeout)).status
    except requests.RequestException as error:
        return next(kind for kind in (TOO_LATE, IN_BODY, BROKEN) if isinstance(error, kind))


def accounted(server: MockServer, name: str) -> Any:
    ledger, (exchange,) = server.control.ledger(name), server.control.journal(name)["exchanges"]
    findings = [(found["rule"], found["outcome"], found["silent"], found["told"]) for found in ledger["findings"]]
    state = [customer["email"] for customer in server.control.state(name)["customers"]]
    return ledger["items"], ledger["silent"], findings, exchange["response"]["status"], exchange["fault"], state


def test_every_effect_is_tried() -> None:
    assert set(EFFECTS) <= set(FAULTS)


@pytest.mark.parametrize("door", [name for name in DOORS if name != "wsgi"])
@pytest.mark.parametrize("effect", FAULTS)
def test_a_fault_is_the_same_through_every_door(mock_server: MockServer, effect: str, door: str) -> None:
    about, expected = FAULTS[effect]
    found = {}
    for way in ("http", door):
        tenant = mock_server.tenant("zangsho", now="2026-01-15T03:00:00Z")
        mock_server.harness.control.put_faults(tenant.id, {"faults": [{"effect": effect, **about}]})
        assert (way, outcome(mock_server, way, tenant, 0.3 if expected is TOO_LATE else 20)) == (way, expected)
        found[way] = accounted(mock_server, tenant.id)
        tenant.close()
    assert found[door] == found["http"]
