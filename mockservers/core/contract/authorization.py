"""How requests carry a tenant's credentials: the security schemes of openapi.yaml, filled with the credentials.

`x-credential` of a scheme is its value, with credentials as {placeholders}: `"any:{api_key}"` for HTTP Basic. A scheme
without it carries the vendor's only credential. `sent_credentials` reads them from a call.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.placeholders import fill
from mockservers.core.errors import ContractError
from mockservers.core.value import Value
from mockservers.core.values.json_text import pointer


class Carried(Value):
    """A header or a query parameter that carries credentials."""

    place: Literal["header", "query"]
    name: str
    value: str


def carried(contract: Contract, operation: Operation, credentials: Mapping[str, str]) -> list[Carried]:
    """Return what carries the credentials of a call, by the operation's first security requirement."""
    required = operation.spec.get("security", contract.openapi.get("security", ()))
    schemes = schemes_of(contract)
    return [_carried(contract, name, schemes[name], credentials) for name in next(iter(required), ())]


def placeholders(contract: Contract, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the values of {placeholders} in a contract's requests: credentials, and the schemes' values by name."""
    values = {name: _carried(contract, name, spec, credentials).value for name, spec in schemes_of(contract).items()}
    return {**values, **credentials}


def check_schemes(contract: Contract) -> None:
    """Raise ContractError for a scheme that cannot carry the credentials of a tenant."""
    known = {each.name: "" for each in contract.credentials}
    for name, spec in schemes_of(contract).items():
        at = ("components", "securitySchemes", name, "x-credential")
        text = credential_text(contract, spec)
        problem = _problem(text, spec, known)
        if problem:
            examples = " or ".join(f'"{{{each}}}"' for each in known)
            fix = f"Fix: write its value, with credentials as placeholders: {examples}"
            fix += ', for HTTP Basic a user name before it: "any:{key}".' if is_basic(spec) else "."
            raise ContractError(f"{contract.vendor}/openapi.yaml", pointer(*at), problem, fix)


def _problem(text: str, spec: Mapping[str, Any], known: Mapping[str, str]) -> str:
    if not text:
        return f"it is missing, and the vendor has several credentials: {', '.join(known)}"
    if fill(text, known) == text or "{" in fill(text, known):
        return f"{text!r} does not consist of the vendor's credentials"
    return f"{text!r} has no user name" if is_basic(spec) and ":" not in text else ""


def schemes_of(contract: Contract) -> Mapping[str, Mapping[str, Any]]:
    """Return the declared security schemes by name."""
    schemes: Mapping[str, Mapping[str, Any]] = contract.openapi.get("components", {}).get("securitySchemes", {})
    return schemes


def credential_text(contract: Contract, spec: Mapping[str, Any]) -> str:
    """Return the value of a scheme, with credentials as {placeholders}."""
    names = [each.name for each in contract.credentials]
    only = f"{{{names[0]}}}" if len(names) == 1 else ""
    return str(spec.get("x-credential", f"any:{only}" if only and is_basic(spec) else only))


def _carried(contract: Contract, name: str, spec: Mapping[str, Any], credentials: Mapping[str, str]) -> Carried:
    text = fill(credential_text(contract, spec), credentials)
    if spec["type"] == "apiKey":
        if spec["in"] == "cookie":
            return Carried("header", "Cookie", f"{spec['name']}={text}")
        return Carried("query" if spec["in"] == "query" else "header", spec["name"], text)
    if is_basic(spec):
        return Carried("header", "Authorization", f"Basic {b64encode(text.encode()).decode()}")
    scheme = str(spec.get("scheme", "bearer"))  # OAuth 2 and OpenID Connect send bearer tokens
    return Carried("header", "Authorization", f"{scheme.capitalize()} {text}")


def is_basic(spec: Mapping[str, Any]) -> bool:
    """Whether a scheme is HTTP Basic."""
    return spec["type"] == "http" and str(spec.get("scheme", "")).lower() == "basic"
