"""Ids of other systems, mapped to members before orders use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.batch_writes import RecordType
from mockservers.vendors.omnisegment.custom_fields import ignore_unknown_key
from mockservers.vendors.omnisegment.envelope import HALF_CHARACTER, refuses_half_character
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_lookup import create_source_member, identifier_of, oldest_member
from mockservers.vendors.omnisegment.pruning import without
from mockservers.vendors.omnisegment.repeated_keys import note_repeated_keys, repeated_keys
from mockservers.vendors.omnisegment.replies import refuse, reply_success, reply_text
from mockservers.vendors.omnisegment.requests import body_of, required_keys, unreadable_reason
from mockservers.vendors.omnisegment.state import COLLECTIONS, SOURCE_IDS, pair
from mockservers.vendors.omnisegment.type_conversion import convert_types

SCHEMA = "#/components/schemas/AudienceMapping"
_MAPPING_RECORDS = RecordType(SOURCE_IDS, SCHEMA, dict)


def map_member(call: Call, view: View) -> Decision:
    """Map an id of another system to a member, at once."""
    draft = Draft(view, COLLECTIONS)
    refusal = _refuse_incomplete(draft, call)
    if refusal is not None:
        return refusal
    note_repeated_keys(draft, repeated_keys(draft, call, SCHEMA))
    item, sent = Item(draft, ()), {name: value for name, value in body_of(call).items() if value is not None}
    validator = draft.contract.validator(SCHEMA)
    unknown = validator.unknown(body_of(call))
    for at, value in unknown:
        ignore_unknown_key(item, value, *at)
    sent = without(sent, [at for at, _ in unknown])
    sent = convert_types(item, "omnisegment.mapping.types", validator, sent)
    member = _find_target(item, sent)
    if item.problems:
        return reply_text(draft, "input-refused", item.fail("refused"))
    _store_mapping(item, sent, member)
    return reply_success(draft, call)


def _refuse_incomplete(draft: Draft, call: Call) -> Decision | None:
    reason = unreadable_reason(call)
    if reason:
        return refuse(draft, call, "mapping-missing-input", "omnisegment.request.unreadable", problem=reason)
    if refuses_half_character(draft, call):
        return refuse(draft, call, "mapping-missing-input", HALF_CHARACTER)
    required = required_keys(draft.contract, SCHEMA)
    missing = ", ".join(name for name in required if not body_of(call).get(name))
    if not missing:
        return None
    return refuse(draft, call, "mapping-missing-input", "omnisegment.mapping.missing-key", missing=missing)


def _find_target(item: Item, sent: Mapping[str, Any]) -> Document | None:
    """Return the member of a mapping; add errors of the mapping to the item's problems."""
    validator = item.draft.contract.validator(SCHEMA)
    for violation in item.violations(validator, sent):
        item.add_violation(violation)
    key = sent["mapping_key"]
    options = item.draft.value("omnisegment.mapping.options", "options")
    if key not in options:
        return None
    value = identifier_of(sent, key)
    if not value:
        item.add_missing("omnisegment.mapping.value", key, key)
        return None
    member = oldest_member(item.draft, key, value)
    if member is None and key == "member_sn":
        _refuse_unknown_number(item, value)
    for name in options:
        if name in sent and name != key and (member is None or member.get(name) != identifier_of(sent, name)):
            ignore_unknown_key(item, sent[name], name)
    return member


def _refuse_unknown_number(item: Item, value: str) -> None:
    if item.draft.reading("omnisegment.mapping.unknown-member-sn") == "refuse":
        text = item.draft.contract.message("audience-not-found")
        item.add_problem("omnisegment.mapping.unknown-member-sn", text, "member_sn", value=value)


def _store_mapping(item: Item, sent: Mapping[str, Any], member: Document | None) -> None:
    """Store the mapping. An unknown member is created without a member_sn; an unknown member_sn waits for its member.

    Rule: `omnisegment.mapping.headless`.
    """
    draft, key = item.draft, sent["mapping_key"]
    earlier = draft.get(SOURCE_IDS, pair(sent["source_system"], sent["source_id"]))
    owner = member
    if owner is None and key != "member_sn":
        owner = create_source_member(draft, sent["source_id"], sent["source_system"], {key: identifier_of(sent, key)})
    known = {**(earlier or {}), **sent}
    options = draft.value("omnisegment.mapping.options", "options")
    fields = [name for name in draft.contract.validator(SCHEMA).shape.properties if name not in options]
    mapping = {**{name: known[name] for name in fields if name in known}, key: identifier_of(sent, key)}
    draft.put(SOURCE_IDS, mapping if owner is None else {**mapping, "audience_id": owner["id"]})
    item.stored(
        "kept" if earlier is None else "updated",
        "",
        _MAPPING_RECORDS,
        pair(sent["source_system"], sent["source_id"]),
        mapping,
    )
