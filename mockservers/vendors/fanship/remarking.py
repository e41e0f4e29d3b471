"""What there is to say about a file that was received: keys that nobody knows, orphans, far dates and the like."""

from __future__ import annotations

from datetime import date
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.rfc3339 import day_of
from mockservers.vendors.fanship.holding import MEMBERS, PURCHASES
from mockservers.vendors.fanship.notes import Keyed, Notes, Tally
from mockservers.vendors.fanship.waiting import Waiting

KEYED = {
    "fanship.record.unknown-key": "unknown",
    "fanship.record.repeated-key": "repeated",
    "fanship.record.date-time": "dates",
    "fanship.record.promotion-id": "promoted",
}
"""Rules by which keys of lines come to nothing, and the column of `Notes` that has them."""


def note(draft: Draft, upload: Waiting, day: str) -> None:
    """Say what a received file has that is ignored, at risk, or merely odd."""
    notes: Notes = upload.digest.notes
    if not upload.digest.items:
        draft.note("noted", "fanship.upload.empty-file", day=day or "the member list")
    for rule_id in KEYED:
        note_keys(draft, upload, rule_id)
    _note(draft, "fanship.record.half-property", notes.halves)
    if not upload.without:
        _note(draft, "fanship.record.fractional-packaging-price", notes.fractions)
    if upload.kind == PURCHASES:
        business_day = date.fromisoformat(day)
        for ordered, tally in notes.days.items():
            if _days_apart(ordered, business_day) > 1:
                _note(draft, "fanship.record.far-order-date", tally, day=day)


def note_keys(draft: Draft, upload: Waiting, rule_id: str, *, of: int = 0, besides: Waiting | None = None) -> None:
    """Keys of lines that come to nothing. `of` is 0 for the upload that is being decided on.

    `besides` a later upload of the day: where the lines of that one that count do not say the same at its place.
    """
    keyed: Keyed = getattr(upload.digest.notes, KEYED[rule_id])
    if not len(keyed) or (rule_id == "fanship.record.promotion-id" and draft.reading(rule_id) == "kept"):
        return
    again = _said(draft, besides, KEYED[rule_id]) if besides else frozenset()
    for key, says, rows in keyed.by_key():
        if besides:
            rows = [row for row in rows if _identity(upload, keyed, row) not in again]  # noqa: PLW2901
        rows = [row for row in rows if keyed.positions[row] not in upload.without]  # noqa: PLW2901
        if rows and (says or not of):
            places = [f"line {upload.digest.lines[keyed.positions[row]]} {keyed.at(row)}" for row in rows[:5]]
            items = upload.items(keyed.positions[row] for row in rows)
            draft.note(
                "ignored", rule_id, items=items, at=places, of=of, key=key, differs=says, provisional=says,
                became="stored as null",
            )  # fmt: skip


def _said(draft: Draft, upload: Waiting, column: str) -> frozenset[tuple[int, str, int]]:
    """What the keys of an upload's lines that count say and come to nothing, by the line's id and the place in it."""
    keyed: Keyed | None = getattr(upload.digest.notes, column, None)
    if not keyed:
        return frozenset()
    passed_over = {*upload.earlier(draft), *upload.without}
    rows = (row for row in range(len(keyed)) if keyed.positions[row] not in passed_over)
    return frozenset(_identity(upload, keyed, row) for row in rows)


def _identity(upload: Waiting, keyed: Keyed, row: int) -> tuple[int, str, int]:
    return upload.digest.ids[keyed.positions[row]], keyed.at(row), keyed.values[row]


def orphans(draft: Draft, upload: Waiting, *, at_ingestion: bool, noted: int = 0) -> int:
    """Note lines whose member_id names nobody, where somebody is known; how many there are.

    A member list that waits for the same morning is looked at when both are taken in.
    """
    members = draft.view.lines(MEMBERS)
    notes: Notes | None = upload.digest.notes
    reception_day = (draft.get("uploads", str(upload.number)) or {}).get("reception_day", "")
    for other in draft.find("uploads", "reception_day", reception_day):
        if other["kind"] == MEMBERS and other["status"] == "waiting":
            digest = draft.view.received(other["upload"])
            if digest is None or not at_ingestion:
                return 0
            members = Waiting(int(other["upload"]), MEMBERS, digest).lines(draft)
    if notes is None or not len(members):
        return 0
    known: dict[int, bool] = {0: False}
    found: list[int] = []
    for at in upload.counted(draft):
        member = notes.members[at]
        if member not in known:
            known[member] = bool(members.find(member))
        if not known[member]:
            found.append(at)
    if found and len(found) != noted:
        places = [f"{place} /member_id" for place in upload.places(found)]
        of = upload.number if at_ingestion else 0
        draft.note("noted", "fanship.record.orphan", count=len(found), at=places, of=of)
    return len(found)


def _note(draft: Draft, rule_id: str, tally: Tally, **values: Any) -> None:
    if tally.count:
        draft.note("noted", rule_id, count=tally.count, at=tally.places, **values)


def _days_apart(ordered: str, business_day: date) -> int:
    number = day_of(ordered)
    return 0 if number is None else abs(number - business_day.toordinal())
