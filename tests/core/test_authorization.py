"""Credentials go onto a request as the contract's security schemes say, and the vendor reads the same ones off it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.authorization import Carried, carried, placeholders
from mockservers.core.errors import ContractError
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.overlays import cut, edited, put

CREDENTIALS = {"tid": "T1", "api_key": "key", "token": "a-token"}
SCHEMES = "/components/securitySchemes"


@pytest.mark.parametrize(
    ("vendor", "operation", "carriers"),
    [
        ("zangsho", "importOrders", [Carried("header", "Authorization", "Bearer a-token")]),
        ("fanship", "uploadPurchases", [Carried("header", "Authorization", "Bearer a-token")]),
        ("esputnik", "registerEvent", [Carried("header", "Authorization", "Basic YW55OmtleQ==")]),
        ("omnisegment", "getOrders", [Carried("header", "X-OmniSegment-Api-Key", "key")]),
        ("omnisegment", "importPurchaseData", []),
    ],
)
def test_an_operation_sends_its_credentials_where_its_security_scheme_says(
    vendor: str, operation: str, carriers: list[Carried]
) -> None:
    known = contract(vendor)
    assert carried(known, known.operations[operation], CREDENTIALS) == carriers


@pytest.mark.parametrize(
    ("scheme", "carrier"),
    [
        ({"type": "apiKey", "in": "query", "name": "key"}, Carried("query", "key", "a-token")),
        ({"type": "apiKey", "in": "cookie", "name": "session"}, Carried("header", "Cookie", "session=a-token")),
        ({"type": "oauth2", "flows": {}}, Carried("header", "Authorization", "Bearer a-token")),
        ({"type": "http", "scheme": "basic"}, Carried("header", "Authorization", "Basic YW55OmEtdG9rZW4=")),
        (
            {"type": "http", "scheme": "token", "x-credential": "token={token}"},
            Carried("header", "Authorization", "Token token=a-token"),
        ),
    ],
)
def test_every_kind_of_scheme_carries_the_only_credential_or_the_declared_one(
    tmp_path: Path, scheme: dict[str, Any], carrier: Carried
) -> None:
    changed = load_contract("zangsho", edited(tmp_path, "zangsho", "openapi.yaml", put(f"{SCHEMES}/token", scheme)))
    assert carried(changed, changed.operations["importOrders"], CREDENTIALS) == [carrier]


@pytest.mark.parametrize("vendor", VENDORS)
def test_placeholders_of_requests_are_the_credentials_and_what_the_schemes_carry(vendor: str) -> None:
    demo = contract(vendor).demo.credentials
    assert placeholders(contract(vendor), demo).items() >= demo.items()


def test_a_scheme_carries_the_credential_with_its_name() -> None:
    assert placeholders(contract("esputnik"), CREDENTIALS)["basic"] == "Basic YW55OmtleQ=="


@pytest.mark.parametrize(
    ("vendor", "edit", "place", "reason"),
    [
        ("omnisegment", cut(f"{SCHEMES}/apiKeyHeader/x-credential"), "apiKeyHeader/x-credential", "it is missing"),
        ("esputnik", put(f"{SCHEMES}/basic/x-credential", "{api_key}"), "basic/x-credential", "has no user name"),
        ("zangsho", put(f"{SCHEMES}/token/x-credential", "{key}"), "token/x-credential", "does not consist of"),
        ("zangsho", put(f"{SCHEMES}/token/x-credential", "abc"), "token/x-credential", "does not consist of"),
        ("zangsho", put(f"{SCHEMES}/token/x-credentials", "{token}"), "token/x-credentials", "not a keyword here"),
        ("zangsho", put(f"{SCHEMES}/token/type", "mutualTLS"), "token/type", "not one of"),
    ],
)
def test_a_scheme_that_could_carry_no_credentials_stops_the_start(
    tmp_path: Path, vendor: str, edit: Callable[[Any], Any], place: str, reason: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract(vendor, edited(tmp_path, vendor, "openapi.yaml", edit))
    assert stopped.value.pointer == f"{SCHEMES}/{place}"
    assert reason in stopped.value.reason
    assert stopped.value.fix
