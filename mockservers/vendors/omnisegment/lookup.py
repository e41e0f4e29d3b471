"""Whose order it is: by the attribute that identifier_field names, by member_sn, or by an id of another system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.omnisegment.holding import MEMBERS, SOURCE_IDS, pair, whole
from mockservers.vendors.omnisegment.item import Item, options

IDENTIFIERS = "#/components/schemas/IdentifierField"


def lacking(sent: Mapping[str, Any], identifier: Any) -> tuple[str, str] | None:
    """The (rule, key) that an order lacks for its member to be looked up, or None."""
    there = {name for name, value in sent.items() if value not in (None, "")}
    if identifier and isinstance(identifier, str):
        return None if identifier in there else ("omnisegment.member.by-identifier", identifier)
    if "member_sn" in there:
        return None
    if "source_id" not in there:
        return ("omnisegment.member.required", "member_sn")
    return None if "source_system" in there else ("omnisegment.member.source-system", "source_system")


def given(sent: Mapping[str, Any], name: str) -> str:
    """A key by which a member is known, as text; empty where there is none, or one of a wrong type."""
    value = sent.get(name)
    if isinstance(value, str):
        return value
    return whole(value)


def find_member(item: Item, sent: Mapping[str, Any], identifier: Any) -> Document | None:
    """The member of an order, None where nobody is found; what makes the order an error is noted on the item."""
    if identifier not in (None, "") and not _names_the_default(item, identifier):
        for found in item.violations(item.draft.contract.validator(IDENTIFIERS), identifier)[:1]:
            text = item.draft.contract.message(
                "not-an-option", field="identifier_field", options=options(_options(item.draft))
            )
            rule_id = item.draft.contract.ground_rule(found)
            values = {"given": identifier, "options": options(_options(item.draft))}
            item.wrong(rule_id, text, place="/identifier_field", **values)
            return None
        return _by_identifier(item, sent, identifier)
    return _by_number_or_source(item, sent)


def _names_the_default(item: Item, identifier: Any) -> bool:
    """Whether identifier_field names what is looked up without it, and a reading takes that for no identifier_field."""
    default = item.draft.value("omnisegment.member.identifier-options", "default")
    return bool(identifier == default) and item.draft.reading("omnisegment.member.identifier-options") == "as-default"


def _options(draft: Draft) -> list[Any]:
    listed: list[Any] = draft.value("omnisegment.member.identifier-options", "options")
    return listed


def _by_identifier(item: Item, sent: Mapping[str, Any], identifier: str) -> Document | None:
    value = given(sent, identifier)
    if value:
        found = _first(item, identifier, value)
        if found is not None:
            return found
    others = given(sent, "member_sn") or given(sent, "source_id")
    if others and item.draft.reading("omnisegment.member.identifier-only") == "fall-back":
        return _by_number_or_source(item, sent)
    if not value:
        if sent.get(identifier) in (None, ""):
            item.lacks("omnisegment.member.by-identifier", identifier, identifier, field=identifier)
        return None
    if identifier == "phone":
        _local_number(item, value)
    return _unknown(item, identifier, value)


def _by_number_or_source(item: Item, sent: Mapping[str, Any]) -> Document | None:
    """Rules: `omnisegment.member.by-member-sn`, `omnisegment.member.sn-before-source-id`."""
    lacks = lacking(sent, None)
    if lacks is None:
        number, source_id, source_system = (given(sent, name) for name in ("member_sn", "source_id", "source_system"))
        if number:
            return _first(item, "member_sn", number) or _unknown(item, "member_sn", number)
        return _by_source(item, source_id, source_system) if source_id and source_system else None
    rule_id, name = lacks
    if rule_id == "omnisegment.member.source-system":
        text = item.draft.contract.message("missing-source-system")
        item.wrong(rule_id, text, name, source_id=given(sent, "source_id"))
    else:
        item.lacks(rule_id, name, name)
    return None


def _by_source(item: Item, source_id: str, source_system: str) -> Document | None:
    mapping = item.draft.get(SOURCE_IDS, pair(source_system, source_id))
    if mapping is not None:
        return of_mapping(item.draft, mapping) or _unknown(item, "source_id", source_id)
    if item.draft.reading("omnisegment.member.unmapped-source-id") == "refuse":
        item.wrong(
            "omnisegment.member.unmapped-source-id",
            item.draft.contract.message("audience-not-found"),
            "source_id",
            source_id=source_id,
            source_system=source_system,
        )
        return None
    return None if item.lost else headless(item.draft, source_id, source_system, {})


def oldest(draft: Draft, name: str, value: str) -> Document | None:
    """Of the members that share an attribute the one that was there first, whichever came by the value first."""
    found = draft.find(MEMBERS, name, value)
    return min(found, key=age) if found else None


def age(member: Document) -> int:
    """By which members are put in the order in which they came to be there."""
    number = member["id"]
    return number if isinstance(number, int) else 0


def of_mapping(draft: Draft, mapping: Document) -> Document | None:
    """The member that an id of another system is tied to."""
    tied = mapping.get("audience_id")
    if tied is not None:
        return draft.get(MEMBERS, str(tied))
    for name in ("member_sn", "phone", "email", "line_id"):
        if mapping.get(name) is not None:
            return oldest(draft, name, str(mapping[name]))
    return None


def headless(draft: Draft, source_id: str, source_system: str, attributes: Mapping[str, Any]) -> Document:
    """A new member without member_sn, tied to an id of another system."""
    number = draft.next_id(MEMBERS)
    member = {"id": number, **attributes, "is_headless_account": True}
    draft.put(MEMBERS, member)
    tie = {"source_id": source_id, "source_system": source_system, **attributes, "audience_id": number}
    draft.put(SOURCE_IDS, tie)
    return member


def _first(item: Item, name: str, value: str) -> Document | None:
    found = item.draft.find(MEMBERS, name, value)
    if len(found) > 1:
        item.note("noted", "omnisegment.member.several", name, members=len(found), field=name, value=value)
    return min(found, key=age) if found else None


def _local_number(item: Item, value: str) -> None:
    if not re.fullmatch(item.draft.value("omnisegment.member.phone-format", "pattern"), value):
        item.note("noted", "omnisegment.member.phone-format", "phone", value=value)


def _unknown(item: Item, name: str, value: str) -> Document | None:
    if item.draft.reading("omnisegment.member.unknown") == "refuse":
        text = item.draft.contract.message("audience-not-found")
        item.wrong("omnisegment.member.unknown", text, name, field=name, value=value)
    return None
