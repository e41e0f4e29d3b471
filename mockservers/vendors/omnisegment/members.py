"""Process one member: read it, find it by a key, and merge it into the stored one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.value import Struct, Value, field
from mockservers.vendors.omnisegment.batch_writes import RecordType, member_content
from mockservers.vendors.omnisegment.custom_fields import custom_value, ignore_unknown_key, is_custom
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_lookup import (
    create_source_member,
    creation_order,
    identifier_of,
    mapped_member,
    oldest_member,
)
from mockservers.vendors.omnisegment.pruning import pruned, without
from mockservers.vendors.omnisegment.state import MEMBERS, SOURCE_IDS, pair
from mockservers.vendors.omnisegment.type_conversion import NOTHING, convert_types

SCHEMA = "#/components/schemas/AudienceData"
MEMBER_RECORDS = RecordType(MEMBERS, SCHEMA, member_content, "audience")


class MergeOptions(Value):
    """How members are merged: by which key, how tags, and whether empty values clear."""

    merge_key: str = "member_sn"
    tag_mode: str = "append"
    ignore_empty_value: bool = False


class SentMember(Struct):
    """A member as sent: its values, and the fields that it clears."""

    values: dict[str, Any] = field(default_factory=dict)
    cleared: list[str] = field(default_factory=list)


def process_member(item: Item, sent: Any, options: MergeOptions, lost: OutcomeKind) -> str:
    """Store a member, or file it as `lost`. Return the vendor's error text, empty if it is stored."""
    sent_member = _read_member(item, sent, options)
    member = None
    if sent_member is not None and _has_key(item, sent_member, options):
        member = _find_member(item, sent_member.values, options)
        _refuse_key_clears(item, sent_member, member)
    if item.problems or sent_member is None:
        return item.fail(lost)
    if item.batch_failures:
        item.outcome(lost, "omnisegment.batch.partial-failure", wrong=item.batch_failures)
    else:
        _store_member(item, sent_member, member, options)
    return ""


# -- reading -----------------------------------------------------------------------------------------------------


def _read_member(item: Item, sent: Any, options: MergeOptions) -> SentMember | None:
    """Read a member, and separate its empty values. Errors are added to the item's problems."""
    validator = item.draft.contract.validator(SCHEMA)
    if not isinstance(sent, dict):
        for violation in item.violations(validator, sent)[:1]:
            item.add_violation(violation)
        return None
    sent_member = _split_empty_values(item, sent, options)
    _ignore_empty_unknown_keys(item, sent, sent_member)
    unknown = validator.unknown(sent_member.values)
    custom = {at[0]: value for at, value in unknown if len(at) == 1 and is_custom(item, "audience", str(at[0]))}
    sent_member.values = without(sent_member.values, [at for at, _ in unknown])
    for at, value in unknown:
        if at[0] not in custom:
            ignore_unknown_key(item, value, *at)
    for name, value in custom.items():
        stored_value = custom_value(item, "audience", str(name), value, name)
        if stored_value is not NOTHING:
            sent_member.values[str(name)] = stored_value
    sent_member.values = convert_types(item, "omnisegment.audience.types", validator, sent_member.values)
    if not validator.valid(sent_member.values):
        for violation in validator.violations(pruned(sent_member.values)):
            item.add_violation(violation)
    return sent_member


def _split_empty_values(item: Item, sent: Mapping[str, Any], options: MergeOptions) -> SentMember:
    clears = item.draft.value("omnisegment.audience.empty-values", "clears")
    sent_member = SentMember()
    for name, value in sent.items():
        if value == clears or (value in ("", None) and not options.ignore_empty_value):
            sent_member.cleared.append(name)
        elif value not in ("", None):
            sent_member.values[name] = value
    return sent_member


def _ignore_empty_unknown_keys(item: Item, sent: Mapping[str, Any], sent_member: SentMember) -> None:
    """Note empty unknown fields, which clear nothing, not even a stored field of that name."""
    fields = item.draft.contract.validator(SCHEMA).shape.properties
    for name in [name for name in sent if name not in fields and name not in sent_member.values]:
        if is_custom(item, "audience", name):
            continue
        if name in sent_member.cleared:
            sent_member.cleared.remove(name)
        ignore_unknown_key(item, sent[name] or None, name)


