"""Ids of other systems, tied to members beforehand so that orders can name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.coercing import coerce
from mockservers.vendors.omnisegment.custom import ignore
from mockservers.vendors.omnisegment.deciding import refuse, repeated_keys
from mockservers.vendors.omnisegment.holding import COLLECTIONS, SOURCE_IDS, pair
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.lookup import given, headless, oldest
from mockservers.vendors.omnisegment.parsing import body_of, problem
from mockservers.vendors.omnisegment.twice import Place

SCHEMA = "#/components/schemas/AudienceMapping"


def map_member(call: Call, view: View) -> Decision:
    """Tie an id of another system to a member, at once."""
    draft = Draft(view, COLLECTIONS)
    refused = _incomplete(draft, call)
    if refused is not None:
        return refused
    repeated_keys(draft, call)
    item, sent = Item(draft, ()), {name: value for name, value in body_of(call).items() if value is not None}
    sent = coerce(item, "omnisegment.mapping.types", draft.contract.validator(SCHEMA), sent)
    member = _examined(item, sent)
    if item.problems:
        text = item.fail("refused")
        return draft.decision(draft.contract.refusal("input-refused", message=text, type=text.partition(":")[0]))
    _hold(item, sent, member)
    return draft.decision(draft.contract.success(call.operation))


def _incomplete(draft: Draft, call: Call) -> Decision | None:
    why = problem(call)
    if why:
        return refuse(draft, call, "mapping-missing-input", "omnisegment.request.unreadable", problem=why)
    required: list[str] = draft.contract.resolve(f"{SCHEMA}/required")
    missing = ", ".join(name for name in required if not body_of(call).get(name))
    if not missing:
        return None
    return refuse(draft, call, "mapping-missing-input", "omnisegment.mapping.missing-key", missing=missing)


def _examined(item: Item, sent: Mapping[str, Any]) -> Document | None:
    """The member that a mapping is for; what is wrong with it is noted on the item."""
    validator = item.draft.contract.validator(SCHEMA)
    for at, _ in validator.unknown(sent):
        ignore(item, *at)
    for found in item.violations(validator, sent):
        item.breaks(found)
    key = sent["mapping_key"]
    options = item.draft.value("omnisegment.mapping.options", "options")
    if key not in options:
        return None
    value = given(sent, key)
    if not value:
        item.lacks("omnisegment.mapping.value", key, key)
        return None
    member = oldest(item.draft, key, value)
    if member is None and key == "member_sn":
        _unknown_number(item, value)
    for name in options:
        if name in sent and name != key and (member is None or member.get(name) != sent[name]):
            ignore(item, name)
    return member


def _unknown_number(item: Item, value: str) -> None:
    if item.draft.reading("omnisegment.mapping.unknown-member-sn") == "refuse":
        text = item.draft.contract.message("audience-not-found")
        item.wrong("omnisegment.mapping.unknown-member-sn", text, "member_sn", value=value)


def _hold(item: Item, sent: Mapping[str, Any], member: Document | None) -> None:
    """Hold the mapping, with a headless member where nobody is found; a member_sn waits for its member.

    Rule: `omnisegment.mapping.headless`.
    """
    draft, key = item.draft, sent["mapping_key"]
    known = draft.get(SOURCE_IDS, pair(sent["source_system"], sent["source_id"])) is not None
    tied = member
    if tied is None and key != "member_sn":
        tied = headless(draft, sent["source_id"], sent["source_system"], {key: given(sent, key)})
    tie = {
        "source_id": sent["source_id"],
        "source_system": sent["source_system"],
        "mapping_key": key,
        key: given(sent, key),
    }
    draft.put(SOURCE_IDS, tie if tied is None else {**tie, "audience_id": tied["id"]})
    place = Place(SOURCE_IDS, SCHEMA, dict)
    item.held("updated" if known else "kept", "", place, pair(sent["source_system"], sent["source_id"]), tie)
