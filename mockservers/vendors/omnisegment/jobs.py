"""Background processing: the accepted items are processed after the answer, and no reply reports the result."""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.batch_writes import BatchWrites
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_lookup import MemberLookup
from mockservers.vendors.omnisegment.members import MergeOptions, process_member
from mockservers.vendors.omnisegment.order_processing import process_order
from mockservers.vendors.omnisegment.products import process_product
from mockservers.vendors.omnisegment.repeated_keys import RepeatedKey, note_repeated_keys
from mockservers.vendors.omnisegment.state import COLLECTIONS

Process = Callable[[Item, Any], str]


def process_purchases(job: Job, view: View) -> Decision:
    """Process the orders of one call."""
    lookup = MemberLookup(job.payload["identifier_field"], job.payload["anonymous"])
    return _process_items(job, view, lambda item, sent: process_order(item, sent, lookup, "dropped"))


def process_members(job: Job, view: View) -> Decision:
    """Process the members of one batch."""
    options = MergeOptions(**job.payload["merging"])
    return _process_items(job, view, lambda item, sent: process_member(item, sent, options, "dropped"))


def process_products(job: Job, view: View) -> Decision:
    """Process the product of one call."""
    site = job.payload["site"]
    return _process_items(job, view, lambda item, sent: process_product(item, sent, site, "dropped"))


def _process_items(job: Job, view: View, process: Process) -> Decision:
    """Process all items. If one of a batch fails and the reading says so, decide again with all of them lost."""
    draft = Draft(view, COLLECTIONS)
    failures = _process_all(draft, job, process, batch_failures=0)
    if not failures or not job.payload["batch"]:
        return draft.decision(None)
    if draft.reading("omnisegment.batch.partial-failure") == "others-kept":
        return draft.decision(None)
    failed_batch = Draft(view, COLLECTIONS)
    _process_all(failed_batch, job, process, batch_failures=failures)
    return failed_batch.decision(None)


def _process_all(draft: Draft, job: Job, process: Process, batch_failures: int) -> int:
    """Process the items in order. Return how many failed."""
    note_repeated_keys(draft, starmap(RepeatedKey, job.payload.get("repeated", ())), job.call_id)
    if not job.payload["batch"]:
        return _process_alone(draft, job, process)
    writes, failures = BatchWrites(), 0
    for index, record in enumerate(job.payload["records"]):
        item = Item(draft, ("data", index), index=index, of=job.call_id, batch_failures=batch_failures, writes=writes)
        failures += bool(process(item, record))
    writes.file(draft)
    return failures


def _process_alone(draft: Draft, job: Job, process: Process) -> int:
    """Process the one item of a call. Return how many failed."""
    item = Item(draft, ("data",), of=job.call_id)
    failed = process(item, job.payload["records"][0])
    item.ids.file(draft)
    return int(bool(failed))
