"""The credentials that a call carries, read as the security schemes of openapi.yaml say.

A credential that no scheme of the operation carries is one of its query parameters, or else a key of its JSON body.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.contract.authorization import credential_text, is_basic, schemes_of
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.parameters import parameters
from mockservers.core.contract.placeholders import as_pattern, names
from mockservers.core.errors import ContractError
from mockservers.core.exchange.call import Call
from mockservers.core.values.json_text import pointer

Read = Callable[[Call], Mapping[str, str] | None]
"""Read the credentials of one scheme from a call; None if it has none."""


def sent_credentials(call: Call, contract: Contract) -> Mapping[str, str] | None:
    """Return the credentials of a call; None if it lacks one of them."""
    for readers, beside in _requirements(contract, call.operation):
        sent = [read(call) for read in readers]
        values: dict[str, Any] = {name: value for each in sent for name, value in (each or {}).items()}
        for name, in_query in beside.items():
            values[name] = call.query.get(name) if in_query else _in_body(call, name)
        if None not in sent and all(isinstance(value, str) and value for value in values.values()):
            return values
    return None


def _in_body(call: Call, name: str) -> Any:
    body = call.json
    return body.get(name) if isinstance(body, dict) else None


def check_carried(contract: Contract) -> None:
    """Raise ContractError for an operation whose calls do not carry all credentials: they select the tenant."""
    for operation in contract.operations.values():
        known = _beside(contract, operation.id)
        path = operation.path.removeprefix(contract.base_path)
        at = ("paths", path, operation.method.lower(), "security") if "security" in operation.spec else ("security",)
        for schemes in _security(contract, operation.id):
            texts = " ".join(credential_text(contract, schemes_of(contract)[name]) for name in schemes)
            for each in contract.credentials:
                if each.name not in known | names(texts):
                    reason = f"calls of {operation.id} carry no {each.name}, and it selects the tenant"
                    declared = ", ".join(schemes_of(contract))
                    fix = f"Fix: name a security scheme that carries it. Declared: {declared}."
                    raise ContractError(f"{contract.vendor}/openapi.yaml", pointer(*at), reason, fix)


def _beside(contract: Contract, operation_id: str) -> set[str]:
    """The required query parameters of an operation, and the keys of its body."""
    named = {
        each.spec["name"] for each in parameters(contract, operation_id) if each.spec["in"] == "query" and each.required
    }
    for media in contract.operations[operation_id].spec.get("requestBody", {}).get("content", {}).values():
        reference = media.get("schema", {}).get("$ref")
        named.update(contract.shape(reference).properties if reference else ())
    return named


def _security(contract: Contract, operation_id: str) -> list[Mapping[str, Any]]:
    """The security requirements of an operation, by scheme. A call that matches none has those of the document."""
    operation = contract.operations.get(operation_id)
    required = contract.openapi.get("security", ())
    if operation is not None:
        required = operation.spec.get("security", required)
    return list(required) or [{}]


@lru_cache(maxsize=256)
def _requirements(contract: Contract, operation_id: str) -> list[tuple[list[Read], Mapping[str, bool]]]:
    """Return for each alternative how to read its schemes, and whether each further credential is in the query."""
    query = {each.spec["name"] for each in parameters(contract, operation_id) if each.spec["in"] == "query"}
    requirements: list[tuple[list[Read], Mapping[str, bool]]] = []
    for required in _security(contract, operation_id):
        specs = [schemes_of(contract)[name] for name in required]
        carried = {name for spec in specs for name in names(credential_text(contract, spec))}
        beside = {each.name: each.name in query for each in contract.credentials if each.name not in carried}
        requirements.append(([_reader(contract, spec) for spec in specs], beside))
    return requirements


# -- schemes ----------------------------------------------------------------------------------------------------------


def _reader(contract: Contract, spec: Mapping[str, Any]) -> Read:
    text = credential_text(contract, spec)
    if spec["type"] == "apiKey":
        return _api_key(spec["in"], spec["name"], as_pattern(text))
    if is_basic(spec):
        return _basic(text)
    return _token(str(spec.get("scheme", "bearer")).lower(), as_pattern(text))


def _api_key(place: str, name: str, pattern: re.Pattern[str]) -> Read:
    def read(call: Call) -> Mapping[str, str] | None:
        if place == "cookie":
            value = dict(_cookies(call.headers.get("cookie", ""))).get(name, "")
        else:
            value = call.query.get(name, "") if place == "query" else call.headers.get(name.lower(), "")
        return _credentials(pattern, value)

    return read


def _token(scheme: str, pattern: re.Pattern[str]) -> Read:
    def read(call: Call) -> Mapping[str, str] | None:
        sent, _, token = call.headers.get("authorization", "").partition(" ")
        return _credentials(pattern, token.strip()) if sent.lower() == scheme else None

    return read


def _basic(text: str) -> Read:
    """Any user name is accepted where the text has no credential in it."""
    user, _, password = text.partition(":")
    user_pattern = as_pattern(user).pattern if "{" in user else "[^:]*"
    pattern = re.compile(f"{user_pattern}:{as_pattern(password).pattern}", re.DOTALL)

    def read(call: Call) -> Mapping[str, str] | None:
        sent, _, encoded = call.headers.get("authorization", "").partition(" ")
        if sent.lower() != "basic":
            return None
        try:
            decoded = b64decode(encoded.strip(), validate=True).decode("utf-8")
        except ValueError:
            return None
        return _credentials(pattern, decoded)

    return read


def _credentials(pattern: re.Pattern[str], value: str) -> Mapping[str, str] | None:
    match = pattern.fullmatch(value)
    return match.groupdict() if match else None


def _cookies(header: str) -> Iterator[tuple[str, str]]:
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        yield name, value
