"""`--mockservers-audit`: a test fails where the mock itself neither holds nor names what was sent."""

from __future__ import annotations

import pytest

from tests.testing.projects import run

FORGETFUL = """
from mockservers.core.value import replace
from mockservers.core.exchange.decision import Put

def without_name(effect):
    return replace(effect, document={**effect.document, "name": None}) if isinstance(effect, Put) else effect

def forgetting(decide):
    def decided(call, view):
        decision = decide(call, view)
        return replace(decision, effects=tuple(map(without_name, decision.effects)))
    return decided

def test_it(mock_server, zangsho):
    tenant = mock_server.mock_app.mocks["zangsho"].tenant(zangsho.id)
    operations = tenant.vendor.operations
    wrong = {**operations, "createCustomer": forgetting(operations["createCustomer"])}
    tenant.vendor = replace(tenant.vendor, operations=wrong)
    assert send(zangsho, name="王小明") == 201
"""


@pytest.mark.parametrize("how", ["option", "setting", "neither"])
def test_a_value_that_vanishes_silently_fails_a_test_under_an_audit(pytester: pytest.Pytester, how: str) -> None:
    if how == "setting":
        pytester.makeini("[pytest]\nmockservers_audit = true\n")
    result = run(pytester, FORGETFUL, *(["--mockservers-audit"] if how == "option" else []))
    if how == "neither":
        result.assert_outcomes(passed=1)
        return
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Unaccounted: the mock of Zangsho*", "*#1 createCustomer /name*"])


def test_an_audit_accepts_values_that_are_held_or_named(pytester: pytest.Pytester) -> None:
    tests = """
@pytest.mark.expect_loss("zangsho.request.unknown-key")
def test_it(zangsho, fanship):
    lose(zangsho)
    upload(fanship, '{"id":"1","quantity":2}')
"""
    run(pytester, tests, "--mockservers-audit").assert_outcomes(passed=1)
