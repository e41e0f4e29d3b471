"""The side effects of a write: an entry in the Activity Log, and a webhook for a single record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.record_shapes import ACTIVITY, timestamp


def log_write(draft: Draft, noun: str, action: str, document: Document, *, batch: bool = False) -> None:
    """Log a write. A batch sends no webhook.

    Rules: `zangsho.activity.every-write`, `zangsho.batch.no-webhook`.
    """
    log_writes(draft, noun, action, [document], batch=batch)


def log_writes(draft: Draft, noun: str, action: str, documents: Sequence[Document], *, batch: bool) -> None:
    """Log several writes, each by itself."""
    name, written_at, ids = f"{noun}.{action}", timestamp(draft.now), draft.next_ids(ACTIVITY, len(documents))
    entries = [
        {
            "id": number,
            "action": name,
            "subject_type": noun,
            "subject_id": document["id"],
            "batch": batch,
            "created_at": written_at,
        }
        for number, document in zip(ids, documents, strict=True)
    ]
    draft.put_all(ACTIVITY, entries)


def send_webhook(draft: Draft, name: str, record: dict[str, Any]) -> None:
    """Send the webhook of a record that was created singly. No page documents the event's name and payload."""
    event = draft.value("zangsho.single.webhook", "events")[name]
    draft.emit(event, {"event": event, "data": record})
