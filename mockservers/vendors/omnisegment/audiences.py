"""Import members: one, processed at once, or a batch, processed in the background."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import asdict
from mockservers.vendors.omnisegment.envelope import refuse_envelope
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.members import MergeOptions, process_member
from mockservers.vendors.omnisegment.modes import postpone
from mockservers.vendors.omnisegment.replies import refuse, reply_success, reply_text
from mockservers.vendors.omnisegment.requests import ImportRequest, import_request
from mockservers.vendors.omnisegment.state import COLLECTIONS

_OPTIONS = ("merge_key", "tag_mode", "ignore_empty_value")


def import_member(call: Call, view: View) -> Decision:
    """Import one member, processed before the answer."""
    draft, request = Draft(view, COLLECTIONS), import_request(call)
    refusal = refuse_envelope(draft, request) or _refuse_options(draft, request)
    if refusal is not None:
        return refusal
    text = process_member(Item(draft, ("data",)), request.data, _merge_options(draft, request), "refused")
    return reply_text(draft, request.envelope.refusal, text) if text else reply_success(draft, call)


def import_members(call: Call, view: View) -> Decision:
    """Import a batch of members, processed after the answer."""
    draft, request = Draft(view, COLLECTIONS), import_request(call)
    refusal = refuse_envelope(draft, request) or _refuse_options(draft, request)
    if refusal is not None:
        return refusal
    options = asdict(_merge_options(draft, request))
    return postpone(draft, request, "audiences", "omnisegment.batch.background", merging=options)


def _refuse_options(draft: Draft, request: ImportRequest) -> Decision | None:
    """Refuse wrong merge options.

    Rule: `omnisegment.audience.options`.
    """
    item = Item(draft, ())
    for name in _OPTIONS:
        validator = draft.contract.validator(f"{request.envelope.reference}/properties/{name}")
        for violation in item.violations(validator, request.body.get(name)):
            item.add_violation(violation, name)
    if not item.problems:
        return None
    first = item.problems[0]
    return refuse(draft, request.call, request.envelope.refusal, first.rule, first.at, first.text, **first.values)


def _merge_options(draft: Draft, request: ImportRequest) -> MergeOptions:
    """The merge options of a request; the contract has their defaults."""
    options = {}
    for name in _OPTIONS:
        schema = draft.contract.resolve(f"{request.envelope.reference}/properties/{name}")
        schema = draft.contract.resolve(schema["$ref"]) if "$ref" in schema else schema
        value = request.body.get(name)
        options[name] = schema["default"] if value is None else value
    return MergeOptions(**options)
