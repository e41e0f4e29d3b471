"""FANSHIP's answers: 200 for an accepted upload, or an error for the whole upload."""

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
    """Return the reply to an accepted upload. No page shows it, so its form is a reading."""
    form = draft.view.form("fanship.reply.success")
    if form == "empty":
        return Reply(200)
    return draft.contract.success(operation, _STATUSES.get(form))


_STATUSES = {"accepted": 202, "no-content": 204}
"""The statuses of unusual successes; openapi.yaml has their bodies."""
