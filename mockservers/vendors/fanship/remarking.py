"""What there is to say about a file that was received: keys that nobody knows, orphans, far dates and the like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.spool import Digest
from mockservers.core.values.rfc3339 import day_of
from mockservers.vendors.fanship.holding import MEMBERS, PURCHASES
from mockservers.vendors.fanship.lines import Notes, Tally


@rule(
    "fanship.record.promotion-id",
    "fanship.record.far-order-date",
    "fanship.record.orphan",
    "fanship.record.repeated-key",
)
def remark(draft: Draft, digest: Digest, kind: str, day: str) -> None:
    """Say what a received file has that is ignored, at risk, or merely odd."""
    notes: Notes = digest.notes
    if not digest.items:
        draft.remark("noted", "fanship.upload.empty-file", day=day or "the member list")
    _note_keys(draft, "fanship.record.unknown-key", notes.unknown, notes.unknown_null)
    _note_keys(draft, "fanship.record.repeated-key", notes.repeated, notes.repeated_same)
    if notes.misdated.count:
        _note(draft, "ignored", "fanship.record.date-time", notes.misdated)
    if notes.promoted.count and draft.reading("fanship.record.promotion-id") == "ignored":
        _note(draft, "ignored", "fanship.record.promotion-id", notes.promoted)
    _note(draft, "noted", "fanship.record.half-property", notes.halves)
    _note(draft, "noted", "fanship.record.fractional-packaging-price", notes.fractions)
    if kind == PURCHASES:
        business_day = date.fromisoformat(day)
        for ordered, tally in notes.days.items():
            if _days_apart(ordered, business_day) > 1:
                _note(draft, "noted", "fanship.record.far-order-date", tally, day=day)
        _orphans(draft, notes)


def _note_keys(draft: Draft, rule_id: str, lost: Mapping[str, Tally], empty: Mapping[str, Tally]) -> None:
    """Keys that came to nothing: with something that is lost with them, and without."""
    for differs, tallies in ((True, lost), (False, empty)):
        for key, tally in tallies.items():
            _note(draft, "ignored", rule_id, tally, key=key, differs=differs)


def _orphans(draft: Draft, notes: Notes) -> None:
    members = draft.view.lines(MEMBERS)
    if not len(members):
        return
    known: dict[int, bool] = {}
    for member in notes.members:
        if member not in known:
            known[member] = members.content(member) is not None
    count = notes.memberless + sum(not known[member] for member in notes.members)
    if count:
        draft.remark("noted", "fanship.record.orphan", count=count)


def _note(
    draft: Draft, outcome: Any, rule_id: str, tally: Tally, *, key: str = "", differs: bool = True, **values: Any
) -> None:
    if tally.count:
        draft.remark(outcome, rule_id, count=tally.count, at=tally.places, key=key, differs=differs, **values)


def _days_apart(ordered: str, business_day: date) -> int:
    number = day_of(ordered)
    return 0 if number is None else abs(number - business_day.toordinal())
