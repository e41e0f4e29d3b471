"""The reply to a call with unknown credentials, which are in its body or in a header."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.envelope import refuse_incomplete
from mockservers.vendors.omnisegment.replies import refuse
from mockservers.vendors.omnisegment.requests import ENVELOPES, import_request
from mockservers.vendors.omnisegment.state import COLLECTIONS


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call without credentials, or with unknown ones.

    Rules: `omnisegment.credentials.in-body`, `omnisegment.request.path`, `omnisegment.request.method`,
    `omnisegment.request.size`, `omnisegment.request.rate`, `omnisegment.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    if call.operation not in ENVELOPES:
        return refuse(draft, call, "unauthorized-header", "omnisegment.credentials.in-header")
    refusal = refuse_incomplete(draft, import_request(call))
    return refusal or refuse(draft, call, "unauthorized", "omnisegment.credentials.wrong-pair")
