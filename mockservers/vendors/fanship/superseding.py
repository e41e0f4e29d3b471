"""Of several uploads of a day the last one counts: what the others said and it does not is lost.

Loss follows the final winner. Each new upload of the day takes back what was said of the earlier ones, and states anew
what of them is lost now; so what a later upload brings again is no loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.vendors.fanship.holding import PURCHASES
from mockservers.vendors.fanship.remarking import KEYED, note_keys
from mockservers.vendors.fanship.waiting import Final, Waiting

REPEATED = "fanship.upload.repeated-id"

Was = Literal["pending", "overwritten"]


def waiting_upload(draft: Draft, upload: Mapping[str, Any]) -> Waiting | None:
    """An upload of which the lines are still at hand."""
    digest = draft.view.received(upload["upload"])
    if digest is None:
        return None
    refused = set(upload.get("refused_lines", ()))
    without = frozenset(at for at, line in enumerate(digest.lines) if line in refused) if refused else frozenset()
    return Waiting(int(upload["upload"]), upload["kind"], digest, without)


@rule("fanship.upload.last-of-day-wins", "fanship.members.last-of-day-wins")
def supersede(draft: Draft, new: Waiting, day: str, reception_day: str) -> None:
    """Uploads of the same place come to nothing; what this one says again is not lost."""
    rule_id = _last_wins(new.kind)
    earlier = _of_reception_day(draft, new.kind, reception_day)
    other_days = new.kind == PURCHASES and any(upload["business_day"] != day for upload in earlier)
    if other_days and draft.reading(rule_id) == "per-business-day":
        earlier = [upload for upload in earlier if upload["business_day"] == day]
    final = final_of(draft, new, day) if earlier else None
    for upload in earlier:
        old = waiting_upload(draft, upload)
        if old is not None and final is not None:
            state_lost(draft, old, new, final, "pending" if upload["status"] == "waiting" else "overwritten", day)
        draft.put("uploads", {**upload, "status": "overwritten"})


def final_of(draft: Draft, winner: Waiting, day: str) -> Final:
    """What is held once an upload is taken in, as far as it can be told now."""
    lines, held = winner.lines(draft), draft.view.lines(PURCHASES)
    if winner.kind != PURCHASES or not len(held) or draft.reading("fanship.ingestion.accumulates") != "accumulate":
        return Final(lines, digest=winner.digest)
    choice = draft.reading("fanship.ingestion.no-change")
    return Final(
        lines,
        held,
        replaces=choice == "replace-held",
        label=day if choice == "replace-day" else None,
        digest=winner.digest,
    )


def superseded(draft: Draft, kind: str, day: str | None, reception_day: str) -> list[Mapping[str, Any]]:
    """The uploads in whose place another one of their day came."""
    found = [each for each in _of_reception_day(draft, kind, reception_day) if each["status"] == "overwritten"]
    if kind == PURCHASES and draft.view.form(_last_wins(kind)) == "per-business-day":
        return [upload for upload in found if upload["business_day"] == day]
    return found


def state_lost(draft: Draft, old: Waiting, winner: Waiting, final: Final, was: Was, day: str) -> None:
    """Say what of an upload is lost now that another one takes its place."""
    rule_id = _last_wins(old.kind)
    _state(draft, old, rule_id, old.counted(draft), final, was, day=day)
    earlier = old.earlier(draft)
    if earlier:
        _state(draft, old, REPEATED, earlier, final, "overwritten")
    for key_rule, column in KEYED.items():
        keyed = getattr(old.digest.notes, column, None)
        if keyed:
            draft.mend(old.number, key_rule)
            note_keys(draft, old, key_rule, besides=winner)


def state_repeated(draft: Draft, new: Waiting) -> None:
    """Say what is lost of lines whose id a later line of the file has."""
    earlier = new.earlier(draft)
    if earlier:
        _file(draft, new, REPEATED, earlier, new.lost(draft, earlier, Final(new.lines(draft))), of=0, was=None)


def _state(
    draft: Draft, old: Waiting, rule_id: str, positions: Sequence[int], final: Final, was: Was, **values: Any
) -> None:
    draft.mend(old.number, rule_id)
    _file(draft, old, rule_id, positions, old.lost(draft, positions, final), of=old.number, was=was, **values)


def _file(
    draft: Draft,
    upload: Waiting,
    rule_id: str,
    positions: Sequence[int],
    lost: Sequence[int],
    *,
    of: int,
    was: Was | None,
    **values: Any,
) -> None:
    if lost:
        items, places = upload.items(lost), upload.places(lost)
        draft.fate("overwritten", rule_id, items=items, at=places, of=of, was=was, provisional=True, **values)
    gone = set(lost)
    same = upload.items(at for at in positions if at not in gone) if gone else upload.items(positions)
    if same:
        draft.fate("overwritten", rule_id, items=same, of=of, was=was, differs=False, provisional=True, **values)


def _of_reception_day(draft: Draft, kind: str, reception_day: str) -> list[Mapping[str, Any]]:
    uploads = draft.find("uploads", "reception_day", reception_day)
    return [each for each in uploads if each["kind"] == kind and each["status"] in ("waiting", "overwritten")]


def _last_wins(kind: str) -> str:
    return f"fanship.{'upload' if kind == PURCHASES else 'members'}.last-of-day-wins"
