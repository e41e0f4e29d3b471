"""The collections of an eSputnik account, and their indexes.

- contacts: id, channels [{type, value}], externalCustomerId, contactKey, names, address, fields, groups
- events: id, eventTypeKey, keyValue, params, occurred, contactId (null for an event without a contact)
- event_types: id, eventTypeKey, and what an account can set on a type: identifier {param, field},
  validation [{name, required}], segmentation (false switches it off)
- orders: orderId, externalOrderId, contactId, and everything that was sent, as it was sent
- settings: name, value; `identifier_params`, a list of {param, field}, are those of the "Events" tab, in their order;
  `mobile_sdk_revenue` lists the statuses that count as revenue for orders with `mobileSdk: true`
- rfm_orders, revenue_orders: those of the orders that count (see reports); not stored
- imports: sessionId, status, timestamp, mapping (internal)
- event_keys: key, event; the first event of each type and key, so that no look-up grows with what is held (internal)
- deleted_contacts, recent_requests (internal)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mockservers.core.deciding.document_keys import keys_of
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Collection, Document, by, on
from mockservers.core.deciding.view import View
from mockservers.core.values.clock import text
from mockservers.vendors.esputnik.channels import PHONE_CHANNELS, channel_values
from mockservers.vendors.esputnik.reports import SDK_SETTING, revenue_orders, rfm_orders, sdk_statuses
from mockservers.vendors.esputnik.scalars import as_text, is_non_text_scalar

IDENTIFIER_PARAMS = "identifier_params"
"""The setting with the account's own identifier params."""
_SHORT_NAMES = {"email": "email", "phone": "sms", "sms": "sms"}
"""Short names in a seeded contact, and the channel types that they stand for."""


def _channel_index(*types: str) -> Callable[[Document], Iterable[str]]:
    return lambda contact: dict.fromkeys(channel_values(contact, *types))


def _emails(contact: Document) -> Iterable[str]:
    return dict.fromkeys(value.lower() for value in channel_values(contact, "email"))


def _custom_fields(contact: Document) -> Iterable[str]:
    fields = contact.get("fields")
    pairs = (field for field in fields if isinstance(field, dict)) if isinstance(fields, list) else ()
    return dict.fromkeys(custom_field_key(field.get("id"), as_text(field.get("value"))) for field in pairs)


def custom_field_key(field_id: Any, value: str) -> str:
    """The key of a custom field's value, as text, in the index `field`."""
    return f"{field_id}={value}"


def _complete_contact(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    """Complete a seeded contact. Raises ValueError or TypeError for a list or an address of the wrong shape."""
    lists = [document.get(name) or [] for name in ("channels", "fields", "groups")]
    if not all(isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in lists):
        raise ValueError("channels, fields, groups: lists of objects")
    if not isinstance(document.get("address") or {}, dict):
        raise TypeError("address: an object")
    channels = list(lists[0])
    for name, channel_type in _SHORT_NAMES.items():
        if name in document:
            channels.append({"type": channel_type, "value": document.pop(name)})
    return {"id": serial, **document, "channels": channels}


def _complete_event(document: dict[str, Any], serial: int, now: datetime) -> dict[str, Any]:
    return {"id": serial, "keyValue": None, "params": [], "occurred": text(now), "contactId": None, **document}


def _complete_type(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    return {"id": serial, **document}


def _complete_order(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    return {"orderId": serial, **document}


def _complete_setting(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """Check a seeded setting. Raises ValueError for an unknown one and for a wrong value."""
    value, is_valid = document["value"], _IS_VALID.get(document["name"])
    if is_valid is None:
        raise ValueError(f"name: one of {', '.join(_IS_VALID)}")
    if not isinstance(value, list) or not all(map(is_valid, value)):
        raise ValueError(f"value of {document['name']}: a list of {_ELEMENTS[document['name']]}")
    return document


_IS_VALID: Mapping[str, Callable[[Any], bool]] = {
    IDENTIFIER_PARAMS: lambda each: isinstance(each, dict) and {"param", "field"} <= each.keys(),
    SDK_SETTING: lambda each: isinstance(each, str),
}
_ELEMENTS = {IDENTIFIER_PARAMS: "{param, field}", SDK_SETTING: "statuses"}


def _settings(view: View) -> list[dict[str, Any]]:
    """The account's own settings, or else all settings with their defaults."""
    defaults = {
        IDENTIFIER_PARAMS: view.value("esputnik.identifier.names", "names"),
        SDK_SETTING: sdk_statuses(view),
    }
    settings = list(view.each("settings"))
    return settings or [{"name": name, "value": value} for name, value in defaults.items()]


def _order_key(order: Document) -> str:
    """The key of an order. 7, 7.0 and the text 7 are one key; true is the text true."""
    key = order["externalOrderId"]
    return as_text(key) if is_non_text_scalar(key) else str(key)


_CONTACT_INDEXES = {
    "externalCustomerId": on("externalCustomerId"),
    "email": _emails,
    "phone": _channel_index(*PHONE_CHANNELS),
    "pushToken": _channel_index("mobilepush", "webpush"),
    "contactKey": on("contactKey"),
    "field": _custom_fields,
}
_CONTACT = (*_SHORT_NAMES, "subscriptions", "emailStatus")
_EVENT = ("id", "eventTypeKey", "keyValue", "params", "occurred", "contactId")
_EVENT_TYPE = ("id", "eventTypeKey", "identifier", "validation", "segmentation")
COLLECTIONS = {
    "contacts": Collection(
        key=by("id"),
        indexes=_CONTACT_INDEXES,
        complete=_complete_contact,
        keys=keys_of("#/components/schemas/Contact", "#/components/schemas/ContactUpdate", added=_CONTACT),
        schemas=("#/components/schemas/Contact", "#/components/schemas/ContactUpdate"),
    ),
    "events": Collection(key=by("id"), complete=_complete_event, keys=keys_of(added=_EVENT)),
    "event_keys": Collection(key=by("key"), internal=True),
    "event_types": Collection(key=by("eventTypeKey"), complete=_complete_type, keys=keys_of(added=_EVENT_TYPE)),
    # An order may have any key: the account keeps every param of the event that creates one.
    "orders": Collection(key=_order_key, indexes={"orderId": on("orderId")}, complete=_complete_order),
    "settings": Collection(
        key=by("name"), complete=_complete_setting, derived=_settings, keys=keys_of(added=("name", "value"))
    ),
    "rfm_orders": Collection(key=by("externalOrderId"), derived=rfm_orders, stored=False),
    "revenue_orders": Collection(key=by("externalOrderId"), derived=revenue_orders, stored=False),
    "imports": Collection(key=by("sessionId"), internal=True),
    "deleted_contacts": Collection(key=by("id"), indexes=_CONTACT_INDEXES, internal=True),
    "recent_requests": Collection(key=by("request"), indexes={"number": on("number")}, internal=True),
}


def draft_on(view: View) -> Draft:
    """Start a decision on the account's state."""
    return Draft(view, COLLECTIONS)
