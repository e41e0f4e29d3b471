"""The verdict over HTTP, for gates that are not Python: the one that pytest and `mockservers ledger` give."""

from __future__ import annotations

import time

import pytest

from mockservers.core.accounting.verdict import Policy
from mockservers.reports.verdict import text
from tests.web.administering import Admin

MISSPELT = {"email": "chen.meili@example.com", "phoneNumber": "0923456789"}


@pytest.fixture
def admin() -> Admin:
    return Admin(vendors=("zangsho", "fanship"))


def test_a_silent_loss_fails_with_the_text_that_python_prints(admin: Admin) -> None:
    tenant = admin.tenant(id="mine")
    admin.send(tenant, MISSPELT)
    verdict = admin.json("GET", "/tenants/mine/verdict")
    assert (verdict["failed"], verdict["sent"]) == (True, 1)
    assert [(each["kind"], each["tenant"], each["count"]) for each in verdict["failures"]] == [("silent", "mine", 1)]
    assert verdict["text"] == text(admin.mock_app.control.verdict(Policy(), ["mine"]))
    assert "phoneNumber" in verdict["text"]
    assert admin.json("GET", "/verdict") == verdict


def test_nothing_fails_a_tenant_that_lost_nothing(admin: Admin) -> None:
    admin.send(admin.tenant(id="right"), {"email": "a@example.com"})
    admin.send(admin.tenant(id="wrong"), MISSPELT)
    assert admin.json("GET", "/tenants/right/verdict") == {"failed": False, "sent": 1, "failures": [], "text": ""}


def test_the_level_says_what_fails(admin: Admin) -> None:
    admin.send(admin.tenant(id="mine"), {"email": "no address"})
    kinds = {
        level: [each["kind"] for each in admin.json("GET", f"/tenants/mine/verdict?level={level}")["failures"]]
        for level in ("silent", "lost", "at-risk", "never")
    }
    assert kinds == {"silent": [], "lost": ["lost"], "at-risk": ["lost"], "never": []}


@pytest.mark.parametrize("expected", ["zangsho.request.unknown-key", "fanship.*,zangsho.request.*"])
def test_an_expected_rule_is_not_a_failure(admin: Admin, expected: str) -> None:
    admin.send(admin.tenant(id="mine"), MISSPELT)
    assert admin.json("GET", f"/tenants/mine/verdict?expected={expected}")["failed"] is False


def test_an_unknown_rule_is_named_with_similar_ones(admin: Admin) -> None:
    admin.tenant(id="mine")
    answer = admin.ask("GET", "/tenants/mine/verdict?expected=zangsho.request.unknown-keys")
    assert answer.status_code == 422
    assert "Nearest: zangsho.request.unknown-key" in answer.get_json()["detail"]


def test_fewer_items_than_required_fail(admin: Admin) -> None:
    admin.tenant(id="mine")
    assert admin.json("GET", "/tenants/mine/verdict")["failed"] is False
    verdict = admin.json("GET", "/tenants/mine/verdict?at_least=1")
    assert [each["kind"] for each in verdict["failures"]] == ["nothing-arrived"]


def test_calls_with_wrong_credentials_fail_the_overall_verdict_and_every_tenant_of_their_vendor(admin: Admin) -> None:
    admin.tenant(id="mine")
    admin.tenant("fanship", id="other")
    admin.send({"credentials": {"token": "nobody's"}}, MISSPELT)
    for path, kinds in {"/verdict": 1, "/tenants/mine/verdict": 1, "/tenants/other/verdict": 0}.items():
        assert [each["kind"] for each in admin.json("GET", path)["failures"]] == ["unauthenticated"] * kinds


def test_earlier_calls_do_not_fail_a_tenant_and_on_a_shared_server_no_unauthenticated_call_does(admin: Admin) -> None:
    admin.send({"credentials": {"token": "nobody's"}}, MISSPELT)
    time.sleep(0.05)  # the server's clock is exact to a few milliseconds
    admin.tenant(id="mine")
    assert admin.json("GET", "/tenants/mine/verdict")["failed"] is False
    admin.send({"credentials": {"token": "nobody's"}}, MISSPELT)
    assert admin.json("GET", "/tenants/mine/verdict")["failures"][0]["count"] == 1
    assert admin.json("GET", "/verdict")["failures"][0]["count"] == 2
    assert admin.json("GET", "/tenants/mine/verdict?calls=false")["failed"] is False
