"""The ingestion of a member list: it replaces the earlier list, and members who are not in it are removed."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import Ingest
from mockservers.vendors.fanship.lost_lines import file_removed_lines, note_omitted_keys
from mockservers.vendors.fanship.state import MEMBERS
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload


def ingest_members(draft: Draft, upload: WaitingUpload) -> None:
    """Ingest a member list."""
    held_lines, lines = draft.view.lines(MEMBERS), upload.lines(draft)
    positions, known = upload.counted(draft), len(upload.known(draft, held_lines))
    if known:
        draft.outcome("updated", count=known, of=upload.exchange, was="pending")
    if len(positions) > known:
        draft.outcome("kept", count=len(positions) - known, of=upload.exchange, was="pending")
    removed = [row for row in held_lines.rows() if not lines.find(row.id)]
    file_removed_lines(draft, upload, removed, "fanship.members.full-replacement")
    note_omitted_keys(draft, upload, held_lines, "fanship.members.omitted-keys")
    draft.effect(Ingest(MEMBERS, str(upload.exchange), positions, replace=True))
