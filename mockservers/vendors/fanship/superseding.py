"""Of several uploads of a day the last one counts: what the others said and it does not is lost.

Loss follows the final winner. Each new upload of the day takes back what was said of the earlier ones, and states anew
what of them is lost now; so what a later upload brings again is no loss. What counts is what is held at the end of the
morning, whatever the order in which the uploads of several business days come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.fanship.final import Final, Morning, final_of, morning_of, waiting_for, waiting_upload
from mockservers.vendors.fanship.holding import PURCHASES
from mockservers.vendors.fanship.remarking import KEYED, note_keys
from mockservers.vendors.fanship.waiting import Waiting

REPEATED = "fanship.upload.repeated-id"

Was = Literal["pending", "overwritten"]


def supersede(draft: Draft, new: Waiting, day: str, reception_day: str) -> None:
    """Uploads of the same place come to nothing; what this one says again, or is held in the end, is not lost.

    Rules: `fanship.upload.last-of-day-wins`, `fanship.members.last-of-day-wins`.
    """
    rule_id = _last_wins(new.kind)
    of_day = _of_reception_day(draft, new.kind, reception_day)
    earlier = of_day
    other_days = new.kind == PURCHASES and any(upload["business_day"] != day for upload in of_day)
    if other_days and draft.reading(rule_id) == "per-business-day":
        earlier = [upload for upload in of_day if upload["business_day"] == day]
    for upload in earlier:
        draft.put("uploads", {**upload, "status": "overwritten"})
    morning = None
    if new.kind == PURCHASES and (of_day or new.earlier(draft)):
        morning = morning_of(draft, [*waiting_for(draft, reception_day), (new, day)])
    final = final_of(draft, new, morning)
    for upload in earlier:
        old = waiting_upload(draft, upload)
        if old is not None:
            state_lost(draft, old, new, final, "pending" if upload["status"] == "waiting" else "overwritten", day)
    if morning is not None and len(earlier) < len(of_day):
        _weigh_other_days(draft, [upload for upload in of_day if upload["business_day"] != day], morning)
    state_repeated(draft, new, final, of=0)


def _weigh_other_days(draft: Draft, uploads: Sequence[Mapping[str, Any]], morning: Morning) -> None:
    """State anew what is lost of uploads of other business days: this upload may hold it in the end."""
    winners = {upload["business_day"]: upload for upload in uploads if upload["status"] == "waiting"}
    for upload in uploads:
        old, last = waiting_upload(draft, upload), winners.get(upload["business_day"])
        winner = waiting_upload(draft, last) if last else None
        if old is None or winner is None:
            continue
        final = final_of(draft, winner, morning)
        if upload is last:
            state_repeated(draft, old, final, of=old.number)
        else:
            state_lost(draft, old, winner, final, "overwritten", upload["business_day"])


def superseded(draft: Draft, kind: str, day: str | None, reception_day: str) -> list[Mapping[str, Any]]:
    """The uploads in whose place another one of their day came."""
    found = [each for each in _of_reception_day(draft, kind, reception_day) if each["status"] == "overwritten"]
    if kind == PURCHASES and draft.view.form(_last_wins(kind)) == "per-business-day":
        return [upload for upload in found if upload["business_day"] == day]
    return found


def state_lost(draft: Draft, old: Waiting, winner: Waiting, final: Final, was: Was, day: str) -> None:
    """Say what of an upload is lost now that another one takes its place."""
    _state(draft, old, _last_wins(old.kind), old.counted(draft), final, was, day=day)
    earlier = old.earlier(draft)
    if earlier:
        _state(draft, old, REPEATED, earlier, final, "overwritten")
    _state_keys(draft, old, besides=winner)


def state_repeated(draft: Draft, upload: Waiting, final: Final, *, of: int) -> None:
    """Say what is lost of lines whose id a later line of the file has. `of` is 0 for the upload being decided on."""
    earlier = upload.earlier(draft)
    if earlier and of:
        _state(draft, upload, REPEATED, earlier, final, "overwritten")
        _state_keys(draft, upload)
    elif earlier:
        _file(draft, upload, REPEATED, earlier, upload.lost(draft, earlier, final), of=0, was=None)


def _state_keys(draft: Draft, upload: Waiting, *, besides: Waiting | None = None) -> None:
    for rule_id, column in KEYED.items():
        if getattr(upload.digest.notes, column, None):
            draft.mend(upload.number, rule_id)
            note_keys(draft, upload, rule_id, of=upload.number, besides=besides)


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
        draft.outcome("overwritten", rule_id, items=items, at=places, of=of, was=was, provisional=True, **values)
    gone = set(lost)
    same = upload.items(at for at in positions if at not in gone) if gone else upload.items(positions)
    if same:
        draft.outcome("overwritten", rule_id, items=same, of=of, was=was, differs=False, provisional=True, **values)


def _of_reception_day(draft: Draft, kind: str, reception_day: str) -> list[Mapping[str, Any]]:
    uploads = draft.find("uploads", "reception_day", reception_day)
    return [each for each in uploads if each["kind"] == kind and each["status"] in ("waiting", "overwritten")]


def _last_wins(kind: str) -> str:
    return f"fanship.{'upload' if kind == PURCHASES else 'members'}.last-of-day-wins"
