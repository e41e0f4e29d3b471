"""Find the member of an order: by identifier_field, by member_sn, or by an id of another system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.value import Value
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.state import MEMBERS, SOURCE_IDS, pair
from mockservers.vendors.omnisegment.values import options_listed, options_text, whole_number

IDENTIFIERS = "#/components/schemas/IdentifierField"


class MemberLookup(Value):
    """The look-up of the members of a request's orders: by identifier_field, or none."""

    identifier: Any = None
    anonymous: bool = False


class NewMember(Value):
    """A member without member_sn that is created with its order, for an id of another system."""

    source_id: str
    source_system: str


_EMPTY = "omnisegment.member.identifier-empty"


def missing_identifier(sent: Mapping[str, Any], identifier: Any) -> tuple[str, str] | None:
    """Return the (rule, key) that an order lacks for the look-up of its member, or None."""
    if identifier and isinstance(identifier, str):
        return None if _is_sent(sent, identifier) else ("omnisegment.member.by-identifier", identifier)
    if _is_sent(sent, "member_sn"):
        return None
    if not _is_sent(sent, "source_id"):
        return ("omnisegment.member.required", "member_sn")
    return None if _is_sent(sent, "source_system") else ("omnisegment.member.source-system", "source_system")


def _is_sent(sent: Mapping[str, Any], name: str) -> bool:
    return sent.get(name) not in (None, "")


def identifier_of(sent: Mapping[str, Any], name: str) -> str:
    """Return a key of a member as text; empty if it is missing or of a wrong type."""
    value = sent.get(name)
    if isinstance(value, str):
        return value
    return whole_number(value)


def find_member(item: Item, sent: Mapping[str, Any], identifier: Any) -> Document | NewMember | None:
    """Find the member of an order, or None. Errors of the order are added to the item's problems."""
    if identifier == "" and item.draft.reading(_EMPTY) == "refuse":
        options = options_text(_identifier_options(item.draft))
        text = item.draft.contract.message("not-an-option", field="identifier_field", options=options)
        item.add_problem(_EMPTY, text, place="/identifier_field")
        return None
    if identifier not in (None, "") and not _is_default(item, identifier):
        for violation in item.violations(item.draft.contract.validator(IDENTIFIERS), identifier)[:1]:
            text = item.draft.contract.message(
                "not-an-option", field="identifier_field", options=options_text(_identifier_options(item.draft))
            )
            rule_id = item.draft.contract.ground_rule(violation)
            values = {"given": identifier, "options": options_listed(_identifier_options(item.draft))}
            item.add_problem(rule_id, text, place="/identifier_field", **values)
            return None
        return _by_identifier(item, sent, identifier)
    return _by_number_or_source(item, sent)


def _is_default(item: Item, identifier: Any) -> bool:
    """Whether identifier_field names the default key, and a reading treats that as no identifier_field."""
    default = item.draft.value("omnisegment.member.identifier-options", "default")
    return bool(identifier == default) and item.draft.reading("omnisegment.member.identifier-options") == "as-default"


def _identifier_options(draft: Draft) -> list[Any]:
    listed: list[Any] = draft.value("omnisegment.member.identifier-options", "options")
    return listed


def _by_identifier(item: Item, sent: Mapping[str, Any], identifier: str) -> Document | NewMember | None:
    value = identifier_of(sent, identifier)
    if value:
        member = _find_oldest(item, identifier, value)
        if member is not None:
            return member
    others = identifier_of(sent, "member_sn") or identifier_of(sent, "source_id")
    if others and item.draft.reading("omnisegment.member.identifier-only") == "fall-back":
        return _by_number_or_source(item, sent)
    if not value:
        if sent.get(identifier) in (None, ""):
            item.add_missing("omnisegment.member.by-identifier", identifier, identifier, field=identifier)
        return None
    if identifier == "phone":
        _note_phone_format(item, value)
    return _refuse_unknown(item, identifier, value)


def _by_number_or_source(item: Item, sent: Mapping[str, Any]) -> Document | NewMember | None:
    """Rules: `omnisegment.member.by-member-sn`, `omnisegment.member.sn-before-source-id`."""
    number = identifier_of(sent, "member_sn")
    if number:
        return _find_oldest(item, "member_sn", number) or _refuse_unknown(item, "member_sn", number)
    missing = missing_identifier(sent, None)
    if missing is None:
        source_id, source_system = identifier_of(sent, "source_id"), identifier_of(sent, "source_system")
        return _by_source(item, source_id, source_system) if source_id and source_system else None
    rule_id, name = missing
    if rule_id == "omnisegment.member.source-system":
        text = item.draft.contract.message("missing-source-system")
        item.add_problem(rule_id, text, name, source_id=identifier_of(sent, "source_id"))
    else:
        item.add_missing(rule_id, name, name)
    return None


def _by_source(item: Item, source_id: str, source_system: str) -> Document | NewMember | None:
    mapping = item.draft.get(SOURCE_IDS, pair(source_system, source_id))
    if mapping is not None:
        return mapped_member(item.draft, mapping) or _refuse_unknown(item, "source_id", source_id)
    if item.draft.reading("omnisegment.member.unmapped-source-id") == "refuse":
        text, values = item.draft.contract.message("audience-not-found"), {"source_system": source_system}
        item.add_problem("omnisegment.member.unmapped-source-id", text, "source_id", source_id=source_id, **values)
        return None
    return NewMember(source_id, source_system)


def oldest_member(draft: Draft, name: str, value: str) -> Document | None:
    """Return the member that was created first among those that share an attribute."""
    members = draft.find(MEMBERS, name, value)
    return min(members, key=creation_order) if members else None


def creation_order(member: Document) -> int:
    """The sort key that puts members in the order of their creation."""
    number = member["id"]
    return number if isinstance(number, int) else 0


def mapped_member(draft: Draft, mapping: Document) -> Document | None:
    """Return the member that an id of another system is mapped to."""
    member_id = mapping.get("audience_id")
    if member_id is not None:
        return draft.get(MEMBERS, str(member_id))
    for name in ("member_sn", "phone", "email", "line_id"):
        if mapping.get(name) is not None:
            return oldest_member(draft, name, str(mapping[name]))
    return None


def create_source_member(draft: Draft, source_id: str, source_system: str, attributes: Mapping[str, Any]) -> Document:
    """Create a member without member_sn, mapped to an id of another system."""
    number = draft.next_id(MEMBERS)
    member = {"id": number, **attributes, "is_headless_account": True}
    draft.put(MEMBERS, member)
    mapping = {"source_id": source_id, "source_system": source_system, **attributes, "audience_id": number}
    draft.put(SOURCE_IDS, mapping)
    return member


def _find_oldest(item: Item, name: str, value: str) -> Document | None:
    members = item.draft.find(MEMBERS, name, value)
    if len(members) < 2:
        return members[0] if members else None
    item.note("noted", "omnisegment.member.several", name, members=len(members), field=name, value=value)
    return min(members, key=creation_order)


def _note_phone_format(item: Item, value: str) -> None:
    if not re.fullmatch(item.draft.value("omnisegment.member.phone-format", "pattern"), value):
        item.note("noted", "omnisegment.member.phone-format", "phone", value=value)


def _refuse_unknown(item: Item, name: str, value: str) -> Document | None:
    if item.draft.reading("omnisegment.member.unknown") == "refuse":
        text = item.draft.contract.message("audience-not-found")
        item.add_problem("omnisegment.member.unknown", text, name, field=name, value=value)
    return None
