"""Why a call's credentials select no tenant: a cause for code, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mockservers.core.contract.authorization import schemes_of
from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.value import Value

Cause = Literal["absent", "malformed", "placeholder", "revoked", "deleted", "full", "unknown"]


class Reason(Value):
    """`cause` is a name, `why` a sentence. `once_of` is the deleted or revoked tenant that had the credentials."""

    cause: Cause
    why: str
    once_of: str = ""


def unreadable(call: Call, contract: Contract) -> Reason:
    """Return why no credentials could be read from a call: there are none, or they are malformed."""
    body = call.body.value if isinstance(call.body, Json) and isinstance(call.body.value, Mapping) else {}
    places = {
        "the header Authorization": call.headers.get("authorization"),
        **{f"the header {name}": call.headers.get(name.lower()) for name in _keys(contract, "header")},
        **{f"the query parameter {name}": call.query.get(name) for name in _keys(contract, "query")},
        **{f"the query parameter {each.name}": call.query.get(each.name) for each in contract.credentials},
        **{f"{each.name} in the body": body.get(each.name) for each in contract.credentials},
    }
    names = " and ".join(each.name for each in contract.credentials)
    seen = [place for place, value in places.items() if value is not None]
    if not seen and isinstance(call.body, Unreadable) and _in_body(call.operation, contract):
        return Reason("absent", f"no credentials: the body, which has the {names}, cannot be read: {call.body.reason}")
    if not seen:
        return Reason("absent", f"no credentials: the request has no {names}")
    return Reason("malformed", f"malformed credentials: no {names} can be read from {', '.join(seen)}")


def placeholder(credentials: Mapping[str, str], contract: Contract) -> Reason | None:
    """Return the reason if one of the credentials is a placeholder of the vendor's page."""
    for each in contract.credentials:
        if credentials[each.name] in each.placeholders:
            return Reason(
                "placeholder",
                f"{each.name} {credentials[each.name]!r} is the placeholder of the vendor's page, never a credential",
            )
    return None


def unknown(credentials: Mapping[str, str], contract: Contract) -> Reason:
    """Return the reason if no tenant has these credentials: they are malformed or unknown."""
    for each in contract.credentials:
        value = credentials[each.name]
        if not each.pattern.fullmatch(value):
            return Reason("malformed", f"malformed {each.name} {masked(value)}: it must match {each.pattern.pattern}")
    named = ", ".join(f"{each.name} {masked(credentials[each.name])}" for each in contract.credentials)
    return Reason("unknown", f"unknown credentials: no tenant has {named}")


def masked(value: str) -> str:
    """Return the first characters of a secret, to recognise it."""
    return f"'{value[:4]}…' ({len(value)} characters)" if len(value) > 6 else repr(value)


def _in_body(operation: str, contract: Contract) -> bool:
    """Whether the request body of an operation contains the credentials."""
    spec = contract.operations[operation].spec if operation in contract.operations else {}
    for media in spec.get("requestBody", {}).get("content", {}).values():
        reference = media["schema"].get("$ref")
        known = contract.shape(reference).properties if reference else {}
        return all(each.name in known for each in contract.credentials)
    return False


def _keys(contract: Contract, place: str) -> list[str]:
    """The names of the headers or query parameters that carry keys."""
    return [spec["name"] for spec in schemes_of(contract).values() if spec.get("in") == place]
