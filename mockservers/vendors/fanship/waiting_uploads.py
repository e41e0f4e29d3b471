"""Uploads whose lines are still available, and which of their lines count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from mockservers.core.deciding.draft import Draft
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines
from mockservers.vendors.fanship.file_notes import FileNotes
from mockservers.vendors.fanship.state import MEMBERS, PURCHASES, UPLOADS, WAITING, Kind

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class WaitingUpload:
    """An upload as it was received. `exchange` is the number of its call.

    `refused` are the positions of refused lines of an accepted upload.
    """

    exchange: int
    kind: Kind
    digest: Digest
    refused: frozenset[int] = frozenset()

    @property
    def notes(self) -> FileNotes:
        """The notes that were taken while the file was read."""
        notes: FileNotes = self.digest.notes
        return notes

    def counted(self, draft: Draft) -> Sequence[int]:
        """Return the positions of the lines that count: the last of each id, or all under the reading `both-kept`."""
        accepted = self._accepted()
        last = self._last_of_each_id(accepted)
        if len(last) == len(accepted) or self.kind == MEMBERS:
            return last
        return last if draft.reading("fanship.upload.repeated-id") == "last-wins" else accepted

    def earlier(self, draft: Draft) -> Sequence[int]:
        """Return the positions of the lines that do not count, since a later line has their id."""
        accepted, counted = self._accepted(), self.counted(draft)
        if len(accepted) == len(counted):
            return ()
        counted_positions = set(counted)
        return [at for at in accepted if at not in counted_positions]

    def lines(self, draft: Draft) -> Lines:
        """Return the counting lines, for look-ups."""
        counted = self.counted(draft)
        return self.once(("lines", len(counted)), lambda: Lines().with_taken(self.digest, counted))

    def known(self, draft: Draft, held_lines: Lines) -> list[int]:
        """Return the positions of the lines that count and whose ids are held."""
        if not len(held_lines):
            return []
        ids, counted = self.digest.ids, self.counted(draft)
        name = ("known", len(counted), held_lines.segments)
        return self.once(name, lambda: [at for at in counted if held_lines.find(ids[at])])

    def items(self, positions: Iterable[int]) -> list[int]:
        """Return the indexes of lines among the items of their call."""
        indexes = self.digest.positions
        return [indexes[at] for at in positions]

    def places(self, positions: Sequence[int]) -> tuple[str, ...]:
        """Return the places of the first lines, in the form of findings."""
        return tuple(f"line {self.digest.lines[at]}" for at in positions[:5])

    def once(self, name: tuple[Any, ...], compute: Callable[[], T]) -> T:
        """Compute a value once and cache it by name, since a decision is made again under each reading."""
        key = (*name, self.refused)
        if key not in self.digest.memo:
            self.digest.memo[key] = compute()
        result: T = self.digest.memo[key]
        return result

    def _accepted(self) -> Sequence[int]:
        if not self.refused:
            return range(len(self.digest))
        return [at for at in range(len(self.digest)) if at not in self.refused]

    def _last_of_each_id(self, accepted: Sequence[int]) -> Sequence[int]:
        if not self.refused:
            return self.digest.unique
        ids = self.digest.ids
        return sorted({ids[at]: at for at in accepted}.values())


def waiting_upload(draft: Draft, upload: Mapping[str, Any]) -> WaitingUpload | None:
    """Return an upload by its document; None if its lines are no longer available."""
    digest = draft.view.received(upload["upload"])
    if digest is None:
        return None
    refused_lines = set(upload.get("refused_lines", ()))
    refused = (at for at, line in enumerate(digest.lines) if line in refused_lines) if refused_lines else ()
    return WaitingUpload(int(upload["upload"]), upload["kind"], digest, frozenset(refused))


def waiting_purchases(draft: Draft, reception_day: str) -> list[tuple[WaitingUpload, str]]:
    """Return the waiting uploads of purchases, each with its business day, in the order of their ingestion.

    Those of the day before come first: they wait until 05:00, and uploads of the next day may arrive earlier.
    """
    day_before = (date.fromisoformat(reception_day) - timedelta(days=1)).isoformat()
    uploads: list[tuple[WaitingUpload, str]] = []
    for day in (day_before, reception_day):
        for document in draft.find(UPLOADS, "reception_day", day):
            if document["kind"] == PURCHASES and document["status"] == WAITING:
                upload = waiting_upload(draft, document)
                if upload is not None:
                    uploads.append((upload, document["business_day"] or ""))
    return uploads
