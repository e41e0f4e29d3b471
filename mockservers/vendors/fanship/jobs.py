"""The morning after: what was received is taken in."""

from __future__ import annotations

from mockservers.core.call import Job
from mockservers.core.decision import Decision, Forget, Ingest
from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.spool import Digest
from mockservers.core.view import View
from mockservers.vendors.fanship.deciding import counted, unique
from mockservers.vendors.fanship.holding import COLLECTIONS, MEMBERS, PURCHASES


def ingest(job: Job, view: View) -> Decision:
    """Take in an upload, unless a later one took its place."""
    draft = Draft(view, COLLECTIONS)
    name = job.payload["upload"]
    upload, digest = draft.get("uploads", name), view.received(name)
    if upload is None or upload["status"] != "waiting" or digest is None:
        return draft.decision(None)
    take_in = _purchases if upload["kind"] == PURCHASES else _members
    take_in(draft, name, digest, job.call_id)
    draft.put("uploads", {**upload, "status": "ingested"})
    draft.effect(Forget(name))
    return draft.decision(None)


@rule("fanship.ingestion.no-change")
def _purchases(draft: Draft, name: str, digest: Digest, of: int) -> None:
    """New ids come in, known ones stay as they are."""
    replace = _replaces_all(draft, digest, of)
    held = draft.view.lines(PURCHASES)
    fresh, same, changed = [], 0, []
    for at in counted(draft, digest):
        content = None if replace else held.content(digest.ids[at])
        if content is None:
            fresh.append(at)
        elif content == digest.contents[at]:
            same += 1
        else:
            changed.append(at)
    taken, drop = fresh, frozenset[int]()
    if changed and draft.reading("fanship.ingestion.no-change") == "replace-held":
        taken, drop = sorted([*fresh, *changed]), frozenset(digest.ids[at] for at in changed)
        draft.fate("updated", count=len(changed), of=of, was="pending")
    elif changed:
        places = tuple(f"line {digest.lines[at]}" for at in changed[:5])
        draft.fate("skipped", "fanship.ingestion.no-change", count=len(changed), at=places, of=of, was="pending")
    if fresh:
        draft.fate("kept", count=len(fresh), of=of, was="pending")
    if same:
        draft.fate("skipped", "fanship.ingestion.no-change", count=same, of=of, was="pending", differs=False)
    draft.effect(Ingest(PURCHASES, name, taken, replace=replace, drop=drop))


@rule("fanship.ingestion.accumulates")
def _replaces_all(draft: Draft, digest: Digest, of: int) -> bool:
    """Whether this upload drives out what was taken in before (a reading); what it says again is not lost."""
    held = draft.view.lines(PURCHASES)
    if not len(held) or draft.reading("fanship.ingestion.accumulates") == "accumulate":
        return False
    again = {digest.contents[at] for at in counted(draft, digest)}
    gone = sum(content not in again for _, content in held.contents())
    if gone:
        draft.fate("overwritten", "fanship.ingestion.accumulates", count=gone, of=of, was="kept")
    return True


@rule("fanship.members.full-replacement")
def _members(draft: Draft, name: str, digest: Digest, of: int) -> None:
    """The list takes the place of the one before: members that are not in it leave."""
    held = draft.view.lines(MEMBERS)
    positions = unique(digest)
    known = sum(held.content(digest.ids[at]) is not None for at in positions)
    listed = {digest.ids[at] for at in positions}
    gone = sum(key not in listed for key, _ in held.contents())
    if known:
        draft.fate("updated", count=known, of=of, was="pending")
    if len(positions) > known:
        draft.fate("kept", count=len(positions) - known, of=of, was="pending")
    if gone:
        draft.fate("overwritten", "fanship.members.full-replacement", count=gone, of=of, was="kept")
    draft.effect(Ingest(MEMBERS, name, positions, replace=True))
