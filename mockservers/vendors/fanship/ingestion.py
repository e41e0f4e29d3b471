"""The lines that are held after the next ingestion, which ingests all waiting uploads.

It is computed before the ingestion, when an upload arrives, and between its uploads. No upload is ingested for it: the
lines with one id follow from the present lines and the waiting lines with that id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mockservers.core.deciding.draft import Draft
from mockservers.core.state.file_digest import LEAVES_COUNTED, Columns, Digest
from mockservers.core.state.spooled_lines import Lines, Row
from mockservers.core.value import Value
from mockservers.vendors.fanship.state import PURCHASES
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload

ACCUMULATES, NO_CHANGE = "fanship.ingestion.accumulates", "fanship.ingestion.no-change"


class UploadLines(NamedTuple):
    """The counting lines of a waiting upload, and its business day."""

    lines: Lines
    business_day: str


class _DayRow(NamedTuple):
    """A held line, and the business day of its upload."""

    row: Row
    business_day: str


class Ingestion(Value):
    """The lines held before an ingestion and the uploads that it ingests, in this order.

    `no_change` is the reading for an id that is held already. `candidates` are all present and waiting lines, under any
    reading.
    """

    held_lines: Lines
    uploads: tuple[UploadLines, ...]
    no_change: str
    candidates: tuple[Lines, ...]

    def results_in(self, lines: Lines) -> bool:
        """Return whether the final lines are exactly these lines."""
        return not len(self.held_lines) and all(upload.lines.segments == lines.segments for upload in self.uploads)

    def rows(self, key: int) -> list[Row]:
        """Return the final lines with an identity."""
        day_rows = [_DayRow(row, row.label) for row in self.held_lines.find(key)]
        for lines, business_day in self.uploads:
            day_rows = self._ingested(day_rows, [_DayRow(row, business_day) for row in lines.find(key)], business_day)
        return [row for row, _ in day_rows]

    def _ingested(self, day_rows: list[_DayRow], new: list[_DayRow], business_day: str) -> list[_DayRow]:
        match self.no_change:
            case "both-kept":
                return day_rows + new
            case "replace-held":
                contents = {row.content for row, _ in day_rows}
                return new if any(row.content not in contents for row, _ in new) else day_rows
            case "replace-day":
                return [day_row for day_row in day_rows if day_row.business_day != business_day] or new
            case _:
                return day_rows or new


def ingestion_of(draft: Draft, uploads: Sequence[tuple[WaitingUpload, str]]) -> Ingestion:
    """Return the ingestion of some uploads of purchases, each with its business day."""
    held_lines, no_change = draft.view.lines(PURCHASES), "keep-held"
    candidates = (held_lines, *(upload.lines(draft) for upload, _ in uploads))
    if len(held_lines) or len(uploads) > 1:
        if draft.reading(ACCUMULATES) == "accumulate":
            no_change = draft.reading(NO_CHANGE)
        else:
            held_lines, uploads = Lines(), uploads[-1:]
    upload_lines = tuple(UploadLines(upload.lines(draft), business_day) for upload, business_day in uploads)
    return Ingestion(held_lines, upload_lines, no_change, candidates)


class FinalLines:
    """The lines with which an earlier line is compared: those of the winning upload, and the final ones.

    `digest` is that of the winning upload, if all its lines count.
    """

    def __init__(self, own: Lines, ingestion: Ingestion | None = None, *, digest: Digest | None = None) -> None:
        self._own = own
        self._ingestion = ingestion = ingestion if ingestion is not None and not ingestion.results_in(own) else None
        self._digest = digest if digest is not None and len(digest) == len(own) else None
        self._candidates = (own, *ingestion.candidates) if ingestion else (own,)
        self.candidates_key = tuple(lines.segments for lines in self._candidates)
        uploads = tuple((lines.segments, day) for lines, day in ingestion.uploads) if ingestion else ()
        segments, no_change = (ingestion.held_lines.segments, ingestion.no_change) if ingestion else ((), "")
        self.key = (own.segments, segments, uploads, no_change)

    @property
    def is_winner_alone(self) -> bool:
        """Whether only the winner's own lines count. That was known when it arrived."""
        return self._ingestion is None

    def is_same_file(self, columns: Columns) -> bool:
        """Return whether an upload equals the winner, line by line. Compares columns, which is quick."""
        own = self._digest.columns if self._digest is not None else None
        return own is not None and own.ids == columns.ids and own.contents == columns.contents

    def may_contain(self, columns: Columns, at: int) -> bool:
        """Return whether a line that may be held under any reading has the same content or more values. Quick."""
        key, content, leaves = columns.ids[at], columns.contents[at], columns.leaves[at]
        for lines in self._candidates:
            for row in lines.find(key):
                candidate = row.segment.columns
                count = candidate.leaves[row.at]
                if count > leaves or count == LEAVES_COUNTED or candidate.contents[row.at] == content:
                    return True
        return False

    def has(self, columns: Columns, at: int) -> bool:
        """Return whether a line with the same identity and content is held."""
        if self._own.has(columns, at):
            return True
        if self._ingestion is None:
            return False
        content = columns.contents[at]
        return any(row.content == content for row in self._ingestion.rows(columns.ids[at]))

    def rows(self, key: int) -> list[Row]:
        """Return the lines under an identity."""
        rows = self._own.find(key)
        return rows + self._ingestion.rows(key) if self._ingestion else rows


def held_now(held_lines: Lines) -> FinalLines:
    """Return the present lines, for comparison."""
    return FinalLines(Lines(), Ingestion(held_lines, (), "keep-held", (held_lines,)))


def final_lines(draft: Draft, winner: WaitingUpload, ingestion: Ingestion | None) -> FinalLines:
    """Return the lines that count after the ingestion of a day's winning upload."""
    return FinalLines(winner.lines(draft), ingestion if winner.kind == PURCHASES else None, digest=winner.digest)
