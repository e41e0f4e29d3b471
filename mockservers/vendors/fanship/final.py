"""What is held at the end of a morning, when every upload that waits for it has been taken in.

It is told before the morning as well, and before the last of the morning's uploads. Nothing is taken in for it: what
is held under one id follows from what is held now and from the lines with that id that wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from mockservers.core.deciding.draft import Draft
from mockservers.core.state.spool import LEAVES_COUNTED, Columns, Digest, Lines, Row
from mockservers.vendors.fanship.holding import PURCHASES
from mockservers.vendors.fanship.waiting import Waiting

ACCUMULATES, NO_CHANGE = "fanship.ingestion.accumulates", "fanship.ingestion.no-change"


class Coming(NamedTuple):
    """The lines of an upload that count and wait, and its business day."""

    lines: Lines
    day: str


@dataclass(frozen=True, slots=True)
class Morning:
    """What is held before, what is taken in, in this order, and what becomes of an id that is held already.

    `among` is all that is held before or waits, whatever the reading.
    """

    held: Lines
    coming: tuple[Coming, ...]
    no_change: str
    among: tuple[Lines, ...]

    def is_only(self, lines: Lines) -> bool:
        """Whether nothing but these lines is held in the end."""
        return not len(self.held) and all(each.lines.segments == lines.segments for each in self.coming)

    def rows(self, key: int) -> list[Row]:
        """The lines that are held under an identity when all is taken in."""
        found = [_Labelled(row, row.label) for row in self.held.find(key)]
        for lines, day in self.coming:
            found = self._taken_in(found, [_Labelled(row, day) for row in lines.find(key)], day)
        return [row for row, _ in found]

    def _taken_in(self, held: list[_Labelled], new: list[_Labelled], day: str) -> list[_Labelled]:
        match self.no_change:
            case "both-kept":
                return held + new
            case "replace-held":
                known = {row.content for row, _ in held}
                return new if any(row.content not in known for row, _ in new) else held
            case "replace-day":
                return [each for each in held if each.label != day] or new
            case _:
                return held or new


class _Labelled(NamedTuple):
    row: Row
    label: str


def morning_of(draft: Draft, waiting: Sequence[tuple[Waiting, str]]) -> Morning:
    """The morning at which some uploads of purchases, each with its business day, are taken in."""
    held, no_change = draft.view.lines(PURCHASES), "keep-held"
    among = (held, *(upload.lines(draft) for upload, _ in waiting))
    if len(held) or len(waiting) > 1:
        if draft.reading(ACCUMULATES) == "accumulate":
            no_change = draft.reading(NO_CHANGE)
        else:
            held, waiting = Lines(), waiting[-1:]
    return Morning(held, tuple(Coming(upload.lines(draft), day) for upload, day in waiting), no_change, among)


def already(held: Lines) -> Final:
    """What is held now."""
    return Final(Lines(), Morning(held, (), "keep-held", (held,)))


def waiting_for(draft: Draft, reception_day: str) -> list[tuple[Waiting, str]]:
    """The uploads of purchases that wait, in the order in which they are taken in; those of the day before are first.

    They wait until five o'clock, and by then the first uploads of the next day may be there.
    """
    before = (date.fromisoformat(reception_day) - timedelta(days=1)).isoformat()
    found: list[tuple[Waiting, str]] = []
    for day in (before, reception_day):
        for upload in draft.find("uploads", "reception_day", day):
            if upload["kind"] == PURCHASES and upload["status"] == "waiting":
                waiting = waiting_upload(draft, upload)
                if waiting is not None:
                    found.append((waiting, upload["business_day"] or ""))
    return found


def waiting_upload(draft: Draft, upload: Mapping[str, Any]) -> Waiting | None:
    """An upload of which the lines are still at hand."""
    digest = draft.view.received(upload["upload"])
    if digest is None:
        return None
    refused = set(upload.get("refused_lines", ()))
    without = frozenset(at for at, line in enumerate(digest.lines) if line in refused) if refused else frozenset()
    return Waiting(int(upload["upload"]), upload["kind"], digest, without)


class Final:
    """What makes a line no loss: the lines of the upload that came in its place, and what is held in the end.

    `digest` is that upload's, where all its lines count.
    """

    def __init__(self, own: Lines, morning: Morning | None = None, *, digest: Digest | None = None) -> None:
        self._own = own
        self._morning = morning if morning is not None and not morning.is_only(own) else None
        self._digest = digest if digest is not None and len(digest) == len(own) else None
        about = self._morning
        self._among = (own, *about.among) if about else (own,)
        self.among_key = tuple(lines.segments for lines in self._among)
        coming = tuple((lines.segments, day) for lines, day in about.coming) if about else ()
        self.key = (own.segments, about.held.segments if about else (), coming, about.no_change if about else "")

    @property
    def is_as_before(self) -> bool:
        """Whether only the upload's own lines count, which was known when it came."""
        return self._morning is None

    def says_all_of(self, columns: Columns) -> bool:
        """Whether the upload is the same file again. Columns are compared, so that it costs nothing."""
        own = self._digest.columns if self._digest is not None else None
        return own is not None and own.ids == columns.ids and own.contents == columns.contents

    def may_say(self, columns: Columns, at: int) -> bool:
        """Whether any line that may be held under some reading has the same content, or more values. It is quick."""
        key, content, leaves = columns.ids[at], columns.contents[at], columns.leaves[at]
        for lines in self._among:
            for row in lines.find(key):
                about = row.segment.columns
                more = about.leaves[row.at]
                if more > leaves or more == LEAVES_COUNTED or about.contents[row.at] == content:
                    return True
        return False

    def says(self, columns: Columns, at: int) -> bool:
        """Whether the same content is held under the same identity."""
        if self._own.has(columns, at):
            return True
        if self._morning is None:
            return False
        content = columns.contents[at]
        return any(row.content == content for row in self._morning.rows(columns.ids[at]))

    def rows(self, key: int) -> list[Row]:
        """The lines under an identity."""
        rows = self._own.find(key)
        return rows + self._morning.rows(key) if self._morning else rows


def final_of(draft: Draft, winner: Waiting, morning: Morning | None) -> Final:
    """What is held once an upload is taken in, at the end of its morning."""
    return Final(winner.lines(draft), morning if winner.kind == PURCHASES else None, digest=winner.digest)
