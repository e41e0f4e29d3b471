"""What an eSputnik account holds, and how it is found.

- contacts: id, channels [{type, value}], externalCustomerId, contactKey, names, address, fields, groups
- events: id, eventTypeKey, keyValue, params, occurred, contactId (null for an event that binds to nobody)
- event_types: id, eventTypeKey, and what an account can set on a type: identifier {param, field},
  validation [{name, required}], segmentation (false switches it off)
- orders: orderId, externalOrderId, contactId, and everything that was sent, as it was sent
- settings: name, value; an account's own `identifier_params` are a list of {param, field} (internal)
- imports: sessionId, status, timestamp, mapping (internal)
- deleted_contacts, recent_requests (internal)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mockservers.core.clock import text
from mockservers.core.draft import Draft
from mockservers.core.formats import decimal
from mockservers.core.rules import rule
from mockservers.core.vendor import Collection, Document, by, on
from mockservers.core.view import View

IDENTIFIER_PARAMS = "identifier_params"
"""The name of the setting that an account's own identifier params stand under."""

_SHORT = {"email": "email", "phone": "sms", "sms": "sms"}
"""What a seeded contact may say in one word, and the type of the channel that it means."""


def channel_values(contact: Mapping[str, Any], *types: str) -> list[str]:
    """The values of a contact's channels of these types."""
    channels = contact.get("channels")
    if not isinstance(channels, list):
        return []
    return [
        str(channel["value"])
        for channel in channels
        if isinstance(channel, dict) and channel.get("type") in types and channel.get("value") is not None
    ]


def _reached_by(*types: str) -> Callable[[Document], Iterable[str]]:
    return lambda contact: dict.fromkeys(channel_values(contact, *types))


def _emails(contact: Document) -> Iterable[str]:
    return dict.fromkeys(value.lower() for value in channel_values(contact, "email"))


def _custom_fields(contact: Document) -> Iterable[str]:
    fields = contact.get("fields")
    pairs = (field for field in fields if isinstance(field, dict)) if isinstance(fields, list) else ()
    return dict.fromkeys(f"{field.get('id')}={field.get('value')}" for field in pairs)


def _complete_contact(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    """A contact that can be used. Raises ValueError or TypeError for lists and an address of anything but objects."""
    lists = [document.get(name) or [] for name in ("channels", "fields", "groups")]
    if not all(isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in lists):
        raise ValueError("channels, fields, groups: lists of objects")
    if not isinstance(document.get("address") or {}, dict):
        raise TypeError("address: an object")
    channels = list(lists[0])
    for name, kind in _SHORT.items():
        if name in document:
            channels.append({"type": kind, "value": document.pop(name)})
    return {"id": serial, **document, "channels": channels}


def _complete_event(document: dict[str, Any], serial: int, now: datetime) -> dict[str, Any]:
    return {"id": serial, "keyValue": None, "params": [], "occurred": text(now), "contactId": None, **document}


def _complete_type(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    return {"id": serial, **document}


def _complete_order(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    return {"orderId": serial, **document}


def _complete_setting(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """A setting that can be used. Raises ValueError for identifier params that are not {param, field} each."""
    value = document["value"]
    if document["name"] == IDENTIFIER_PARAMS and not (
        isinstance(value, list) and all(isinstance(each, dict) and {"param", "field"} <= each.keys() for each in value)
    ):
        raise ValueError("value: a list of {param, field}")
    return document


_PEOPLE = {
    "externalCustomerId": on("externalCustomerId"),
    "email": _emails,
    "phone": _reached_by("sms", "viber"),
    "pushToken": _reached_by("mobilepush", "webpush"),
    "contactKey": on("contactKey"),
    "field": _custom_fields,
}

COLLECTIONS = {
    "contacts": Collection(key=by("id"), indexes=_PEOPLE, complete=_complete_contact),
    "events": Collection(key=by("id"), complete=_complete_event),
    "event_types": Collection(key=by("eventTypeKey"), complete=_complete_type),
    "orders": Collection(key=by("externalOrderId"), indexes={"orderId": on("orderId")}, complete=_complete_order),
    "settings": Collection(key=by("name"), complete=_complete_setting, internal=True),
    "imports": Collection(key=by("sessionId"), internal=True),
    "deleted_contacts": Collection(key=by("id"), indexes=_PEOPLE, internal=True),
    "recent_requests": Collection(key=by("request"), indexes={"number": on("number")}, internal=True),
}


def draft_on(view: View) -> Draft:
    """A decision in the making on what the account holds."""
    return Draft(view, COLLECTIONS)


@rule("esputnik.order.one-store")
def hold_order(draft: Draft, key: str, contact_id: Any, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hold an order under its externalOrderId, whichever call it came with. It gets an orderId when it is new."""
    held = draft.get("orders", key)
    number = held["orderId"] if held else draft.next_id("orders")
    while held is None and draft.find("orders", "orderId", str(number)):
        number = draft.next_id("orders")
    order = {"orderId": number, **content, "contactId": contact_id} | {"orderId": number}
    draft.put("orders", order)
    return order


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: null is absent, a number equals itself as text, lists and objects by content."""
    if one == other:
        return not (isinstance(one, bool) ^ isinstance(other, bool))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return False
    amount = decimal(one)
    return amount is not None and amount == decimal(other)
