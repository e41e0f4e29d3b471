"""The credentials of a request, in its body or in a header, and the reply to unknown ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.envelope import refuse_incomplete
from mockservers.vendors.omnisegment.replies import refuse
from mockservers.vendors.omnisegment.requests import ENVELOPES, body_of, import_request
from mockservers.vendors.omnisegment.state import COLLECTIONS


def credentials(call: Call, contract: Contract) -> Mapping[str, str] | None:
    """Return the organisation and its key, from the place that the operation uses.

    Rule: `omnisegment.credentials.in-body`.
    """
    header = _key_header(contract, call.operation)
    if header:
        tid, api_key = call.query.get("tid"), call.headers.get(header)
    else:
        body = body_of(call)
        tid, api_key = body.get("tid"), body.get("api_key")
    if isinstance(tid, str) and isinstance(api_key, str) and tid and api_key:
        return {"tid": tid, "api_key": api_key}
    return None


@lru_cache(maxsize=64)
def _key_header(contract: Contract, operation_id: str) -> str:
    """The header with the key of an operation, in lower case; empty if the body has the key.

    A call that matches no operation has none.
    """
    operation = contract.operations.get(operation_id)
    requirements = operation.spec.get("security", ()) if operation else ()
    for name in (name for requirement in requirements for name in requirement):
        header: str = contract.resolve(f"#/components/securitySchemes/{name}/name")
        return header.lower()
    return ""


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call without credentials, or with unknown ones.

    Rules: `omnisegment.request.path`, `omnisegment.request.method`, `omnisegment.request.size`,
    `omnisegment.request.rate`, `omnisegment.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    if call.operation not in ENVELOPES:
        return refuse(draft, call, "unauthorized-header", "omnisegment.credentials.in-header")
    refusal = refuse_incomplete(draft, import_request(call))
    return refusal or refuse(draft, call, "unauthorized", "omnisegment.credentials.wrong-pair")
