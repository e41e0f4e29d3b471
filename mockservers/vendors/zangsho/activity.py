"""What a write leaves beside the record: an entry in the Activity Log, and a webhook where it was created by itself."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.holding import ACTIVITY, moment


def log(draft: Draft, noun: str, action: str, document: Document, *, batch: bool = False) -> None:
    """Note a write; for a batch this is all. No call reads the log, and the shape of an entry is ours.

    Rules: `zangsho.activity.every-write`, `zangsho.batch.no-webhook`.
    """
    draft.put(
        ACTIVITY,
        {
            "id": draft.next_id(ACTIVITY),
            "action": f"{noun}.{action}",
            "subject_type": noun,
            "subject_id": document["id"],
            "batch": batch,
            "created_at": moment(draft.now),
        },
    )


def webhook(draft: Draft, name: str, record: dict[str, Any]) -> None:
    """Tell of a record that was created by itself. The event's name and payload are ours."""
    event = draft.value("zangsho.single.webhook", "events")[name]
    draft.emit(event, {"event": event, "data": record})
