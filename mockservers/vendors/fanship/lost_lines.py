"""The lost lines: those with a value that no final line contains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.state.file_digest import LEAVES_COUNTED
from mockservers.core.state.spooled_lines import Documents, Lines, Row
from mockservers.core.values.equality import At
from mockservers.core.values.json_text import pointer
from mockservers.vendors.fanship.contents import MEMBER, PURCHASE, contents_for
from mockservers.vendors.fanship.file_notes import FIRST_PLACES
from mockservers.vendors.fanship.ingestion import FinalLines
from mockservers.vendors.fanship.state import PURCHASES, Kind
from mockservers.vendors.fanship.views import PROMOTION_ID, purchase_as_stored
from mockservers.vendors.fanship.waiting_uploads import WaitingUpload


def lost_lines(draft: Draft, upload: WaitingUpload, positions: Sequence[int], final: FinalLines) -> list[int]:
    """Return the positions of the lost lines."""
    if not positions:
        return []
    name = ("lost", len(positions), positions[0], final.key)
    return upload.once(name, lambda: list(_lost_lines(draft, upload, positions, final)))


def is_contained(draft: Draft, kind: Kind, row: Row, others: Sequence[Row]) -> bool:
    """Return whether one of the other lines has every value of a held line."""
    if any(row.content == other.content for other in others):
        return True
    with Documents() as documents:
        return any(
            _contains(draft, kind, documents.of(other), documents.of(row))
            for other in others
            if other.leaves >= row.leaves
        )


def file_removed_lines(
    draft: Draft, upload: WaitingUpload, rows: Sequence[Row], rule_id: str, problem: str = ""
) -> None:
    """File lines of earlier uploads as overwritten. Seeded lines belong to no upload and are noted only.

    `problem` fills the rule's sentence.
    """
    by_exchange: dict[str, list[Row]] = {}
    for row in rows:
        by_exchange.setdefault(row.upload, []).append(row)
    for exchange, removed in by_exchange.items():
        if exchange:
            first = nsmallest(FIRST_PLACES, removed, key=lambda row: row.at)
            places = [f"line {row.number()}" for row in first]
            draft.outcome(
                "overwritten", rule_id, count=len(removed), at=places, of=int(exchange), was="kept", problem=problem
            )
        else:
            draft.note("overwritten", rule_id, count=len(removed), of=upload.exchange, key="seeded", problem=problem)


def note_omitted_keys(draft: Draft, upload: WaitingUpload, held_lines: Lines, rule_id: str, problem: str = "") -> None:
    """Note the keys that held lines have, and that all lines lack which replace them.

    Seeded lines belong to no upload. `problem` fills the rule's sentence.
    """
    rows_by_key: dict[tuple[int, At], list[Row]] = {}
    columns, lines = upload.digest.columns, upload.lines(draft)
    with Documents() as documents:
        replaced = {columns.ids[at] for at in upload.known(draft, held_lines) if not held_lines.has(columns, at)}
        for key in sorted(replaced):
            new = [_stored(draft, upload.kind, documents.of(row)) for row in lines.find(key)]
            for row in held_lines.find(key):
                held = _stored(draft, upload.kind, documents.of(row))
                for place in set(_omitted(held, new[0])).intersection(*(_omitted(held, each) for each in new[1:])):
                    exchange = int(row.upload) if row.upload else upload.exchange
                    rows_by_key.setdefault((exchange, place), []).append(row)
    for (exchange, place), rows in rows_by_key.items():
        first = nsmallest(FIRST_PLACES, (row for row in rows if row.upload), key=lambda row: row.at)
        places = [f"line {row.number()} {pointer(*place)}" for row in first]
        draft.note("overwritten", rule_id, count=len(rows), at=places, of=exchange, key=str(place[-1]), problem=problem)


def _stored(draft: Draft, kind: Kind, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line as it is held, without the losses that were filed on arrival."""
    if kind != PURCHASES:
        return document
    purchase = purchase_as_stored(document, draft.contract)
    if PROMOTION_ID[0] in purchase and draft.reading("fanship.record.promotion-id") == "ignored":
        del purchase[PROMOTION_ID[0]]
    return purchase


def _omitted(held: Mapping[str, Any], new: Mapping[str, Any], at: At = ()) -> Iterator[At]:
    """Yield the keys of an object, and of the objects in it, that say something and that a new version lacks."""
    for key, value in held.items():
        if value in (None, "", {}, []):
            continue
        if key not in new:
            yield (*at, key)
        elif isinstance(value, dict) and isinstance(new[key], dict):
            yield from _omitted(value, new[key], (*at, key))


def _lost_lines(draft: Draft, upload: WaitingUpload, positions: Sequence[int], final: FinalLines) -> Iterator[int]:
    columns = upload.digest.columns
    if final.is_same_file(columns):
        return
    possible = _possibly_contained(upload, positions, final)
    with Documents() as documents:
        for at in positions:
            is_possible = possible is None or possible[at]
            if not (
                is_possible and (final.has(columns, at) or _is_line_contained(draft, upload, at, final, documents))
            ):
                yield at


def _possibly_contained(upload: WaitingUpload, positions: Sequence[int], final: FinalLines) -> bytearray | None:
    """Return by position whether a line may be contained under any reading; None if only one upload decides.

    It is computed once for all readings, so that each further reading compares few lines.
    """
    if final.is_winner_alone:
        return None

    def compute() -> bytearray:
        flags = bytearray(len(upload.digest))
        for at in positions:
            flags[at] = final.may_contain(upload.digest.columns, at)
        return flags

    return upload.once(("possible", len(positions), positions[0], final.candidates_key), compute)


def _is_line_contained(draft: Draft, upload: WaitingUpload, at: int, final: FinalLines, documents: Documents) -> bool:
    """Return whether a line with more values contains this one. Only such lines are read back from the file."""
    columns = upload.digest.columns
    leaves = columns.leaves[at]
    rows = [row for row in final.rows(columns.ids[at]) if row.leaves > leaves or leaves == LEAVES_COUNTED]
    if not rows:
        return False
    sent = documents.read(upload.digest.source, columns.offsets[at])
    return any(_contains(draft, upload.kind, documents.of(row), sent) for row in rows)


def _contains(draft: Draft, kind: Kind, held: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if all(_is_identical(held.get(name), value) for name, value in sent.items()):
        return True
    if kind == PURCHASES:
        held, sent = purchase_as_stored(held, draft.contract), purchase_as_stored(sent, draft.contract)
    return contents_for(draft.contract, PURCHASE if kind == PURCHASES else MEMBER).contains(held, sent)


def _is_identical(held: Any, sent: Any) -> bool:
    """Return whether two texts or integers are identical. Other equal values may return False."""
    return held.__class__ is sent.__class__ and held.__class__ in (str, int) and bool(held == sent)
