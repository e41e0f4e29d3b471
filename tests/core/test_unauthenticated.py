"""Why a call's credentials select no tenant: a cause and a sentence for every vendor and every way of sending them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from mockservers.core.tenancy.mock import Settings
from tests.asking import VENDORS, Asking

OPERATION = {
    "omnisegment": "importPurchaseData",
    "fanship": "uploadPurchases",
    "esputnik": "registerEvent",
    "zangsho": "createCustomer",
}


def called(asking: Asking, credentials: dict[str, Any], *, scheme: str = "") -> dict[str, Any]:
    """A call with these credentials, as it is listed among the unauthenticated ones."""
    name = asking.mock.vendor.name
    headers: dict[str, str] = {}
    body: Any = {}
    if name == "omnisegment":
        body = credentials
    elif credentials:
        value = next(iter(credentials.values()))
        if name == "esputnik":
            value = base64.b64encode(f"any:{value}".encode()).decode()
        headers["Authorization"] = f"{scheme or ('Basic' if name == 'esputnik' else 'Bearer')} {value}"
    path = {"yyyymmdd": "20251101"} if name == "fanship" else {}
    asking.ask(OPERATION[name], body, headers=headers, path=path)
    found: dict[str, Any] = asking.mock.unauthenticated_requests()[-1]
    assert found["rule"], found
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_cause_of_an_unauthenticated_call_has_its_sentence(vendor: str) -> None:
    asking = Asking(vendor)
    about = asking.mock.contract.credentials
    placeholders = {each.name: next(iter(each.placeholders), asking.credentials[each.name]) for each in about}
    others = Asking(vendor).credentials
    assert called(asking, {})["cause"] == "absent"
    unknown = called(asking, dict(others))
    assert (unknown["cause"], all(value not in unknown["why"] for value in others.values())) == ("unknown", True)
    assert called(asking, placeholders)["cause"] == "placeholder"
    malformed = called(asking, {each.name: "a b" for each in about}, scheme="Digest")
    assert malformed["cause"] == "malformed"
    asking.tenant.revoked = True
    revoked = called(asking, dict(asking.credentials))
    assert (revoked["cause"], asking.tenant.id in revoked["why"]) == ("revoked", True)
    asking.mock.delete(asking.tenant.id)
    deleted = called(asking, dict(asking.credentials))
    assert (deleted["cause"], asking.tenant.id in deleted["why"]) == ("deleted", True)


def test_incomplete_credentials_count_as_malformed() -> None:
    asking = Asking("omnisegment")
    found = called(asking, {"tid": asking.credentials["tid"]})
    assert (found["cause"], "tid in the body" in found["why"]) == ("malformed", True)


def test_a_server_with_too_many_tenants_says_so() -> None:
    asking = Asking("zangsho")
    asking.mock.settings = Settings(open=True, tenants_max=1)
    assert called(asking, {"token": "well-formed-token"})["cause"] == "full"


def test_reasons_are_kept_as_long_as_their_journal_entries() -> None:
    asking = Asking("zangsho")
    asking.mock.settings = Settings(journal_max=3)
    for number in range(5):
        called(asking, {"token": f"unknown-token-{number}"})
    assert len(asking.mock.reasons) == 3
    assert [call["cause"] for call in asking.mock.unauthenticated_requests()][-3:] == ["unknown"] * 3


def test_an_unreadable_body_that_should_carry_credentials_is_the_reason() -> None:
    asking = Asking("omnisegment")
    asking.ask("importPurchaseData", b'{"tid": ')
    found = asking.mock.unauthenticated_requests()[-1]
    assert found["cause"] == "absent"
    assert found["why"].startswith("no credentials: the body, which has the tid and api_key, cannot be read: ")


@pytest.mark.parametrize("vendor", VENDORS)
def test_credentials_of_a_former_tenant_are_recognised(vendor: str) -> None:
    asking = Asking(vendor)
    asking.tenant.revoked = True
    assert called(asking, dict(asking.credentials))["once_of"] == asking.tenant.id
    assert called(asking, dict(Asking(vendor).credentials))["once_of"] == ""
