"""What becomes of an upload on arrival: refused whole, or received in place of what it replaces."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Any

from mockservers.core.call import Call, Job, Upload
from mockservers.core.clock import text
from mockservers.core.decision import Decision, Forget, Receive, Reply
from mockservers.core.draft import Draft
from mockservers.core.formats import is_compact_date
from mockservers.core.rules import rule
from mockservers.core.spool import Digest
from mockservers.core.view import View
from mockservers.vendors.fanship.holding import COLLECTIONS, MEMBERS, PURCHASES
from mockservers.vendors.fanship.lines import Notes
from mockservers.vendors.fanship.remarking import remark


@rule("fanship.transport.other-refusals")
def stranger(call: Call, view: View) -> Decision:
    """A call whose token no tenant has."""
    draft = Draft(view, COLLECTIONS)
    return _refused(draft, call, "unauthorized", "fanship.auth.bearer-token", ())


@rule("fanship.path.business-day", "fanship.path.only-all")
def upload_purchases(call: Call, view: View) -> Decision:
    """Purchases of the business day that the path names."""
    draft = Draft(view, COLLECTIONS)
    day = call.path["yyyymmdd"]
    if not is_compact_date(day):
        return _refused(draft, call, "bad-request", "fanship.path.business-day", (), given=day)
    return _upload(draft, call, PURCHASES, day)


def upload_members(call: Call, view: View) -> Decision:
    """The whole member list."""
    return _upload(Draft(view, COLLECTIONS), call, MEMBERS, "")


def _upload(draft: Draft, call: Call, kind: str, day: str) -> Decision:
    body = call.body
    if not isinstance(body, Upload):
        problem = getattr(body, "reason", "the body is not multipart/form-data")
        return _refused(draft, call, "bad-request", "fanship.upload.part-named-filename", (), problem=problem)
    return (
        _refused_type(draft, call, body)
        or _refused_lines(draft, call, body.digest)
        or _received(draft, call, body.digest, kind, day)
    )


# -- refusing ---------------------------------------------------------------------------------------------------


def _refused(draft: Draft, call: Call, name: str, rule_id: str, at: tuple[str, ...], **values: Any) -> Decision:
    items = call.body.digest.items if isinstance(call.body, Upload) else 0
    if items:
        draft.fate("refused", rule_id, count=items, at=at, **values)
    else:
        draft.remark("noted", rule_id, at=at, **values)
    return draft.decision(draft.contract.refusal(name))


@rule("fanship.upload.part-type")
def _refused_type(draft: Draft, call: Call, body: Upload) -> Decision | None:
    given = body.part.content_type.partition(";")[0].strip().lower()
    if given == draft.value("fanship.upload.part-type", "type"):
        return None
    if draft.reading("fanship.upload.part-type") == "accept":
        return None
    return _refused(draft, call, "bad-request", "fanship.upload.part-type", (), given=given or "none")


@rule("fanship.upload.all-or-nothing", "fanship.upload.refused-is-not-received", "fanship.upload.empty-file")
def _refused_lines(draft: Draft, call: Call, digest: Digest) -> Decision | None:
    notes: Notes = digest.notes
    refused = dict(notes.refused)
    misdated = notes.misdated
    if misdated.count and draft.reading("fanship.record.date-time") == "asserted":
        refused["fanship.record.date-time"] = misdated
    if not refused:
        if not digest.items and draft.reading("fanship.upload.empty-file") == "refuse":
            return _refused(draft, call, "bad-request", "fanship.upload.empty-file", (), day="this day")
        return None
    for name, tally in refused.items():
        draft.remark("noted", name, count=tally.count, at=tally.places, problem=tally.problem)
    first = min((tally for tally in refused.values()), key=lambda tally: _line(tally.places[0]))
    line, _, problem = _line(first.places[0]), 0, first.problem
    return _refused(
        draft, call, "bad-request", "fanship.upload.all-or-nothing", tuple(first.places), line=line, problem=problem
    )


def _line(place: str) -> int:
    return int(place.split()[1])


# -- receiving --------------------------------------------------------------------------------------------------


@rule("fanship.ingestion.next-morning")
def _received(draft: Draft, call: Call, digest: Digest, kind: str, day: str) -> Decision:
    zone = _zone(draft.value("fanship.ingestion.next-morning", "zone"))
    today = draft.now.astimezone(zone).date()
    morning = time.fromisoformat(draft.value("fanship.ingestion.next-morning", "hour"))
    due = datetime.combine(today + timedelta(days=1), morning, zone)
    remark(draft, digest, kind, day)
    _supersede(draft, digest, kind, day, today.isoformat())
    _repeated_ids(draft, digest)
    upload = str(call.id)
    draft.put(
        "uploads",
        {
            "upload": upload,
            "kind": kind,
            "business_day": day or None,
            "reception_day": today.isoformat(),
            "received_at": text(draft.now),
            "lines": digest.items,
            "status": "waiting",
        },
    )
    draft.effect(Receive(upload, digest, kind))
    draft.schedule(Job("ingest", due, call.id, {"upload": upload}))
    return draft.decision(_success(draft, call.operation))


@rule("fanship.upload.last-of-day-wins", "fanship.members.last-of-day-wins")
def _supersede(draft: Draft, digest: Digest, kind: str, day: str, reception_day: str) -> None:
    """Uploads that wait for the same place come to nothing; what this one says again is not lost."""
    rule_id = f"fanship.{'upload' if kind == PURCHASES else 'members'}.last-of-day-wins"
    waiting = [
        upload
        for upload in draft.find("uploads", "reception_day", reception_day)
        if upload["status"] == "waiting" and upload["kind"] == kind
    ]
    other_days = kind == PURCHASES and any(upload["business_day"] != day for upload in waiting)
    if other_days and draft.reading(rule_id) == "per-business-day":
        waiting = [upload for upload in waiting if upload["business_day"] == day]
    for upload in waiting:
        held = draft.view.received(upload["upload"])
        if held is not None:
            _overwritten(draft, held, digest, rule_id, int(upload["upload"]), day)
        draft.put("uploads", {**upload, "status": "overwritten"})
        draft.effect(Forget(upload["upload"]))


def _overwritten(draft: Draft, digest: Digest, winner: Digest, rule_id: str, of: int, day: str) -> None:
    positions = counted(draft, digest)
    again = {winner.contents[at] for at in counted(draft, winner)}
    lost = [at for at in positions if digest.contents[at] not in again]
    for differs, chosen in ((True, lost), (False, len(positions) - len(lost))):
        count = len(chosen) if isinstance(chosen, list) else chosen
        if count:
            at = tuple(f"line {digest.lines[position]}" for position in lost[:5]) if differs else ()
            draft.fate("overwritten", rule_id, count=count, at=at, of=of, was="pending", differs=differs, day=day)


@rule("fanship.upload.repeated-id")
def _repeated_ids(draft: Draft, digest: Digest) -> None:
    """Lines wait for the morning, but for those whose id a later line of the file has."""
    kept = counted(draft, digest)
    if len(kept):
        draft.fate("pending", count=len(kept))
    if len(kept) == len(digest):
        return
    contents = {digest.ids[at]: digest.contents[at] for at in kept}
    chosen = set(kept)
    earlier = [at for at in range(len(digest)) if at not in chosen]
    for differs in (True, False):
        lines = [at for at in earlier if (digest.contents[at] != contents[digest.ids[at]]) is differs]
        if lines:
            places = tuple(f"line {digest.lines[at]}" for at in lines[:5])
            draft.fate("overwritten", "fanship.upload.repeated-id", count=len(lines), at=places, differs=differs)


def counted(draft: Draft, digest: Digest) -> list[int] | range:
    """The lines that count: the last of each id, or every one where that is the reading."""
    last = unique(digest)
    if len(last) == len(digest) or draft.reading("fanship.upload.repeated-id") == "last-wins":
        return last
    return range(len(digest))


def unique(digest: Digest) -> list[int] | range:
    """The positions of the last line of each id, in order. No more than the digest's own arrays where no id repeats."""
    if not digest.repeats:
        return range(len(digest))
    return sorted({key: at for at, key in enumerate(digest.ids)}.values())


@rule("fanship.reply.success")
def _success(draft: Draft, operation: str) -> Reply:
    match draft.view.form("fanship.reply.success"):
        case "empty":
            return Reply(200)
        case "accepted":
            return Reply(202)
        case "no-content":
            return Reply(204)
        case _:
            return draft.contract.success(operation)


def _zone(offset: str) -> timezone:
    hours, minutes = offset[1:].split(":")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if offset.startswith("-") else ahead)
