"""The reply to a call with an unknown credential."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.fanship.replies import refused
from mockservers.vendors.fanship.requests import upload_request
from mockservers.vendors.fanship.state import COLLECTIONS


def unauthenticated(call: Call, view: View) -> Decision:
    """Refuse a call with an unknown token.

    Rule: `fanship.transport.other-refusals`.
    """
    draft = Draft(view, COLLECTIONS)
    return refused(draft, upload_request(call), "fanship.auth.bearer-token", error="unauthorized")
