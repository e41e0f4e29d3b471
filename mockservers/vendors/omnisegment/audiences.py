"""Members: one at once, or a batch after the answer; looked up by a key, merged into what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, OutcomeKind
from mockservers.vendors.omnisegment.coercing import NOTHING, coerce
from mockservers.vendors.omnisegment.custom import custom_value, ignore, is_custom
from mockservers.vendors.omnisegment.deciding import opened, postpone, refuse
from mockservers.vendors.omnisegment.holding import COLLECTIONS, MEMBERS, SOURCE_IDS, pair
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.lookup import age, given, headless, of_mapping, oldest
from mockservers.vendors.omnisegment.parsing import ENVELOPES, Envelope, body_of
from mockservers.vendors.omnisegment.trimming import pruned, without
from mockservers.vendors.omnisegment.twice import Place, member_content

SCHEMA = "#/components/schemas/AudienceData"
PLACE = Place(MEMBERS, SCHEMA, member_content)
_OPTIONS = ("merge_key", "tag_mode", "ignore_empty_value")


@dataclass(frozen=True, slots=True)
class Merging:
    """How members are merged: by which key, how tags, and whether empty values clear."""

    merge_key: str = "member_sn"
    tag_mode: str = "append"
    ignore_empty_value: bool = False


@dataclass(slots=True)
class Sent:
    """A member as sent: what it says, and what it clears."""

    values: dict[str, Any] = field(default_factory=dict)
    cleared: list[str] = field(default_factory=list)


def import_member(call: Call, view: View) -> Decision:
    """One member, processed before the answer."""
    draft, envelope = Draft(view, COLLECTIONS), ENVELOPES[call.operation]
    refused = opened(draft, call, envelope) or _wrong_options(draft, call, envelope)
    if refused is not None:
        return refused
    text = process_member(Item(draft, ("data",)), body_of(call)["data"], _merging(draft, call, envelope), "refused")
    if not text:
        return draft.decision(draft.contract.success(call.operation))
    return draft.decision(draft.contract.refusal(envelope.refusal, message=text, type=text.partition(":")[0]))


def import_members(call: Call, view: View) -> Decision:
    """A batch of members, processed after the answer."""
    draft, envelope = Draft(view, COLLECTIONS), ENVELOPES[call.operation]
    refused = opened(draft, call, envelope) or _wrong_options(draft, call, envelope)
    if refused is not None:
        return refused
    merging = asdict(_merging(draft, call, envelope))
    return postpone(draft, call, "audiences", "omnisegment.batch.background", merging=merging)


def _wrong_options(draft: Draft, call: Call, envelope: Envelope) -> Decision | None:
    """Rule: `omnisegment.audience.options`."""
    item = Item(draft, ())
    for name in _OPTIONS:
        validator = draft.contract.validator(f"{envelope.reference}/properties/{name}")
        for found in item.violations(validator, body_of(call).get(name)):
            item.breaks(found, name)
    if not item.problems:
        return None
    first = item.problems[0]
    return refuse(draft, call, envelope.refusal, first.rule, first.at, first.text, **first.values)


def _merging(draft: Draft, call: Call, envelope: Envelope) -> Merging:
    chosen = {}
    for name in _OPTIONS:
        schema = draft.contract.resolve(f"{envelope.reference}/properties/{name}")
        schema = draft.contract.resolve(schema["$ref"]) if "$ref" in schema else schema
        value = body_of(call).get(name)
        chosen[name] = schema["default"] if value is None else value
    return Merging(**chosen)


def process_member(item: Item, sent: Any, merging: Merging, lost: OutcomeKind) -> str:
    """Hold a member, or file it as lost; then the vendor's text is returned, else an empty one."""
    parts = _read(item, sent, merging)
    member = None
    if parts is not None and _identified(item, parts, merging):
        member = _find(item, parts.values, merging)
        _uncleared(item, parts, member)
    if item.problems or parts is None:
        return item.fail(lost)
    if item.doomed:
        item.outcome(lost, "omnisegment.batch.partial-failure", wrong=item.doomed)
    else:
        _hold(item, parts, member, merging)
    return ""


# -- reading ----------------------------------------------------------------------------------------------------


def _read(item: Item, sent: Any, merging: Merging) -> Sent | None:
    """A member as sent, its empty values apart; what is wrong with it is noted on the item."""
    validator = item.draft.contract.validator(SCHEMA)
    if not isinstance(sent, dict):
        for found in item.violations(validator, sent)[:1]:
            item.breaks(found)
        return None
    parts = _empty_apart(item, sent, merging)
    _clear_fields_alone(item, sent, parts)
    unknown = validator.unknown(parts.values)
    custom = {at[0]: value for at, value in unknown if len(at) == 1 and is_custom(item, "audience", str(at[0]))}
    parts.values = without(parts.values, [at for at, _ in unknown])
    for at, _ in unknown:
        if at[0] not in custom:
            ignore(item, *at)
    for name, value in custom.items():
        held = custom_value(item, "audience", str(name), value, name)
        if held is not NOTHING:
            parts.values[str(name)] = held
    parts.values = coerce(item, "omnisegment.audience.types", validator, parts.values)
    if not validator.valid(parts.values):
        for found in validator.violations(pruned(parts.values)):
            item.breaks(found)
    return parts


