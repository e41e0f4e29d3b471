"""Uploads on arrival: an upload is refused as a whole, or received and scheduled for ingestion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.contract.parameters import WrongParameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision, Receive
from mockservers.core.value import Value
from mockservers.core.values.clock import text
from mockservers.vendors.fanship.days import ingestion_time, is_far, reception_day
from mockservers.vendors.fanship.file_notes import FIRST_PLACES, Tally
from mockservers.vendors.fanship.last_of_day import overwrite_earlier_uploads
from mockservers.vendors.fanship.notes import note_file, note_orphans
from mockservers.vendors.fanship.replies import refused, success
from mockservers.vendors.fanship.requests import UploadedFile, UploadRequest, upload_request
from mockservers.vendors.fanship.state import COLLECTIONS, PURCHASES, UPLOADS, WAITING
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload

_ALL_OR_NOTHING = "fanship.upload.all-or-nothing"


def upload_purchases(call: Call, view: View) -> Decision:
    """Decide an upload of the purchases of the business day that the path names.

    Rule: `fanship.path.only-all`.
    """
    draft, request = Draft(view, COLLECTIONS), upload_request(call)
    day = request.business_day
    if is_far(draft, day) and draft.reading("fanship.path.far-business-day") == "refuse":
        return refused(draft, request, "fanship.path.far-business-day", day=day)
    return _decide(draft, request)


def refuse_parameters(call: Call, view: View, wrong: Sequence[WrongParameter]) -> Decision:
    """Refuse an upload for a parameter that its schema does not accept: the business day is the page's only one."""
    draft = Draft(view, COLLECTIONS)
    return refused(draft, upload_request(call), "fanship.path.business-day", given=wrong[0].text or wrong[0].name)


def upload_members(call: Call, view: View) -> Decision:
    """Decide an upload of the whole member list."""
    return _decide(Draft(view, COLLECTIONS), upload_request(call))


def _decide(draft: Draft, request: UploadRequest) -> Decision:
    file = request.file
    if file is None:
        return refused(draft, request, "fanship.upload.part-named-filename", problem=request.problem)
    refusal = _refused_file(draft, request, file)
    if refusal is not None:
        return refusal
    invalid = _invalid_lines(draft, file)
    if invalid is not None:
        _note_invalid_lines(draft, invalid)
        if not _takes_valid_lines(draft, file, invalid):
            line, problem = invalid.first_line, invalid.first_problem
            return refused(draft, request, _ALL_OR_NOTHING, places=invalid.places, line=line, problem=problem)
    _note_fields(draft, file)
    return _received(draft, request, file, invalid)


# -- the file as a whole ----------------------------------------------------------------------------------------


def _refused_file(draft: Draft, request: UploadRequest, file: UploadedFile) -> Decision | None:
    """Refuse a whole file. Return None if it is acceptable."""
    if not file.name and draft.reading("fanship.upload.empty-filename") == "refuse":
        return refused(draft, request, "fanship.upload.empty-filename")
    if file.other_charset and draft.reading("fanship.upload.part-charset") == "refuse":
        return refused(draft, request, "fanship.upload.part-charset", given=file.other_charset)
    expected = draft.value("fanship.upload.part-type", "type")
    if file.media_type != expected and draft.reading("fanship.upload.part-type") == "refuse":
        return refused(draft, request, "fanship.upload.part-type", given=file.media_type or "none")
    if file.notes.has_mark and draft.reading("fanship.upload.byte-order-mark") == "refuse":
        return refused(draft, request, "fanship.upload.byte-order-mark", places=("line 1",))
    if not file.digest.items and draft.reading("fanship.upload.empty-file") == "refuse":
        return refused(draft, request, "fanship.upload.empty-file", day="this day")
    return None


def _note_fields(draft: Draft, file: UploadedFile) -> None:
    """Note the other fields of the form. They are ignored, like unknown keys of a line."""
    for part in file.fields:
        has_content = part.content.size > 0
        draft.note("ignored", "fanship.upload.other-part", at=f"part {part.name}", key=part.name, differs=has_content)


# -- lines that the schema refuses ------------------------------------------------------------------------------


