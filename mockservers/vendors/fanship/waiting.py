"""Uploads that wait for the morning: which of their lines count, and what of them is held in the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.state.spool import LEAVES_COUNTED, Digest, Documents, Lines, Row
from mockservers.vendors.fanship.contents import MEMBER, PURCHASE, contents_of
from mockservers.vendors.fanship.holding import MEMBERS, PURCHASES
from mockservers.vendors.fanship.showing import as_taken

if TYPE_CHECKING:
    from mockservers.vendors.fanship.final import Final


@dataclass(frozen=True, eq=False)
class Waiting:
    """An upload as it was received. `without` are the positions of lines that were refused while others were kept."""

    number: int
    kind: str
    digest: Digest
    without: frozenset[int] = frozenset()

    def counted(self, draft: Draft) -> Sequence[int]:
        """The positions of the lines that count: the last of each id, or every one where that is the reading."""
        usable = self._usable()
        last = self._last(usable)
        if len(last) == len(usable) or self.kind == MEMBERS:
            return last
        return last if draft.reading("fanship.upload.repeated-id") == "last-wins" else usable

    def earlier(self, draft: Draft) -> Sequence[int]:
        """The positions of the lines that do not count, since a later one has their id."""
        usable, counted = self._usable(), self.counted(draft)
        if len(usable) == len(counted):
            return ()
        chosen = set(counted)
        return [at for at in usable if at not in chosen]

    def lines(self, draft: Draft) -> Lines:
        """The lines that count, to be looked up."""
        counted = self.counted(draft)
        made: Lines = self._once(("lines", len(counted)), lambda: Lines().with_taken(self.digest, counted))
        return made

    def items(self, positions: Iterable[int]) -> list[int]:
        """The places of lines among the items of their call."""
        places = self.digest.positions
        return [places[at] for at in positions]

    def places(self, positions: Sequence[int]) -> tuple[str, ...]:
        """The first of some lines, as findings name them."""
        return tuple(f"line {self.digest.lines[at]}" for at in positions[:5])

    def _usable(self) -> Sequence[int]:
        if not self.without:
            return range(len(self.digest))
        return [at for at in range(len(self.digest)) if at not in self.without]

    def _last(self, usable: Sequence[int]) -> Sequence[int]:
        if not self.without:
            return self.digest.unique
        ids = self.digest.ids
        return sorted({ids[at]: at for at in usable}.values())

    def _once(self, name: tuple[Any, ...], work_out: Any) -> Any:
        """What was worked out before, since a decision is made again under each reading."""
        key = (*name, self.without)
        if key not in self.digest.memo:
            self.digest.memo[key] = work_out()
        return self.digest.memo[key]

    def known(self, draft: Draft, held: Lines) -> list[int]:
        """The positions of the lines that count and whose ids are held."""
        if not len(held):
            return []
        ids, counted = self.digest.ids, self.counted(draft)
        name = ("known", len(counted), held.segments)
        found: list[int] = self._once(name, lambda: [at for at in counted if held.find(ids[at])])
        return found

    def lost(self, draft: Draft, positions: Sequence[int], final: Final) -> list[int]:
        """Those of some lines of which something is not held in the end."""
        if not positions:
            return []
        name = ("lost", len(positions), positions[0], final.key)
        found: list[int] = self._once(name, lambda: list(self._lost(draft, positions, final)))
        return found

    def _lost(self, draft: Draft, positions: Sequence[int], final: Final) -> Iterator[int]:
        columns = self.digest.columns
        if final.says_all_of(columns):
            return
        possible = self._possible(positions, final)
        with Documents() as documents:
            for at in positions:
                may_say = possible is None or possible[at]
                if not (may_say and (final.says(columns, at) or self._within(draft, at, final, documents))):
                    yield at

    def _possible(self, positions: Sequence[int], final: Final) -> bytearray | None:
        """By position, whether a line may be held under some reading; None where there is but one upload to look at."""
        if final.is_as_before:
            return None

        def work_out() -> bytearray:
            found = bytearray(len(self.digest))
            for at in positions:
                found[at] = final.may_say(self.digest.columns, at)
            return found

        made: bytearray = self._once(("possible", len(positions), positions[0], final.among_key), work_out)
        return made

    def _within(self, draft: Draft, at: int, final: Final, documents: Documents) -> bool:
        """Whether a line says nothing that one of those held does not say. Of lines that say no more, that is known."""
        columns = self.digest.columns
        leaves = columns.leaves[at]
        rows = [row for row in final.rows(columns.ids[at]) if row.leaves > leaves or leaves == LEAVES_COUNTED]
        if not rows:
            return False
        sent = documents.read(self.digest.source, columns.offsets[at])
        return any(_contains(draft, self.kind, documents.of(row), sent) for row in rows)


def is_within(draft: Draft, kind: str, row: Row, others: Sequence[Row]) -> bool:
    """Whether nothing that a held line says is lacking in one of some others."""
    if any(row.content == other.content for other in others):
        return True
    with Documents() as documents:
        return any(
            _contains(draft, kind, documents.of(other), documents.of(row))
            for other in others
            if other.leaves >= row.leaves
        )


def _contains(draft: Draft, kind: str, held: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if all(_is_same(held.get(name), value) for name, value in sent.items()):
        return True
    if kind == PURCHASES:
        held, sent = as_taken(held, draft.contract), as_taken(sent, draft.contract)
    return contents_of(draft.contract, PURCHASE if kind == PURCHASES else MEMBER).contains(held, sent)


def _is_same(held: Any, sent: Any) -> bool:
    """Whether a text or a number is the same at first sight; what is not may be equal all the same."""
    return held.__class__ is sent.__class__ and held.__class__ in (str, int) and bool(held == sent)
