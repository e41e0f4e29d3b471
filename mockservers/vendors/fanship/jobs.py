"""The morning after: what was received is taken in."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, Forget, Ingest
from mockservers.core.state.spool import Lines, Row
from mockservers.vendors.fanship.final import (
    NO_CHANGE,
    Final,
    already,
    final_of,
    morning_of,
    waiting_for,
    waiting_upload,
)
from mockservers.vendors.fanship.holding import COLLECTIONS, MEMBERS, PURCHASES
from mockservers.vendors.fanship.remarking import orphans
from mockservers.vendors.fanship.superseding import state_lost, state_repeated, superseded
from mockservers.vendors.fanship.waiting import Waiting, is_within


def ingest(job: Job, view: View) -> Decision:
    """Take in an upload, unless a later one took its place."""
    draft = Draft(view, COLLECTIONS)
    name = job.payload["upload"]
    upload = draft.get("uploads", name)
    waiting = waiting_upload(draft, upload) if upload else None
    if upload is None or upload["status"] != "waiting" or waiting is None:
        return draft.decision(None)
    day = upload["business_day"] or ""
    _end_the_day(draft, waiting, upload["business_day"], upload["reception_day"])
    if waiting.kind == PURCHASES:
        orphans(draft, waiting, at_ingestion=True, noted=job.payload.get("orphans", 0))
        _purchases(draft, waiting, day)
    else:
        _members(draft, waiting)
    draft.put("uploads", {**upload, "status": "ingested"})
    draft.effect(Forget(name))
    return draft.decision(None)


def _end_the_day(draft: Draft, winner: Waiting, day: str | None, reception_day: str) -> None:
    """Let go of the uploads in whose place this one came. What is held in the end may hold what they said."""
    earlier = superseded(draft, winner.kind, day, reception_day)
    if winner.kind == PURCHASES and (earlier or winner.earlier(draft)):
        final = final_of(draft, winner, morning_of(draft, waiting_for(draft, reception_day)))
        if not final.is_as_before:
            _weigh(draft, winner, [waiting_upload(draft, upload) for upload in earlier], final, day or "")
    for upload in earlier:
        draft.effect(Forget(upload["upload"]))


def _weigh(draft: Draft, winner: Waiting, earlier: Sequence[Waiting | None], final: Final, day: str) -> None:
    for old in earlier:
        if old is not None:
            state_lost(draft, old, winner, final, "overwritten", day)
    state_repeated(draft, winner, final, of=winner.number)


def _purchases(draft: Draft, upload: Waiting, day: str) -> None:
    """New ids come in, known ones stay as they are."""
    replace = _replaces_all(draft, upload)
    held = Lines() if replace else draft.view.lines(PURCHASES)
    counted = upload.counted(draft)
    known = upload.known(draft, held)
    same_day = any(segment.label == day for segment in held.segments)
    match draft.reading(NO_CHANGE) if known or same_day else "keep-held":
        case "both-kept":
            _take_in(draft, upload, counted, day)
        case "replace-day":
            _replace_day(draft, upload, held, day)
        case choice:
            _add(draft, upload, held, known, day, replace=replace, replaces_known=choice == "replace-held")


def _add(
    draft: Draft,
    upload: Waiting,
    held: Lines,
    known: Sequence[int],
    day: str,
    *,
    replace: bool = False,
    replaces_known: bool = False,
) -> None:
    """Take in the lines whose ids are not known; those that are come to nothing, or take the place of what is held."""
    counted, ids, of = upload.counted(draft), upload.digest.ids, upload.number
    chosen = set(known)
    fresh = [at for at in counted if at not in chosen] if known else counted
    lost = upload.lost(draft, known, already(held))
    same = len(known) - len(lost)
    changed, drop = lost, frozenset[int]()
    if replaces_known:
        drop = frozenset(ids[at] for at in known if not held.has(upload.digest.columns, at))
        changed = [at for at in known if ids[at] in drop]
        same = len(known) - len(changed)
        if changed:
            draft.outcome("updated", count=len(changed), of=of, was="pending")
    elif lost:
        items, places = upload.items(lost), upload.places(lost)
        draft.outcome("skipped", NO_CHANGE, items=items, at=places, of=of, was="pending")
    if same:
        draft.outcome("skipped", NO_CHANGE, count=same, of=of, was="pending", differs=False)
    taken = sorted([*fresh, *changed]) if replaces_known else fresh
    _take_in(draft, upload, taken, day, kept=len(fresh), replace=replace, drop=drop)


def _take_in(
    draft: Draft,
    upload: Waiting,
    taken: Sequence[int],
    day: str,
    *,
    kept: int | None = None,
    replace: bool = False,
    drop: frozenset[int] = frozenset(),
    drop_label: str | None = None,
) -> None:
    kept = len(taken) if kept is None else kept
    if kept:
        draft.outcome("kept", count=kept, of=upload.number, was="pending")
    name = str(upload.number)
    draft.effect(Ingest(PURCHASES, name, taken, replace=replace, drop=drop, label=day, drop_label=drop_label))


def _replace_day(draft: Draft, upload: Waiting, held: Lines, day: str) -> None:
    """What was taken in for the day before leaves; the lines of other days are not touched."""
    lines, ids, of = upload.lines(draft), upload.digest.ids, upload.number
    of_day = Lines(tuple(segment for segment in held.segments if segment.label == day))
    others = Lines(tuple(segment for segment in held.segments if segment.label != day))
    _gone(draft, upload, [row for row in of_day.rows() if not lines.find(row.id)], NO_CHANGE)
    counted = upload.counted(draft)
    known = upload.known(draft, others)
    lost = upload.lost(draft, known, already(others))
    if lost:
        items, places = upload.items(lost), upload.places(lost)
        draft.outcome("skipped", NO_CHANGE, items=items, at=places, of=of, was="pending")
    if len(known) > len(lost):
        draft.outcome("skipped", NO_CHANGE, count=len(known) - len(lost), of=of, was="pending", differs=False)
    chosen = set(known)
    taken = [at for at in counted if at not in chosen]
    updated = sum(bool(of_day.find(ids[at])) for at in taken)
    if updated:
        draft.outcome("updated", count=updated, of=of, was="pending")
    _take_in(draft, upload, taken, day, kept=len(taken) - updated, drop_label=day)


def _replaces_all(draft: Draft, upload: Waiting) -> bool:
    """Whether this upload drives out what was taken in before (a reading); what it says again is not lost."""
    held = draft.view.lines(PURCHASES)
    if not len(held) or draft.reading("fanship.ingestion.accumulates") == "accumulate":
        return False
    lines = upload.lines(draft)
    gone = [row for row in held.rows() if not is_within(draft, PURCHASES, row, lines.find(row.id))]
    _gone(draft, upload, gone, "fanship.ingestion.accumulates")
    return True


def _members(draft: Draft, upload: Waiting) -> None:
    """The list takes the place of the one before: members that are not in it leave."""
    held, lines, of = draft.view.lines(MEMBERS), upload.lines(draft), upload.number
    positions, known = upload.counted(draft), len(upload.known(draft, held))
    if known:
        draft.outcome("updated", count=known, of=of, was="pending")
    if len(positions) > known:
        draft.outcome("kept", count=len(positions) - known, of=of, was="pending")
    _gone(draft, upload, [row for row in held.rows() if not lines.find(row.id)], "fanship.members.full-replacement")
    draft.effect(Ingest(MEMBERS, str(of), positions, replace=True))


def _gone(draft: Draft, upload: Waiting, rows: Sequence[Row], rule_id: str) -> None:
    """Lines of earlier uploads that are held no more. What was seeded was no item of any upload."""
    by_exchange: dict[str, int] = {}
    for row in rows:
        by_exchange[row.upload] = by_exchange.get(row.upload, 0) + 1
    for exchange, count in by_exchange.items():
        if exchange:
            draft.outcome("overwritten", rule_id, count=count, of=int(exchange), was="kept")
        else:
            draft.note("overwritten", rule_id, count=count, of=upload.number, key="seeded")
