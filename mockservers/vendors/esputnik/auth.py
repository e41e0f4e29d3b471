"""The API key of a request, and the reply to an unknown key."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.esputnik.replies import refuse
from mockservers.vendors.esputnik.state import draft_on


def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The API key: the password of HTTP Basic, whatever the user name."""
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return {"api_key": password} if colon and password else None


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call with an unknown API key.

    Rules: `esputnik.request.other-refusals`, `esputnik.rate.per-second`.
    """
    return refuse(draft_on(view), call, "unauthorized", "esputnik.auth.basic")
