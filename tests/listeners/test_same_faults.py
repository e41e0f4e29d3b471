"""Faults through every transport: what `requests` makes of them, and what the ledger has of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from mockservers.core.faults.kinds import EFFECTS
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import ZangshoTenant
from tests.elsewhere import Elsewhere
from tests.listeners.passing import ELSEWHERE, HERE, Asked, Transport

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


Server = MockServer | Elsewhere


def outcome(server: Server, transport: Transport, tenant: ZangshoTenant, timeout: float) -> int | type[Exception]:
    headers = {"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"}
    try:
        return transport(server, "zangsho", Asked("POST", "/v1/customers", headers, BODY, timeout)).status
    except requests.RequestException as error:
        return next(kind for kind in (TOO_LATE, IN_BODY, BROKEN) if isinstance(error, kind))


def accounted(server: Server, name: str) -> Any:
    ledger, (exchange,) = server.control.ledger(name), server.control.journal(name)["exchanges"]
    findings = [(found["rule"], found["outcome"], found["silent"], found["reported"]) for found in ledger["findings"]]
    state = [customer["email"] for customer in server.control.state(name)["customers"]]
    return ledger["items"], ledger["silent"], findings, exchange["response"]["status"], exchange["fault"], state


def met(server: Server, transport: Transport, effect: str) -> Any:
    """What a fault shows to the client and to the test."""
    about, expected = FAULTS[effect]
    tenant = server.tenant("zangsho", now="2026-01-15T03:00:00Z")
    tenant.faults.plan(effect, **about)
    found = outcome(server, transport, tenant, 0.3 if expected is TOO_LATE else 20)
    account = accounted(server, tenant.id)
    tenant.close()
    return found, account


def test_every_effect_is_compared() -> None:
    assert set(EFFECTS) <= set(FAULTS)


@pytest.mark.parametrize("transport", [name for name in HERE if name not in ("wsgi", "http")])
@pytest.mark.parametrize("effect", FAULTS)
def test_a_fault_is_the_same_through_every_transport(here: MockServer, effect: str, transport: str) -> None:
    found = met(here, HERE[transport], effect)
    assert found[0] == FAULTS[effect][1]
    assert found == met(here, HERE["http"], effect)


@pytest.mark.parametrize("transport", ELSEWHERE)
@pytest.mark.parametrize("effect", FAULTS)
def test_a_fault_is_the_same_through_every_transport_of_a_remote_server(
    here: MockServer, there: Elsewhere, effect: str, transport: str
) -> None:
    assert met(there, ELSEWHERE[transport], effect) == met(here, HERE["http"], effect)
