"""The ingestion of purchases: new ids are added, known ones do not change unless a reading replaces them."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import Ingest
from mockservers.core.state.spooled_lines import Lines
from mockservers.vendors.fanship.ingestion import ACCUMULATES, NO_CHANGE, held_now
from mockservers.vendors.fanship.lost_lines import file_removed_lines, is_contained, lost_lines, note_omitted_keys
from mockservers.vendors.fanship.state import PURCHASES
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload

_LACKS = "a later line with the same id replaced the purchase, and does not have the key"

_REPLACED = "a later upload replaced all purchases of the business day"


def ingest_purchases(draft: Draft, upload: WaitingUpload, business_day: str) -> None:
    """Ingest an upload of purchases."""
    replaces_all = _replaces_all(draft, upload)
    held_lines = Lines() if replaces_all else draft.view.lines(PURCHASES)
    known = upload.known(draft, held_lines)
    has_same_day = any(segment.label == business_day for segment in held_lines.segments)
    match draft.reading(NO_CHANGE) if known or has_same_day else "keep-held":
        case "both-kept":
            counted = upload.counted(draft)
            _file_kept(draft, upload, len(counted))
            draft.effect(Ingest(PURCHASES, str(upload.exchange), counted, label=business_day))
        case "replace-day":
            _replace_day(draft, upload, held_lines, business_day)
        case "replace-held":
            _replace_known(draft, upload, held_lines, business_day)
        case _:
            _keep_known(draft, upload, held_lines, business_day, replaces_all=replaces_all)


def _keep_known(
    draft: Draft, upload: WaitingUpload, held_lines: Lines, business_day: str, *, replaces_all: bool
) -> None:
    """Add the lines whose ids are new, and skip the others."""
    known = upload.known(draft, held_lines)
    _file_skipped(draft, upload, known, held_lines)
    new = _without(upload.counted(draft), known)
    _file_kept(draft, upload, len(new))
    draft.effect(Ingest(PURCHASES, str(upload.exchange), new, replace=replaces_all, label=business_day))


def _replace_known(draft: Draft, upload: WaitingUpload, held_lines: Lines, business_day: str) -> None:
    """Add the lines whose ids are new, and replace the purchases whose content differs."""
    known, ids = upload.known(draft, held_lines), upload.digest.ids
    dropped = frozenset(ids[at] for at in known if not held_lines.has(upload.digest.columns, at))
    changed = [at for at in known if ids[at] in dropped]
    if changed:
        draft.outcome("updated", count=len(changed), of=upload.exchange, was="pending")
        note_omitted_keys(draft, upload, held_lines, NO_CHANGE, problem=_LACKS)
    _file_unchanged(draft, upload, len(known) - len(changed))
    new = _without(upload.counted(draft), known)
    _file_kept(draft, upload, len(new))
    taken = sorted([*new, *changed])
    draft.effect(Ingest(PURCHASES, str(upload.exchange), taken, drop=dropped, label=business_day))


def _replace_day(draft: Draft, upload: WaitingUpload, held_lines: Lines, business_day: str) -> None:
    """Replace all purchases of the business day. Those of other days stay, and so do their ids."""
    lines, ids = upload.lines(draft), upload.digest.ids
    of_day = Lines(tuple(segment for segment in held_lines.segments if segment.label == business_day))
    of_other_days = Lines(tuple(segment for segment in held_lines.segments if segment.label != business_day))
    removed = [row for row in of_day.rows() if not lines.find(row.id)]
    file_removed_lines(draft, upload, removed, NO_CHANGE, problem=_REPLACED)
    note_omitted_keys(draft, upload, of_day, NO_CHANGE, problem=_LACKS)
    known = upload.known(draft, of_other_days)
    _file_skipped(draft, upload, known, of_other_days)
    taken = _without(upload.counted(draft), known)
    updated = sum(bool(of_day.find(ids[at])) for at in taken)
    if updated:
        draft.outcome("updated", count=updated, of=upload.exchange, was="pending")
    _file_kept(draft, upload, len(taken) - updated)
    draft.effect(Ingest(PURCHASES, str(upload.exchange), taken, label=business_day, drop_label=business_day))


def _replaces_all(draft: Draft, upload: WaitingUpload) -> bool:
    """Return whether this upload replaces all purchases (a reading), and file the lost ones."""
    held_lines = draft.view.lines(PURCHASES)
    if not len(held_lines) or draft.reading(ACCUMULATES) == "accumulate":
        return False
    lines = upload.lines(draft)
    lost = [row for row in held_lines.rows() if not is_contained(draft, PURCHASES, row, lines.find(row.id))]
    file_removed_lines(draft, upload, lost, ACCUMULATES)
    return True


def _without(positions: Sequence[int], known: Sequence[int]) -> Sequence[int]:
    known_positions = set(known)
    return [at for at in positions if at not in known_positions] if known else positions


def _file_kept(draft: Draft, upload: WaitingUpload, count: int) -> None:
    if count:
        draft.outcome("kept", count=count, of=upload.exchange, was="pending")


def _file_skipped(draft: Draft, upload: WaitingUpload, known: Sequence[int], held_lines: Lines) -> None:
    """File the lines whose ids are held: the lost lines, and the contained ones."""
    lost = lost_lines(draft, upload, known, held_now(held_lines))
    if lost:
        items, places = upload.items(lost), upload.places(lost)
        problem = "the id was ingested before, and a purchase cannot be changed"
        draft.outcome("skipped", NO_CHANGE, items=items, at=places, of=upload.exchange, was="pending", problem=problem)
    _file_unchanged(draft, upload, len(known) - len(lost))


def _file_unchanged(draft: Draft, upload: WaitingUpload, count: int) -> None:
    if count:
        draft.outcome("skipped", NO_CHANGE, count=count, of=upload.exchange, was="pending", differs=False)
