"""What becomes of an upload on arrival: refused, or received in place of what it replaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job, Upload
from mockservers.core.exchange.decision import Decision, Receive, Reply
from mockservers.core.state.spool import Digest
from mockservers.core.values.clock import text
from mockservers.core.values.formats import is_compact_date
from mockservers.core.values.zones import zone
from mockservers.vendors.fanship.holding import COLLECTIONS, MEMBERS, PURCHASES
from mockservers.vendors.fanship.notes import Notes, Tally
from mockservers.vendors.fanship.remarking import note, orphans
from mockservers.vendors.fanship.superseding import supersede
from mockservers.vendors.fanship.waiting import Waiting

BREAKS = "fanship.upload.all-or-nothing"


def unauthenticated(call: Call, view: View) -> Decision:
    """A call whose token no tenant has.

    Rule: `fanship.transport.other-refusals`.
    """
    draft = Draft(view, COLLECTIONS)
    return _refused(draft, call, "unauthorized", "fanship.auth.bearer-token", ())


def upload_purchases(call: Call, view: View) -> Decision:
    """Purchases of the business day that the path names.

    Rule: `fanship.path.only-all`.
    """
    draft = Draft(view, COLLECTIONS)
    day = call.path["yyyymmdd"]
    if not is_compact_date(day):
        return _refused(draft, call, "bad-request", "fanship.path.business-day", (), given=day)
    if _is_far(draft, day) and draft.reading("fanship.path.far-business-day") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.path.far-business-day", (), day=day)
    return _upload(draft, call, PURCHASES, day)


def upload_members(call: Call, view: View) -> Decision:
    """The whole member list."""
    return _upload(Draft(view, COLLECTIONS), call, MEMBERS, "")


def _upload(draft: Draft, call: Call, kind: str, day: str) -> Decision:
    body = call.body
    if not isinstance(body, Upload):
        problem = getattr(body, "reason", "the body is not multipart/form-data")
        return _refused(draft, call, "bad-request", "fanship.upload.part-named-filename", (), problem=problem)
    refused = _refused_file(draft, call, body)
    if refused is not None:
        return refused
    broken = _broken_lines(draft, body.digest)
    if broken is not None and not _keeps_good_lines(draft, body.digest, broken):
        return _refused(
            draft, call, "bad-request", BREAKS, tuple(broken.first.places), line=broken.line, problem=broken.problem
        )
    _note_parts(draft, body)
    return _received(draft, call, body.digest, kind, day, broken)


# -- refusing ---------------------------------------------------------------------------------------------------


def _refused(draft: Draft, call: Call, name: str, rule_id: str, at: tuple[str, ...], **values: Any) -> Decision:
    """Refuse all lines. A body that cannot be read, or has none, is one item."""
    items = call.body.digest.items if isinstance(call.body, Upload) else 1
    draft.outcome("refused", rule_id, count=items or 1, at=at, **values)
    return draft.decision(draft.contract.refusal(name))


_OTHER_CHARSET = re.compile(r"\bcharset\s*=\s*\"?(?!utf-?8\b)(?P<name>[^\s;\"]+)")


def _refused_file(draft: Draft, call: Call, body: Upload) -> Decision | None:
    """The refusal of a file for what it is as a whole."""
    if not body.part.filename and draft.reading("fanship.upload.empty-filename") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.upload.empty-filename", ())
    given, _, parameters = (text.strip().lower() for text in body.part.content_type.partition(";"))
    charset = _OTHER_CHARSET.search(parameters)
    if charset and draft.reading("fanship.upload.part-charset") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.upload.part-charset", (), given=charset["name"])
    wanted = draft.value("fanship.upload.part-type", "type")
    if given != wanted and draft.reading("fanship.upload.part-type") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.upload.part-type", (), given=given or "none")
    notes: Notes = body.digest.notes
    if notes.marked and draft.reading("fanship.upload.byte-order-mark") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.upload.byte-order-mark", ("line 1",))
    if not body.digest.items and draft.reading("fanship.upload.empty-file") == "refuse":
        return _refused(draft, call, "bad-request", "fanship.upload.empty-file", (), day="this day")
    return None


@dataclass(frozen=True, slots=True)
class _Broken:
    """Lines that break the schema: a tally by rule, and the positions of those that have a document all the same."""

    tallies: dict[str, Tally]
    positions: frozenset[int]

    @property
    def first(self) -> Tally:
        """The tally with the first line of them all."""
        return min(self.tallies.values(), key=lambda tally: _line(tally.places[0]))

    @property
    def line(self) -> int:
        """The number of the first line."""
        return _line(self.first.places[0])

    @property
    def problem(self) -> str:
        """What is wrong with the first line."""
        return self.first.problem


def _broken_lines(draft: Draft, digest: Digest) -> _Broken | None:
    """The lines that are refused under the readings in force; None where there are none."""
    notes: Notes = digest.notes
    tallies, positions = dict(notes.refused), set[int]()
    if notes.misdated.count and draft.reading("fanship.record.date-time") == "asserted":
        tallies["fanship.record.date-time"] = notes.misdated
        positions.update(notes.dates.positions)
    fractional = "fanship.record.fractional-packaging-price"
    if notes.fractions.count and draft.reading(fractional) == "refused":
        tallies[fractional] = notes.fractions
        positions.update(notes.priced)
    return _Broken(tallies, frozenset(positions)) if tallies else None


def _keeps_good_lines(draft: Draft, digest: Digest, broken: _Broken) -> bool:
    """Note what is wrong with the lines, and whether the others are kept all the same.

    Rule: `fanship.upload.refused-is-not-received`.
    """
    for name, tally in broken.tallies.items():
        draft.note(
            "noted", name, count=tally.count, at=tally.places, problem=tally.problem, became="refused with its file"
        )
    good = len(digest) - len(broken.positions)
    return draft.reading(BREAKS) == "good-lines-kept" and good > 0


def _line(place: str) -> int:
    return int(place.split()[1])


# -- receiving --------------------------------------------------------------------------------------------------


def _received(draft: Draft, call: Call, digest: Digest, kind: str, day: str, broken: _Broken | None) -> Decision:
    received = _reception_day(draft)
    due = datetime.combine(received + timedelta(days=1), _morning(draft), _zone(draft))
    new = Waiting(call.id, kind, digest, broken.positions if broken else frozenset())
    if broken:
        items = [*digest.unusable, *new.items(sorted(broken.positions))]
        draft.outcome("refused", BREAKS, items=items, at=broken.first.places, line=broken.line, problem=broken.problem)
    note(draft, new, day)
    supersede(draft, new, day, received.isoformat())
    draft.outcome("pending", count=len(new.counted(draft)))
    upload: dict[str, Any] = {
        "upload": str(call.id),
        "kind": kind,
        "business_day": day or None,
        "reception_day": received.isoformat(),
        "received_at": text(draft.now),
        "lines": digest.items,
        "status": "waiting",
    }
    if new.without:
        upload["refused_lines"] = [digest.lines[at] for at in sorted(new.without)]
    draft.put("uploads", upload)
    draft.effect(Receive(str(call.id), digest, kind))
    noted = orphans(draft, new, at_ingestion=False) if kind == PURCHASES else 0
    draft.schedule(Job("ingest", due, call.id, {"upload": str(call.id), "orphans": noted}))
    return draft.decision(draft.contract.refusal("bad-request") if broken else _success(draft, call.operation))


def _note_parts(draft: Draft, body: Upload) -> None:
    """Fields beside the file are ignored, as keys of a line are."""
    for part in body.fields:
        says = part.content.size > 0
        draft.note("ignored", "fanship.upload.other-part", at=f"part {part.name}", key=part.name, differs=says)


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


# -- days -------------------------------------------------------------------------------------------------------


def _is_far(draft: Draft, day: str) -> bool:
    """Whether a business day is one that nobody's data of today is about."""
    ahead = (date.fromisoformat(day) - _today(draft)).days
    rule_id = "fanship.path.far-business-day"
    return not -int(draft.value(rule_id, "days_back")) <= ahead <= int(draft.value(rule_id, "days_ahead"))


def _today(draft: Draft) -> date:
    return draft.now.astimezone(_zone(draft)).date()


def _reception_day(draft: Draft) -> date:
    """The day that an upload counts with: today, or before the hour of ingestion the day that is taken in then."""
    is_night = draft.now.astimezone(_zone(draft)).time() < _morning(draft)
    if is_night and draft.reading("fanship.ingestion.reception-day") == "until-ingestion":
        return _today(draft) - timedelta(days=1)
    return _today(draft)


def _morning(draft: Draft) -> time:
    return time.fromisoformat(draft.value("fanship.ingestion.next-morning", "hour"))


def _zone(draft: Draft) -> tzinfo:
    return zone(draft.value("fanship.ingestion.next-morning", "zone"))
