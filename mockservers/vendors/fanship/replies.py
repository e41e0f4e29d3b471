"""What FANSHIP answers: 200 for an upload that it takes, or an error for the upload as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import Decision, Reply
from mockservers.vendors.fanship.requests import UploadRequest


def refused(
    draft: Draft,
    request: UploadRequest,
    rule_id: str,
    *,
    error: str = "bad-request",
    places: Sequence[str] = (),
    **values: Any,
) -> Decision:
    """Refuse all items of a request by a rule. `error` names the reply in errors.yaml."""
    draft.outcome("refused", rule_id, count=request.items, at=places, **values)
    return draft.decision(draft.contract.refusal(error))


def success(draft: Draft, operation: str) -> Reply:
    """Return the reply to an upload that is taken.

    No page shows it, so its form is a reading.
    """
    match draft.view.form("fanship.reply.success"):
        case "empty":
            return Reply(200)
        case "accepted":
            return Reply(202)
        case "no-content":
            return Reply(204)
        case _:
            return draft.contract.success(operation)
