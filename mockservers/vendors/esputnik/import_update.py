"""The import of one contact: contactFields and customFieldsIDs list the fields that it sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.value import Struct, field
from mockservers.core.values.equality import contains
from mockservers.vendors.esputnik.channels import channel_contains, in_sent_order, is_same_channel, unsent_parts
from mockservers.vendors.esputnik.contact_content import ContactPlace
from mockservers.vendors.esputnik.contact_lookup import Contact
from mockservers.vendors.esputnik.contact_update import merge_contact, merge_fields, plain_fields
from mockservers.vendors.esputnik.document_writes import DocumentWrites, Write

Sent = Mapping[str, Any]
FIELDS_RULE = "esputnik.contacts.contact-fields"
_FOUND_BY_RULE = "esputnik.contacts.dedupe-field"
_EMPTY: tuple[Any, ...] = (None, [])


class ImportProgress(Struct):
    """The contacts of an import so far.

    `places` are theirs by item; `emptied` names the last one that emptied a stored field, by (contact, field), and
    `emptied_parts` the last one that emptied a part of a stored channel, with the channel, by (contact, part).
    `original` has the channels of before the import, by (contact, type).
    """

    writes: DocumentWrites
    places: dict[int, ContactPlace] = field(default_factory=dict)
    emptied: dict[tuple[str, str], ContactPlace] = field(default_factory=dict)
    emptied_parts: dict[tuple[str, str], tuple[ContactPlace, Sent]] = field(default_factory=dict)
    original: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    has_new_contact: bool = False
    _sent: dict[str, list[Sent]] = field(default_factory=dict)

    def add(self, place: ContactPlace, write: Write) -> None:
        """Remember a contact that was written."""
        key = str(write.after["id"])
        self.writes.add(key, write)
        self.places[write.index] = place
        self._sent.setdefault(key, []).append(write.sent)

    def sent_value(self, draft: Draft, key: str, name: str) -> bool:
        """Whether the import sent a value for a field of the contact under a key."""
        return any(field_value(draft, sent, name) not in _EMPTY for sent in self._sent.get(key, ()))

    def sent_part(self, key: str, part: str, stored: Sent) -> bool:
        """Whether the import sent a part of a stored channel of the contact under a key."""
        channels = [channel for sent in self._sent.get(key, ()) for channel in sent.get("channels") or ()]
        unsent = [unsent_parts(stored, sent) for sent in channels if is_same_channel(stored, sent)]
        return any(not any(f"{part}.".startswith(f"{each}.") for each in parts) for parts in unsent)


def new_from_import(
    draft: Draft, options: Sent, place: ContactPlace, new: Contact, sent: Sent, progress: ImportProgress
) -> dict[str, Any]:
    """A new contact: everything that was sent, or its identifiers and the listed fields."""
    lists_fields = options.get("contactFields") is not None or bool(sent.get("fields"))
    if not lists_fields or draft.reading("esputnik.contacts.new") == "all":
        return merge_contact(draft, new, sent)
    identifying = {name: sent[name] for name in ("channels", "externalCustomerId") if name in sent}
    return update_from_import(draft, options, place, merge_contact(draft, new, identifying), sent, progress)


def update_from_import(
    draft: Draft,
    options: Sent,
    place: ContactPlace,
    stored: Contact,
    sent: Sent,
    progress: ImportProgress,
    found_by: Collection[str] = (),
) -> dict[str, Any]:
    """A known contact after the import: listed fields as sent, and null where they were not sent.

    `found_by` are the types of channels by which dedupeOn found it; they stay.
    """
    all_names = [name for kind in ("plain", "address", "channels") for name in draft.value(FIELDS_RULE, kind)]
    contact_fields = options.get("contactFields")
    names = all_names if contact_fields is None else contact_fields
    key = str(stored["id"])
    contact: dict[str, Any] = {**stored, **_never_listed(draft, sent, all_names)}
    for name in all_names:
        stored_value, sent_value = field_value(draft, stored, name), field_value(draft, sent, name)
        if name in names and name in found_by and stored_value and _stays(draft, place, sent, name, stored_value):
            continue
        if name in names:
            if sent_value in _EMPTY and (stored_value not in _EMPTY or (key, name) in progress.emptied):
                progress.emptied[key, name] = place
            if isinstance(stored_value, list):
                original = progress.original.setdefault((key, name), stored_value)
                progress.emptied_parts |= {
                    (key, part): (place, channel) for part, channel in _emptied_parts(original, sent_value)
                }
            _set_field(draft, contact, name, sent_value)
        elif sent_value not in _EMPTY:
            _note_not_listed(draft, place, sent, name, stored_value)
    _set_other_channels(draft, place, contact, sent, lists_nothing=contact_fields is None)
    contact["channels"] = in_sent_order(sent.get("channels") or (), contact.get("channels") or ())
    return _with_custom_fields(draft, options, place, contact, sent)


def _emptied_parts(stored_channels: list[Sent], sent_channels: list[Sent]) -> Iterator[tuple[str, Sent]]:
    """Each part of a stored channel that a sent one of the same value lacks, with the stored channel."""
    for stored in stored_channels:
        for sent in sent_channels:
            if is_same_channel(stored, sent):
                yield from ((part, stored) for part in unsent_parts(stored, sent))


def _stays(draft: Draft, place: ContactPlace, sent: Sent, name: str, stored_channels: list[Any]) -> bool:
    """Whether channels of the type by which dedupeOn found a contact stay as they are. Note those that were sent."""
    sent_channels = field_value(draft, sent, name)
    if sent_channels == stored_channels:
        return True
    if draft.reading(_FOUND_BY_RULE) == "updated":
        return False
    if not (sent_channels and len(stored_channels) == 1 and contains(stored_channels, sent_channels)):
        _note_channels(draft, place, sent, name, stored_channels, _FOUND_BY_RULE)
    return True


def _never_listed(draft: Draft, sent: Sent, listable: list[str]) -> dict[str, Any]:
    """The sent fields that contactFields cannot list, and that are always set."""
    return {name: value for name, value in plain_fields(draft, sent).items() if name not in listable}


def field_value(draft: Draft, contact: Sent, name: str) -> Any:
    """The value of a field that contactFields can list. A channel type is a field: its value is all such channels."""
    if name in draft.value(FIELDS_RULE, "channels"):
        return [channel for channel in contact.get("channels") or () if channel.get("type") == name]
    if name in draft.value(FIELDS_RULE, "address"):
        return (contact.get("address") or {}).get(name)
    return contact.get(name)


def _note_not_listed(draft: Draft, place: ContactPlace, sent: Sent, name: str, stored_value: Any) -> None:
    """Note the sent value of a field that is not listed, and so keeps its value."""
    rule_id = "esputnik.contacts.not-listed"
    if not isinstance(stored_value, list):
        within = ("address", name) if name in draft.value(FIELDS_RULE, "address") else (name,)
        differs = not contains(stored_value, field_value(draft, sent, name))
        at = place.pointer(*within)
        draft.note("ignored", rule_id, item=place.item, at=at, of=place.of, differs=differs, key=name)
        return
    _note_channels(draft, place, sent, name, stored_value, rule_id)


def _note_channels(
    draft: Draft, place: ContactPlace, sent: Sent, name: str, stored_channels: list[Any], rule_id: str
) -> None:
    """Note the sent channels of a type that the import does not change."""
    for index, channel in enumerate(sent.get("channels") or ()):
        if channel["type"] == name:
            differs = not any(channel_contains(stored, channel) for stored in stored_channels)
            at = place.pointer("channels", index)
            draft.note("ignored", rule_id, item=place.item, at=at, of=place.of, differs=differs, key=name)


def _set_other_channels(
    draft: Draft, place: ContactPlace, contact: dict[str, Any], sent: Sent, *, lists_nothing: bool
) -> None:
    """Set channels of types that contactFields cannot list; with contactFields they keep their values."""
    listable = draft.value(FIELDS_RULE, "channels")
    for channel_type in dict.fromkeys(channel["type"] for channel in sent.get("channels") or ()):
        if channel_type in listable:
            continue
        stored_channels = [channel for channel in contact.get("channels") or () if channel.get("type") == channel_type]
        if lists_nothing:
            sent_channels = [channel for channel in sent.get("channels") or () if channel["type"] == channel_type]
            contact["channels"] = [
                *(channel for channel in contact.get("channels") or () if channel not in stored_channels),
                *sent_channels,
            ]
        else:
            _note_not_listed(draft, place, sent, channel_type, stored_channels)


def _set_field(draft: Draft, contact: dict[str, Any], name: str, value: Any) -> None:
    if name in draft.value(FIELDS_RULE, "channels"):
        others = [channel for channel in contact.get("channels") or () if channel.get("type") != name]
        contact["channels"] = [*others, *value]
    elif name in draft.value(FIELDS_RULE, "address"):
        if value is not None or name in (contact.get("address") or {}):
            contact["address"] = {**(contact.get("address") or {}), name: value}
    elif value is not None or name in contact:
        contact[name] = value


def _with_custom_fields(
    draft: Draft, options: Sent, place: ContactPlace, contact: dict[str, Any], sent: Sent
) -> dict[str, Any]:
    """A contact with the custom fields that customFieldsIDs lists; the others are noted."""
    field_ids = options.get("customFieldsIDs") or ()
    listed_fields: list[dict[str, Any]] = []
    stored_values = {custom["id"]: custom.get("value") for custom in contact.get("fields") or ()}
    for position, custom in enumerate(sent.get("fields") or ()):
        if custom["id"] in field_ids:
            listed_fields.append(custom)
        else:
            differs = not contains(stored_values.get(custom["id"]), custom["value"])
            at, rule_id, key = place.pointer("fields", position), "esputnik.contacts.custom-fields", str(custom["id"])
            draft.note("ignored", rule_id, item=place.item, at=at, of=place.of, differs=differs, key=key)
    return {**contact, "fields": merge_fields(contact, listed_fields)} if listed_fields else contact
