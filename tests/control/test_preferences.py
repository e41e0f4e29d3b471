"""A fault that one request asks for on itself, by RFC 7240: names, values, and what is no fault at all."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.faults.fault_spec import Fault, fault
from mockservers.core.faults.kinds import EFFECTS
from mockservers.core.faults.planned import INJECTED
from mockservers.core.faults.preferences import Unusable, preferred
from mockservers.web.bootstrap import MockApp
from tests.asking import contract
from tests.control.shop import GOOD, Shop


def wanted(header: str) -> dict[str, Any] | None:
    """The specification of the fault that a header asks for, or None."""
    fault: Fault | None = preferred(header, contract("zangsho"))
    return dict(fault.spec) if fault else None


ASKED: list[tuple[str, dict[str, Any] | None]] = [
    ("mock-fault=unavailable", {"effect": "unavailable"}),
    ("Mock-Fault=unavailable", {"effect": "unavailable"}),
    ("MOCK-FAULT=truncated; BYTES=3", {"effect": "truncated", "bytes": 3}),
    ('mock-fault="too-many-requests"', {"effect": "too-many-requests"}),
    ("mock-fault = reset", {"effect": "reset"}),
    ("mock-fault=reset;work=true", {"effect": "reset", "work": True}),
    ("mock-fault=reset ;\twork=FALSE ", {"effect": "reset", "work": False}),
    ('mock-fault=reset; work="true"', {"effect": "reset", "work": True}),
    ("mock-fault=reset; work", {"effect": "reset", "work": True}),
    ("mock-fault=reset;", {"effect": "reset"}),
    ("respond-async, wait=10, mock-fault=reset", {"effect": "reset"}),
    ('return=minimal; foo="some, value; mock-fault=hang-up", mock-fault=reset', {"effect": "reset"}),
    (", ,mock-fault=reset,,", {"effect": "reset"}),
    ("mock-fault=reset, mock-fault=hang-up", {"effect": "reset"}),
    ("mock-fault=truncated; bytes=3; bytes=4", {"effect": "truncated", "bytes": 3}),
    ("mock-fault=delay; delay=PT1S; jitter=PT0.5S", {"effect": "delay", "delay": "PT1S", "jitter": "PT0.5S"}),
    ('mock-fault=reply; status=502; body="<h1>a, b; \\"c\\"</h1>"',
     {"effect": "reply", "status": 502, "body": '<h1>a, b; "c"</h1>'}),
    ('mock-fault=reply; status=429; headers="{\\"Retry-After\\": 7}"',
     {"effect": "reply", "status": 429, "headers": {"Retry-After": 7}}),
    ('mock-fault=invalid; values="{\\"field\\": \\"email\\", \\"message\\": \\"m\\"}"',
     {"effect": "invalid", "values": {"field": "email", "message": "m"}}),
    ("respond-async", None),
    ("", None),
    ("x-mock-fault=reset", None),
    ('foo="mock-fault=reset"', None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "fault"), ASKED)
def test_a_preference_is_read_by_rfc_7240(header: str, fault: dict[str, Any] | None) -> None:
    assert wanted(header) == fault


UNUSABLE = [
    ("mock-fault=nope", "Unknown effect 'nope'. Available: delay, drip,"),
    ("mock-fault", "/effect: must have at least 1 character"),
    ("mock-fault=Unavailable", "Unknown effect 'Unavailable'. Available:"),
    ("mock-fault=delay", "The effect 'delay' needs delay. Fix: give it."),
    ("mock-fault=reset; byts=1", "/byts: unknown key. Did you mean 'bytes'?"),
    ("mock-fault=truncated; bytes=", "bytes is a whole number of up to ten digits, not ''."),
    ("mock-fault=truncated; bytes=-1", "bytes is a whole number of up to ten digits, not '-1'."),
    ("mock-fault=truncated; bytes=1.5", "bytes is a whole number of up to ten digits, not '1.5'."),
    ("mock-fault=truncated; bytes=" + "9" * 5_000, "bytes is a whole number of up to ten digits, not '999"),
    ("mock-fault=truncated; bytes=9999999999", "/bytes: must be a number from 0 to 2147483647, not 9999999999."),
    ("mock-fault=reply; status=" + "2" * 5_000, "status is a whole number of up to ten digits"),
    ("mock-fault=reply; status=99", "/status: must be a number from 200 to 599, not 99."),
    ("mock-fault=reset; work=maybe", "work is true or false, not 'maybe'."),
    ("mock-fault=delay; delay=PT" + "9" * 5_000 + "S", "is too long."),
    ("mock-fault=reset; nth=2", "nth chooses calls, and a preference is about its own."),
    ("mock-fault=reset; rate=0.5", "rate chooses calls"),
    ("mock-fault=reset; operation=listOrders", "operation chooses calls"),
    ("mock-fault=reply; status=502; headers=no", "headers is a JSON object in a quoted string:"),
    ('mock-fault=reply; status=502; headers="[]"', "/headers: must be a JSON object, not []."),
    ("mock-fault: reset", "'mock-fault: reset' is not a preference."),
    ("mock-fault reset", "'mock-fault reset' is not a preference."),
    ('mock-fault="reset', "is not a preference. Give mock-fault=EFFECT; PARAMETER=VALUE."),
]


@pytest.mark.parametrize(("header", "said"), UNUSABLE, ids=[header[:40] for header, _ in UNUSABLE])
def test_a_preference_for_an_unknown_fault_lists_the_available_ones(header: str, said: str) -> None:
    with pytest.raises(Unusable) as caught:
        wanted(header)
    assert said in str(caught.value)
    assert len(caught.value.fault) < 200


@given(st.text(st.characters(max_codepoint=255), max_size=60).map(lambda text: f"mock-fault{text}"))
def test_any_prefer_header_asks_for_a_fault_or_is_unusable(header: str) -> None:
    with suppress(Unusable):
        spec = wanted(header)
        assert spec is None or fault(spec, contract("zangsho")).spec == spec


@pytest.mark.rule(INJECTED)
@pytest.mark.parametrize("header", ["mock-fault=nope", "Mock-Fault=truncated; bytes=" + "9" * 5_000])
def test_a_request_that_asks_for_an_unknown_fault_gets_a_problem_and_is_not_processed(
    served: MockApp, header: str
) -> None:
    shop = Shop(served)
    shop.plan({"effect": "unavailable", "nth": 1})
    heard = shop.send(prefer=header)
    assert (heard.status, heard.headers["Content-Type"]) == (400, "application/problem+json")
    assert heard.json["detail"].startswith("Prefer: mock-fault=")
    assert shop.customers == []
    assert (shop.items, shop.ledger["silent"]) == ({"sent": 2, "refused": 2}, 0)
    planned = shop.control.faults(shop.id)
    assert (planned["planned"][0]["matched"], planned["fired"]) == (0, [])
    assert shop.send(GOOD).status == 503


def test_effects_and_refusals_can_be_asked_for_in_any_letter_case(served: MockApp) -> None:
    shop = Shop(served)
    for effect in {*EFFECTS, "unavailable"} - {"delay", "reply", "time-out"}:
        shop.send(prefer=f"Mock-Fault={effect}")
    fired = [entry["fault"] for entry in shop.control.faults(shop.id)["fired"]]
    assert sorted(fired) == sorted({*EFFECTS, "unavailable"} - {"delay", "reply", "time-out"})