def _refuse_key_clears(item: Item, sent_member: SentMember, member: Document | None) -> None:
    """Refuse to clear the keys of a member."""
    for name in item.draft.value("omnisegment.audience.empty-values", "never"):
        if name in sent_member.cleared and member is not None and member.get(name) is not None:
            text = item.draft.contract.message("cannot-clear", field=name)
            item.add_problem("omnisegment.audience.empty-values", text, name, field=name)


# -- looking up --------------------------------------------------------------------------------------------------


def _has_key(item: Item, sent_member: SentMember, options: MergeOptions) -> bool:
    """Whether a member has the key by which it is looked up."""
    key = _lookup_key(sent_member.values, options)
    needed = ("source_id", "source_system") if key == "source_id" else (key,)
    missing = [name for name in needed if not identifier_of(sent_member.values, name)]
    for name in missing:
        item.add_missing("omnisegment.audience.required", name, name)
    return not missing


def _lookup_key(values: Mapping[str, Any], options: MergeOptions) -> str:
    """The key of the look-up: a source_id replaces a missing member_sn."""
    lacks_member_sn = options.merge_key == "member_sn" and not identifier_of(values, "member_sn")
    return "source_id" if lacks_member_sn and identifier_of(values, "source_id") else options.merge_key


def _find_member(item: Item, values: Mapping[str, Any], options: MergeOptions) -> Document | None:
    key = _lookup_key(values, options)
    if key == "source_id":
        source = pair(identifier_of(values, "source_system"), identifier_of(values, "source_id"))
        mapping = item.draft.get(SOURCE_IDS, source)
        return None if mapping is None else mapped_member(item.draft, mapping)
    return oldest_member(item.draft, key, identifier_of(values, key)) or _member_without_sn(item.draft, values)


def _member_without_sn(draft: Draft, values: Mapping[str, Any]) -> Document | None:
    """Find the same member among those stored without member_sn."""
    if not identifier_of(values, "member_sn"):
        return None
    for name in draft.value("omnisegment.audience.headless", "by"):
        value = identifier_of(values, name)
        members = draft.find(MEMBERS, name, value) if value else []
        without_sn = [member for member in members if member.get("member_sn") is None]
        if without_sn:
            return min(without_sn, key=creation_order)
    return None


# -- storing -----------------------------------------------------------------------------------------------------


def _store_member(item: Item, sent_member: SentMember, member: Document | None, options: MergeOptions) -> None:
    draft, values = item.draft, sent_member.values
    if "member_sn" in values:
        values["member_sn"] = identifier_of(values, "member_sn")
    earlier = member
    if earlier is None and _lookup_key(values, options) == "source_id":
        source_id, source_system = identifier_of(values, "source_id"), identifier_of(values, "source_system")
        earlier = create_source_member(draft, source_id, source_system, {})
    elif earlier is None:
        earlier = {"id": draft.next_id(MEMBERS)}
    kept = {name: value for name, value in earlier.items() if name not in sent_member.cleared}
    if "member_sn" in values and kept.get("member_sn") is None:
        kept.pop("is_headless_account", None)
    if "tags" in values:
        values["tags"] = _merge_tags(kept.get("tags"), values["tags"], options.tag_mode)
    item.set_record(MEMBER_RECORDS, str(kept["id"]))
    draft.put(MEMBERS, _with_name({**kept, **values}))
    item.stored("kept" if member is None else "updated", "", MEMBER_RECORDS, str(kept["id"]), sent_member.values)


def _merge_tags(stored: str | None, sent: str, mode: str) -> str:
    """Merge tags, joined by commas: appended to the stored ones, or replacing them.

    Rule: `omnisegment.audience.tags`.
    """
    joined = ",".join(filter(None, [stored if mode == "append" else None, sent]))
    return ",".join(dict.fromkeys(tag for tag in joined.split(",") if tag))


def _with_name(member: dict[str, Any]) -> dict[str, Any]:
    """Set the name of a member from first_name and last_name.

    Rule: `omnisegment.audience.name`.
    """
    if "name" not in member and ("first_name" in member or "last_name" in member):
        member["name"] = f"{member.get('first_name', '')}{member.get('last_name', '')}"
    return member
