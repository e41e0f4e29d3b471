"""The last upload of a day counts. Content of the earlier ones that it lacks is lost.

The final winner decides the losses. Each new upload of the day withdraws the losses of the earlier ones and files the
present losses, so content that a later upload sends again is no loss. The state after the ingestion counts, whatever
the order in which uploads of several business days arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.fanship.ingestion import FinalLines, Ingestion, final_lines, ingestion_of
from mockservers.vendors.fanship.lost_lines import lost_lines
from mockservers.vendors.fanship.notes import IGNORED_KEYS, note_ignored_keys
from mockservers.vendors.fanship.state import OVERWRITTEN, PURCHASES, UPLOADS, WAITING, Kind
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload, waiting_purchases, waiting_upload

_REPEATED_ID = "fanship.upload.repeated-id"

Was = Literal["pending", "overwritten"]
"""The previous outcome of an item of an earlier upload."""


def overwrite_earlier_uploads(draft: Draft, new: WaitingUpload, business_day: str, reception_day: str) -> None:
    """Set the status of the uploads that a new one replaces, and file their losses.

    Rules: `fanship.upload.last-of-day-wins`, `fanship.members.last-of-day-wins`.
    """
    rule_id = _last_wins(new.kind)
    of_reception_day = _uploads_of(draft, new.kind, reception_day)
    if not of_reception_day and not new.earlier(draft):
        return  # nothing to compare, so the lines are not sorted for look-ups
    replaced = of_reception_day
    has_other_days = new.kind == PURCHASES and any(
        upload["business_day"] != business_day for upload in of_reception_day
    )
    if has_other_days and draft.reading(rule_id) == "per-business-day":
        replaced = [upload for upload in of_reception_day if upload["business_day"] == business_day]
    for upload in replaced:
        draft.put(UPLOADS, {**upload, "status": OVERWRITTEN})
    ingestion = None
    if new.kind == PURCHASES:
        ingestion = ingestion_of(draft, [*waiting_purchases(draft, reception_day), (new, business_day)])
    final = final_lines(draft, new, ingestion)
    for upload in replaced:
        old = waiting_upload(draft, upload)
        if old is not None:
            was: Was = "pending" if upload["status"] == WAITING else "overwritten"
            file_overwritten_upload(draft, old, new, final, was, business_day)
    if ingestion is not None and len(replaced) < len(of_reception_day):
        other_days = [upload for upload in of_reception_day if upload["business_day"] != business_day]
        _file_other_days_again(draft, other_days, ingestion)
    file_repeated_ids(draft, new, final)


def overwritten_uploads(
    draft: Draft, kind: Kind, business_day: str | None, reception_day: str
) -> list[Mapping[str, Any]]:
    """Return the documents of the uploads that a later one of their day replaced."""
    overwritten = [upload for upload in _uploads_of(draft, kind, reception_day) if upload["status"] == OVERWRITTEN]
    if kind == PURCHASES and draft.view.form(_last_wins(kind)) == "per-business-day":
        return [upload for upload in overwritten if upload["business_day"] == business_day]
    return overwritten


def file_overwritten_upload(
    draft: Draft, old: WaitingUpload, winner: WaitingUpload, final: FinalLines, was: Was, business_day: str
) -> None:
    """File the losses of an upload that a later one replaces again."""
    _file_again(draft, old, _last_wins(old.kind), old.counted(draft), final, was, day=business_day)
    earlier = old.earlier(draft)
    if earlier:
        _file_again(draft, old, _REPEATED_ID, earlier, final, "overwritten")
    _note_ignored_keys_again(draft, old, winner)


def file_repeated_ids(draft: Draft, upload: WaitingUpload, final: FinalLines, *, again: bool = False) -> None:
    """File the losses of lines whose id a later line of the file has. `again`: they were filed before."""
    earlier = upload.earlier(draft)
    if earlier and again:
        _file_again(draft, upload, _REPEATED_ID, earlier, final, "overwritten")
        _note_ignored_keys_again(draft, upload)
    elif earlier:
        _file(draft, upload, _REPEATED_ID, earlier, lost_lines(draft, upload, earlier, final), of=0, was=None)


def _file_other_days_again(draft: Draft, uploads: Sequence[Mapping[str, Any]], ingestion: Ingestion) -> None:
    """File the losses of uploads of other business days again: the new upload may have their content."""
    winners = {upload["business_day"]: upload for upload in uploads if upload["status"] == WAITING}
    for upload in uploads:
        winning = winners.get(upload["business_day"])
        old, winner = waiting_upload(draft, upload), waiting_upload(draft, winning) if winning else None
        if old is None or winner is None:
            continue
        final = final_lines(draft, winner, ingestion)
        if upload is winning:
            file_repeated_ids(draft, old, final, again=True)
        else:
            file_overwritten_upload(draft, old, winner, final, "overwritten", upload["business_day"])


def _note_ignored_keys_again(draft: Draft, upload: WaitingUpload, winner: WaitingUpload | None = None) -> None:
    for rule_id, field in IGNORED_KEYS.items():
        if getattr(upload.digest.notes, field, None):
            draft.withdraw(upload.exchange, rule_id)
            note_ignored_keys(draft, upload, rule_id, of=upload.exchange, winner=winner)


def _file_again(
    draft: Draft,
    old: WaitingUpload,
    rule_id: str,
    positions: Sequence[int],
    final: FinalLines,
    was: Was,
    **values: Any,
) -> None:
    draft.withdraw(old.exchange, rule_id)
    lost = lost_lines(draft, old, positions, final)
    _file(draft, old, rule_id, positions, lost, of=old.exchange, was=was, **values)


def _file(
    draft: Draft,
    upload: WaitingUpload,
    rule_id: str,
    positions: Sequence[int],
    lost: Sequence[int],
    *,
    of: int,
    was: Was | None,
    **values: Any,
) -> None:
    """File lines as overwritten: those that are lost, and those that the final lines contain."""
    if lost:
        items, places = upload.items(lost), upload.places(lost)
        draft.outcome("overwritten", rule_id, items=items, at=places, of=of, was=was, provisional=True, **values)
    lost_positions = set(lost)
    contained = upload.items(at for at in positions if at not in lost_positions) if lost else upload.items(positions)
    if contained:
        draft.outcome(
            "overwritten", rule_id, items=contained, of=of, was=was, differs=False, provisional=True, **values
        )


def _uploads_of(draft: Draft, kind: Kind, reception_day: str) -> list[Mapping[str, Any]]:
    uploads = draft.find(UPLOADS, "reception_day", reception_day)
    return [upload for upload in uploads if upload["kind"] == kind and upload["status"] in (WAITING, OVERWRITTEN)]


def _last_wins(kind: Kind) -> str:
    return f"fanship.{'upload' if kind == PURCHASES else 'members'}.last-of-day-wins"
