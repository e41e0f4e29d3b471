"""The requirements of eSputnik's code on the contract's schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_AMOUNT = {"type": ["string", "number"]}
_TEXTS_OR_NULL = {"type": ["array", "null"], "items": _TEXT}
_SCHEMAS = "#/components/schemas/"
_CHANNELS: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "object", "required": ["type", "value"], "properties": {"type": _TEXT, "value": _TEXT}},
}
_CONTACT: Mapping[str, Any] = {
    "channels": _CHANNELS,
    "address": {"type": ["object", "null"]},
    "fields": {"type": ["array", "null"], "items": {"type": "object", "required": ["id"]}},
    "id": {"type": ["integer", "null"]},
    "externalCustomerId": _TEXT_OR_NULL,
    "contactKey": _TEXT_OR_NULL,
}
_DEDUPE_ON = ["email", "sms", "push", "email_or_sms", "id", "externalCustomerId", "fieldId"]
_CONTACT_FIELDS = [
    *("firstName", "lastName", "contactKey", "ordersInfo", "languageCode", "timeZone", "externalCustomerId"),
    *("email", "sms", "mobilepush", "webpush"),
    *("address", "town", "region", "postcode"),
]
_EVENT = {"eventTypeKey": _TEXT, "keyValue": _TEXT_OR_NULL}

_SEARCH = "#/paths/~1v1~1contacts/get/parameters"

NEEDS: Mapping[str, Mapping[str, Any]] = {
    **{f"{_SEARCH}/{index}/schema": {"type": "integer", "default": True} for index in (5, 6)},
    f"{_SCHEMAS}Event": {
        "type": "object",
        "required": ["eventTypeKey"],
        "properties": {**_EVENT, "params": {"type": ["array", "null"]}},
    },
    f"{_SCHEMAS}Params": {
        "items": {"type": "object", "required": ["name", "value"], "properties": {"name": _TEXT, "value": {}}},
    },
    f"{_SCHEMAS}PastEvents": {
        "type": "object",
        "envelope": [],
        "required": ["events"],
        "properties": {"events": {"type": "array", "items": {"type": "object"}}},
    },
    f"{_SCHEMAS}PastEvent": {
        "required": ["eventTypeKey"],
        "properties": {**_EVENT, "params": {"type": ["array", "null"]}, "occurred": {}},
    },
    f"{_SCHEMAS}Occurred": _TEXT,
    f"{_SCHEMAS}OrderUpdated": {
        "required": ["externalOrderId"],
        "properties": {"externalOrderId": _AMOUNT, "totalCost": _AMOUNT, "status": _TEXT, "date": _TEXT},
    },
    f"{_SCHEMAS}EventOrderItem": {
        "type": "object",
        "properties": {"quantity": _AMOUNT, "cost": _AMOUNT},
    },
    f"{_SCHEMAS}Orders": {
        "type": "object",
        "envelope": [],
        "required": ["orders"],
        "properties": {"orders": {"type": "array"}},
    },
    f"{_SCHEMAS}Order": {
        "type": "object",
        "required": ["externalOrderId", "status", "date", "currency"],
        "properties": {
            "externalOrderId": _TEXT,
            "status": _TEXT,
            "date": {**_TEXT, "format": "date-time-or-iso8601"},
            "currency": _TEXT,
            "externalCustomerId": _TEXT_OR_NULL,
            "email": _TEXT_OR_NULL,
            "phone": _TEXT_OR_NULL,
        },
    },
    f"{_SCHEMAS}Contact": {"type": "object", "properties": _CONTACT},
    f"{_SCHEMAS}ContactUpdate": {"type": "object", "properties": _CONTACT},
    f"{_SCHEMAS}SubscribeContact": {
        "type": "object",
        "envelope": ["subscriptions"],
        "required": ["contact"],
        "properties": {"contact": {"type": "object"}, "groups": _TEXTS_OR_NULL, "formType": _TEXT_OR_NULL},
    },
    f"{_SCHEMAS}ContactsBulkUpdate": {
        "type": "object",
        "envelope": [],
        "required": ["contacts", "dedupeOn"],
        "properties": {
            "contacts": {"type": "array"},
            "dedupeOn": {"type": "string", "enum": _DEDUPE_ON},
            "fieldId": {"type": ["integer", "null"]},
            "contactFields": {"type": ["array", "null"], "items": {"type": "string", "enum": _CONTACT_FIELDS}},
            "customFieldsIDs": {"type": ["array", "null"]},
            "groupNames": _TEXTS_OR_NULL,
            "groupNamesExclude": _TEXTS_OR_NULL,
            "restoreDeleted": {"type": ["boolean", "null"]},
            "eventKeyForNewContacts": _TEXT_OR_NULL,
        },
    },
}
