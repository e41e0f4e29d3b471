"""Credentials go onto a request as the contract's security schemes say, and the vendor reads the same ones off it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mockservers.core.contract.authorization import Carried, carried, placeholders
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.sent_credentials import sent_credentials
from mockservers.core.errors import ContractError
from mockservers.core.exchange.call import Request
from mockservers.core.tenancy.mock import Mock
from mockservers.core.values.json_text import dumps
from mockservers.vendors import load_contract, vendor
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


def _sent(obeyed: Contract, operation: str, *carriers: Carried, body: Any = None) -> Mapping[str, str] | None:
    """The credentials that are read off a call with these headers and query parameters."""
    mock = Mock(vendor(obeyed.vendor), obeyed)
    headers = {each.name.lower(): each.value for each in carriers if each.place == "header"}
    query = urlencode({each.name: each.value for each in carriers if each.place == "query"})
    request = Request("POST", "/", query, headers={"content-type": "application/json", **headers}, body=dumps(body))
    return sent_credentials(mock.call(operation, {}, request), obeyed)


@pytest.mark.parametrize("name", ["zangsho", "fanship", "esputnik"])
@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "in": "header", "name": "X-Key"},
        {"type": "apiKey", "in": "query", "name": "key"},
        {"type": "apiKey", "in": "cookie", "name": "session"},
        {"type": "http", "scheme": "basic"},
        {"type": "http", "scheme": "token"},
        {"type": "http", "scheme": "digest", "x-credential": "{%s}:{%s}"},
        {"type": "oauth2", "flows": {}},
    ],
)
def test_each_vendor_reads_its_credential_as_the_edited_scheme_carries_it(
    tmp_path: Path, name: str, scheme: dict[str, Any]
) -> None:
    [declared] = contract(name).openapi["components"]["securitySchemes"]
    [credential] = contract(name).credentials
    scheme = {
        key: value.replace("%s", credential.name) if key == "x-credential" else value for key, value in scheme.items()
    }
    obeyed = load_contract(name, edited(tmp_path, name, "openapi.yaml", put(f"{SCHEMES}/{declared}", scheme)))
    operation = next(iter(obeyed.operations.values()))
    demo = obeyed.demo.credentials
    assert _sent(obeyed, operation.id, *carried(obeyed, operation, demo)) == demo
    before = carried(contract(name), operation, demo)
    if before != carried(obeyed, operation, demo):
        assert _sent(obeyed, operation.id, *before) is None


def test_omnisegment_reads_its_credentials_from_the_body_or_from_header_and_query() -> None:
    obeyed, pair = contract("omnisegment"), {"tid": "OA-1", "api_key": "key"}
    key, tid = Carried("header", "X-OmniSegment-Api-Key", "key"), Carried("query", "tid", "OA-1")
    assert _sent(obeyed, "importPurchaseData", body=pair) == pair
    assert _sent(obeyed, "importPurchaseData", key, tid) is None
    assert _sent(obeyed, "getOrders", key, tid) == pair
    assert _sent(obeyed, "getOrders", tid, body=pair) is None


def test_security_names_schemes_of_the_document(tmp_path: Path) -> None:
    for place in ("/security", "/paths/~1customers/post/security"):
        for value, problem in ((7, "array"), ([{"gone": []}], "there is no scheme 'gone'"), ([{"token": 7}], "array")):
            with pytest.raises(ContractError, match=problem) as stopped:
                load_contract("zangsho", edited(tmp_path, "zangsho", "openapi.yaml", put(place, value)))
            assert stopped.value.pointer.startswith(place)


@pytest.mark.parametrize(
    ("name", "edit", "place", "credential"),
    [
        (
            "zangsho",
            put("/paths/~1orders/post/security", []),
            "/paths/~1orders/post/security",
            "createOrder carry no token",
        ),
        ("fanship", cut("/security"), "/security", "uploadPurchases carry no token"),
        ("esputnik", put("/security", [{}]), "/security", "registerEvent carry no api_key"),
        (
            "omnisegment",
            put("/components/parameters/Tid/required", False),
            "security",
            "createAudienceMapping carry no tid",
        ),
        (
            "omnisegment",
            cut("/components/schemas/PurchaseBatch/properties/tid"),
            "/security",
            "batchImportPurchaseData carry no tid",
        ),
    ],
)
def test_an_operation_whose_calls_carry_no_credential_stops_the_start(
    tmp_path: Path, name: str, edit: Callable[[Any], Any], place: str, credential: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract(name, edited(tmp_path, name, "openapi.yaml", edit))
    assert stopped.value.file == f"{name}/openapi.yaml"
    assert stopped.value.pointer.endswith(place)
    assert f"{credential}, and it selects the tenant" in stopped.value.reason


@pytest.mark.parametrize("name", VENDORS)
def test_placeholders_of_requests_are_the_credentials_and_what_the_schemes_carry(name: str) -> None:
    demo = contract(name).demo.credentials
    assert placeholders(contract(name), demo).items() >= demo.items()


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