class _InvalidLines(Value):
    """Lines that violate the schema: tallies with their rules, and the positions of lines that are documents."""

    tallies: list[tuple[str, Tally]]
    positions: frozenset[int]

    @property
    def places(self) -> list[str]:
        """The first places of all these lines."""
        return sorted((place for _, tally in self.tallies for place in tally.places), key=_line_number)[:FIRST_PLACES]

    @property
    def first_problem(self) -> str:
        """The problem of the first line."""
        first = min((tally for _, tally in self.tallies), key=lambda tally: _line_number(tally.places[0]))
        return first.problem.in_detail if first.problem else ""

    @property
    def first_line(self) -> int:
        """The number of the first line."""
        return _line_number(self.places[0])


def _line_number(place: str) -> int:
    return int(place.split()[1])


def _invalid_lines(draft: Draft, file: UploadedFile) -> _InvalidLines | None:
    """Return the lines that are refused under the chosen readings; None if there are none."""
    notes = file.notes
    tallies = [(rule_id, tally) for (rule_id, _), tally in notes.refused.items()]
    positions = set[int]()
    if notes.invalid_dates.count and draft.reading("fanship.record.date-time") == "asserted":
        tallies.append(("fanship.record.date-time", notes.invalid_dates))
        positions.update(notes.dates.positions)
    fractional = "fanship.record.fractional-packaging-price"
    if notes.fractions.count and draft.reading(fractional) == "refused":
        tallies.append((fractional, notes.fractions))
        positions.update(notes.fraction_positions)
    if notes.half_characters.count and draft.reading("fanship.record.half-character") == "refuse":
        tallies.append(("fanship.record.half-character", notes.half_characters))
        positions.update(notes.half_positions)
    return _InvalidLines(tallies, frozenset(positions)) if tallies else None


def _note_invalid_lines(draft: Draft, invalid: _InvalidLines) -> None:
    for rule_id, tally in invalid.tallies:
        values: dict[str, Any] = {"problem": tally.problem.text, "given": tally.problem.given} if tally.problem else {}
        draft.note("noted", rule_id, count=tally.count, at=tally.places, became="refused with its file", **values)


def _takes_valid_lines(draft: Draft, file: UploadedFile, invalid: _InvalidLines) -> bool:
    """Return whether the valid lines of the file are accepted nevertheless.

    Rule: `fanship.upload.refused-is-not-received`.
    """
    valid = len(file.digest) - len(invalid.positions)
    return draft.reading(_ALL_OR_NOTHING) == "good-lines-kept" and valid > 0


# -- receiving --------------------------------------------------------------------------------------------------


def _received(draft: Draft, request: UploadRequest, file: UploadedFile, invalid: _InvalidLines | None) -> Decision:
    """Receive an upload: replace earlier ones of the day, and schedule the ingestion."""
    received, digest = reception_day(draft), file.digest
    upload = WaitingUpload(request.exchange, request.kind, digest, invalid.positions if invalid else frozenset())
    if invalid:
        items = [*digest.unusable, *upload.items(sorted(invalid.positions))]
        line, problem = invalid.first_line, invalid.first_problem
        draft.outcome("refused", _ALL_OR_NOTHING, items=items, at=invalid.places, line=line, problem=problem)
    note_file(draft, upload, request.business_day)
    overwrite_earlier_uploads(draft, upload, request.business_day, received.isoformat())
    draft.outcome("pending", count=len(upload.counted(draft)))
    name = str(request.exchange)
    draft.put(UPLOADS, _document(draft, request, upload, received.isoformat()))
    draft.effect(Receive(name, digest, request.kind))
    orphans = note_orphans(draft, upload, at_ingestion=False) if request.kind == PURCHASES else 0
    payload = {"upload": name, "orphans": orphans}
    draft.schedule(Job("ingest", ingestion_time(draft, received), request.exchange, payload))
    reply = draft.contract.refusal("bad-request") if invalid else success(draft, request.operation)
    return draft.decision(reply)


def _document(draft: Draft, request: UploadRequest, upload: WaitingUpload, received: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "upload": str(request.exchange),
        "kind": request.kind,
        "business_day": request.business_day or None,
        "reception_day": received,
        "received_at": text(draft.now),
        "lines": upload.digest.items,
        "status": WAITING,
    }
    if upload.refused:
        document["refused_lines"] = [upload.digest.lines[at] for at in sorted(upload.refused)]
    return document
