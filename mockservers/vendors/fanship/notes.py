"""Notes on a received file: ignored keys, orphans, far dates and the like."""

from __future__ import annotations

from datetime import date
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.rfc3339 import day_of
from mockservers.vendors.fanship.file_notes import IgnoredKeys, Tally
from mockservers.vendors.fanship.state import MEMBERS, PURCHASES, UPLOADS, WAITING
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload

IGNORED_KEYS = {
    "fanship.record.unknown-key": "unknown",
    "fanship.record.repeated-key": "repeated",
    "fanship.record.date-time": "dates",
    "fanship.record.promotion-id": "promotions",
}
"""Rules that ignore keys of lines, each with the field of `FileNotes` that has the keys."""


def note_file(draft: Draft, upload: WaitingUpload, business_day: str) -> None:
    """Note the ignored, at-risk and unusual content of a received file."""
    notes = upload.notes
    if not upload.digest.items:
        draft.note("noted", "fanship.upload.empty-file", day=business_day or "the member list")
    for rule_id in IGNORED_KEYS:
        note_ignored_keys(draft, upload, rule_id)
    _note_tally(draft, "fanship.record.half-property", notes.incomplete_pairs)
    if not upload.refused:
        _note_tally(draft, "fanship.record.fractional-packaging-price", notes.fractions)
        _note_tally(draft, "fanship.record.half-character", notes.half_characters)
    if upload.kind == PURCHASES:
        day = date.fromisoformat(business_day)
        for order_day, tally in notes.order_days.items():
            if _days_apart(order_day, day) > 1:
                _note_tally(draft, "fanship.record.far-order-date", tally, day=business_day)


def note_ignored_keys(
    draft: Draft, upload: WaitingUpload, rule_id: str, *, of: int = 0, winner: WaitingUpload | None = None
) -> None:
    """Note the keys of lines that a rule ignores. `of` is 0 for the upload that is being decided.

    With a `winner`, a later upload of the day, keys that the winner's line has with the same value are left out.
    """
    keys: IgnoredKeys = getattr(upload.notes, IGNORED_KEYS[rule_id])
    if not len(keys) or (rule_id == "fanship.record.promotion-id" and draft.reading(rule_id) == "kept"):
        return
    noted = upload.once(
        ("noted", rule_id, (winner.exchange, winner.refused, len(winner.earlier(draft))) if winner else ()),
        lambda: _noted_rows(draft, upload, IGNORED_KEYS[rule_id], winner),
    )
    for key, says, rows in noted:
        if says or not of:
            places = [f"line {upload.digest.lines[keys.positions[row]]} {keys.at(row)}" for row in rows[:5]]
            items = upload.items(keys.positions[row] for row in rows)
            draft.note(
                "ignored", rule_id, items=items, at=places, of=of, key=key, differs=says, provisional=says,
                became="stored as null",
            )  # fmt: skip


def _noted_rows(
    draft: Draft, upload: WaitingUpload, field: str, winner: WaitingUpload | None
) -> list[tuple[str, bool, list[int]]]:
    """Return (key, whether ignoring it is a loss, rows) for the ignored keys that a winner does not repeat."""
    keys: IgnoredKeys = getattr(upload.notes, field)
    repeated = _identities(draft, winner, field) if winner else frozenset()
    noted: list[tuple[str, bool, list[int]]] = []
    for key, says, every_row in keys.by_key():
        rows = [row for row in every_row if keys.positions[row] not in upload.refused]
        rows = [row for row in rows if _identity(upload, keys, row) not in repeated] if repeated else rows
        if rows:
            noted.append((key, says, rows))
    return noted


def _identities(draft: Draft, upload: WaitingUpload, field: str) -> frozenset[tuple[int, str, int]]:
    """Return the ignored keys of the counting lines, each with its line's id and its value."""
    keys: IgnoredKeys | None = getattr(upload.digest.notes, field, None)
    if not keys:
        return frozenset()
    uncounted = {*upload.earlier(draft), *upload.refused}
    rows = (row for row in range(len(keys)) if keys.positions[row] not in uncounted)
    return frozenset(_identity(upload, keys, row) for row in rows)


def _identity(upload: WaitingUpload, keys: IgnoredKeys, row: int) -> tuple[int, str, int]:
    return upload.digest.ids[keys.positions[row]], keys.at(row), keys.values[row]


def note_orphans(draft: Draft, upload: WaitingUpload, *, at_ingestion: bool, noted: int = 0) -> int:
    """Note lines whose member_id is unknown, if any member is known. Return their number.

    `noted` is the number of lines noted before. A waiting member list for the same morning decides at the ingestion.
    """
    members = draft.view.lines(MEMBERS)
    reception_day = (draft.get(UPLOADS, str(upload.exchange)) or {}).get("reception_day", "")
    for document in draft.find(UPLOADS, "reception_day", reception_day):
        if document["kind"] == MEMBERS and document["status"] == WAITING:
            digest = draft.view.received(document["upload"])
            if digest is None or not at_ingestion:
                return 0
            members = WaitingUpload(int(document["upload"]), MEMBERS, digest).lines(draft)
    if upload.digest.notes is None or not len(members):
        return 0
    known: dict[int, bool] = {0: False}
    orphans: list[int] = []
    for at in upload.counted(draft):
        member = upload.notes.members[at]
        if member not in known:
            known[member] = bool(members.find(member))
        if not known[member]:
            orphans.append(at)
    if orphans and len(orphans) != noted:
        _note_orphan_lines(draft, upload, orphans, upload.exchange if at_ingestion else 0)
    return len(orphans)


def _note_orphan_lines(draft: Draft, upload: WaitingUpload, orphans: list[int], of: int) -> None:
    """Note the lines with an unknown member, at their member_id, and those without a member, at the line."""
    names = upload.notes.members
    unknown, without = [at for at in orphans if names[at]], [at for at in orphans if not names[at]]
    rule_id = "fanship.record.orphan"
    if unknown:
        places = [f"{place} /member_id" for place in upload.places(unknown)]
        problem = "member_id is not in the member list"
        draft.note("noted", rule_id, count=len(unknown), at=places, of=of, key="member_id", problem=problem)
    if without:
        problem = "no member_id, so the purchase belongs to no member"
        draft.note("noted", rule_id, count=len(without), at=upload.places(without), of=of, problem=problem)


def _note_tally(draft: Draft, rule_id: str, tally: Tally, **values: Any) -> None:
    if tally.count:
        draft.note("noted", rule_id, count=tally.count, at=tally.places, **values)


def _days_apart(order_day: str, business_day: date) -> int:
    number = day_of(order_day)
    return 0 if number is None else abs(number - business_day.toordinal())
