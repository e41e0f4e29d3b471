"""What OmniSegment does after the answer: the items that were taken are processed, and nobody is told how it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.audiences import Merging, process_member
from mockservers.vendors.omnisegment.catalogue import process_product
from mockservers.vendors.omnisegment.holding import COLLECTIONS
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.orders import Whose, process
from mockservers.vendors.omnisegment.twice import Writes

Process = Callable[[Item, Any], str]


def process_purchases(job: Job, view: View) -> Decision:
    """Orders of one call."""
    whose = Whose(job.payload["identifier_field"], job.payload["anonymous"])
    return _processed(job, view, lambda item, sent: process(item, sent, whose, "dropped"))


def process_members(job: Job, view: View) -> Decision:
    """Members of one batch."""
    merging = Merging(**job.payload["merging"])
    return _processed(job, view, lambda item, sent: process_member(item, sent, merging, "dropped"))


def process_products(job: Job, view: View) -> Decision:
    """The product of one call."""
    site = job.payload["site"]
    return _processed(job, view, lambda item, sent: process_product(item, sent, site, "dropped"))


def _processed(job: Job, view: View, one: Process) -> Decision:
    draft = Draft(view, COLLECTIONS)
    wrong = _pass(draft, job, one, doomed=0)
    if not wrong or not job.payload["batch"]:
        return draft.decision(None)
    if draft.reading("omnisegment.batch.partial-failure") == "others-kept":
        return draft.decision(None)
    doomed = Draft(view, COLLECTIONS)
    _pass(doomed, job, one, doomed=wrong)
    return doomed.decision(None)


def _pass(draft: Draft, job: Job, one: Process, doomed: int) -> int:
    """Process the items in their order; how many were wrong."""
    batch, writes = job.payload["batch"], Writes()
    wrong = 0
    for index, record in enumerate(job.payload["records"]):
        at = ("data", index) if batch else ("data",)
        text = one(Item(draft, at, index=index, of=job.call_id, doomed=doomed, writes=writes), record)
        wrong += bool(text)
    writes.file(draft)
    return wrong