def _empty_apart(item: Item, sent: Mapping[str, Any], merging: Merging) -> Sent:
    clears = item.draft.value("omnisegment.audience.empty-values", "clears")
    parts = Sent()
    for name, value in sent.items():
        if value == clears or (value in ("", None) and not merging.ignore_empty_value):
            parts.cleared.append(name)
        elif value not in ("", None):
            parts.values[name] = value
    return parts


def _clear_fields_alone(item: Item, sent: Mapping[str, Any], parts: Sent) -> None:
    """What is no field of a member clears nothing, and least of all what the vendor keeps under that name."""
    fields = item.draft.contract.validator(SCHEMA).shape.properties
    for name in [name for name in parts.cleared if name not in fields and not is_custom(item, "audience", name)]:
        parts.cleared.remove(name)
        if sent[name] not in ("", None):
            ignore(item, name)


def _uncleared(item: Item, parts: Sent, member: Document | None) -> None:
    """Keys of the member itself cannot be cleared."""
    for name in item.draft.value("omnisegment.audience.empty-values", "never"):
        if name in parts.cleared and member is not None and member.get(name) is not None:
            text = item.draft.contract.message("cannot-clear", field=name)
            item.wrong("omnisegment.audience.empty-values", text, name, field=name)


# -- looking up -------------------------------------------------------------------------------------------------


def _identified(item: Item, parts: Sent, merging: Merging) -> bool:
    """Whether the member carries the key by which it is looked up."""
    key = _key(parts.values, merging)
    needed = ("source_id", "source_system") if key == "source_id" else (key,)
    lacking = [name for name in needed if not given(parts.values, name)]
    for name in lacking:
        item.lacks("omnisegment.audience.required", name, name)
    return not lacking


def _key(values: Mapping[str, Any], merging: Merging) -> str:
    """The key of the look-up: a source_id takes the place of a member_sn that is not sent."""
    if merging.merge_key == "member_sn" and not given(values, "member_sn") and given(values, "source_id"):
        return "source_id"
    return merging.merge_key


def _find(item: Item, values: Mapping[str, Any], merging: Merging) -> Document | None:
    key = _key(values, merging)
    if key == "source_id":
        mapping = item.draft.get(SOURCE_IDS, pair(given(values, "source_system"), given(values, "source_id")))
        return None if mapping is None else of_mapping(item.draft, mapping)
    return oldest(item.draft, key, given(values, key)) or _headless(item.draft, values)


def _headless(draft: Draft, values: Mapping[str, Any]) -> Document | None:
    """A member without member_sn that turns out to be this one."""
    if not given(values, "member_sn"):
        return None
    for name in draft.value("omnisegment.audience.headless", "by"):
        known = draft.find(MEMBERS, name, given(values, name)) if given(values, name) else []
        nameless = [member for member in known if member.get("member_sn") is None]
        if nameless:
            return min(nameless, key=age)
    return None


# -- holding ----------------------------------------------------------------------------------------------------


def _hold(item: Item, parts: Sent, member: Document | None, merging: Merging) -> None:
    draft, values = item.draft, parts.values
    if "member_sn" in values:
        values["member_sn"] = given(values, "member_sn")
    before = member
    if before is None and _key(values, merging) == "source_id":
        before = headless(draft, given(values, "source_id"), given(values, "source_system"), {})
    elif before is None:
        before = {"id": draft.next_id(MEMBERS)}
    kept = {name: value for name, value in before.items() if name not in parts.cleared}
    if "member_sn" in values and kept.get("member_sn") is None:
        kept.pop("is_headless_account", None)
    if "tags" in values:
        values["tags"] = _tags(kept.get("tags"), values["tags"], merging.tag_mode)
    item.meet(PLACE, str(kept["id"]))
    draft.put(MEMBERS, _named({**kept, **values}))
    item.held("kept" if member is None else "updated", "", PLACE, str(kept["id"]), parts.values)


def _tags(held: str | None, sent: str, mode: str) -> str:
    """The tags of a member, joined by commas: added to those there, or in their place.

    Rule: `omnisegment.audience.tags`.
    """
    listed = [tag for tag in ",".join(filter(None, [held if mode == "append" else None, sent])).split(",") if tag]
    return ",".join(dict.fromkeys(listed))


def _named(member: dict[str, Any]) -> dict[str, Any]:
    """Rule: `omnisegment.audience.name`."""
    if "name" not in member and ("first_name" in member or "last_name" in member):
        member["name"] = f"{member.get('first_name', '')}{member.get('last_name', '')}"
    return member
