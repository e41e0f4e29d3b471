"""The ingestion on the next morning: received uploads become purchases and members."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, Forget
from mockservers.vendors.fanship.ingestion import final_lines, ingestion_of
from mockservers.vendors.fanship.last_of_day import file_overwritten_upload, file_repeated_ids, overwritten_uploads
from mockservers.vendors.fanship.members import ingest_members
from mockservers.vendors.fanship.notes import note_orphans
from mockservers.vendors.fanship.purchases import ingest_purchases
from mockservers.vendors.fanship.state import COLLECTIONS, INGESTED, PURCHASES, UPLOADS, WAITING
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload, waiting_purchases, waiting_upload


def ingest(job: Job, view: View) -> Decision:
    """Ingest an upload, unless a later one replaced it."""
    draft = Draft(view, COLLECTIONS)
    name = job.payload["upload"]
    document = draft.get(UPLOADS, name)
    upload = waiting_upload(draft, document) if document else None
    if document is None or document["status"] != WAITING or upload is None:
        return draft.decision(None)
    _forget_overwritten_uploads(draft, upload, document["business_day"], document["reception_day"])
    if upload.kind == PURCHASES:
        note_orphans(draft, upload, at_ingestion=True, noted=job.payload.get("orphans", 0))
        ingest_purchases(draft, upload, document["business_day"] or "")
    else:
        ingest_members(draft, upload)
    draft.put(UPLOADS, {**document, "status": INGESTED})
    draft.effect(Forget(name))
    return draft.decision(None)


def _forget_overwritten_uploads(
    draft: Draft, winner: WaitingUpload, business_day: str | None, reception_day: str
) -> None:
    """Forget the uploads that this one replaced, and file their final losses.

    The state, and so the losses, may have changed since the upload arrived.
    """
    overwritten = overwritten_uploads(draft, winner.kind, business_day, reception_day)
    if winner.kind == PURCHASES and (overwritten or winner.earlier(draft)):
        final = final_lines(draft, winner, ingestion_of(draft, waiting_purchases(draft, reception_day)))
        if not final.is_winner_alone:
            for old in [waiting_upload(draft, document) for document in overwritten]:
                if old is not None:
                    file_overwritten_upload(draft, old, winner, final, "overwritten", business_day or "")
            file_repeated_ids(draft, winner, final, again=True)
    for document in overwritten:
        draft.effect(Forget(document["upload"]))
