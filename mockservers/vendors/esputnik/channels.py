"""The channels of a contact: email addresses, phone numbers, push tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import contains
from mockservers.vendors.esputnik.object_update import unstated, updated

PHONE_CHANNELS = ("sms", "viber")
"""The types of channels whose values are phone numbers."""


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


def channel_contains(stored: Any, channel: Mapping[str, Any]) -> bool:
    """Whether a stored channel contains all of a sent one. Email addresses compare case-insensitively."""
    if not isinstance(stored, dict) or not is_same_channel(stored, channel):
        return False
    return contains({**stored, "value": channel["value"]}, channel)


def is_same_channel(stored: Mapping[str, Any], channel: Mapping[str, Any]) -> bool:
    """Whether two channels have the same type and value. Email addresses compare case-insensitively."""
    if stored.get("type") != channel["type"]:
        return False
    value, other = str(stored.get("value")), str(channel["value"])
    return value.lower() == other.lower() if channel["type"] == "email" else value == other


def updated_channels(contact: Mapping[str, Any], sent: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return sent channels, each with the other fields of the contact's channel of the same type and value."""
    stored = [channel for channel in contact.get("channels") or () if isinstance(channel, dict)]
    return [updated(next((known for known in stored if is_same_channel(known, each)), None), each) for each in sent]


def unsent_parts(stored: Mapping[str, Any], channel: Mapping[str, Any]) -> list[str]:
    """What a stored channel has and a sent one has not, such as `mobilepush.device.appId`."""
    name = str(channel["type"])
    return list(unstated({name: stored}, {name: channel}))


def in_sent_order(sent: Iterable[Mapping[str, Any]], channels: Iterable[Any]) -> list[Any]:
    """Return a contact's channels: those that were not sent, then the sent ones in the order of the request."""
    remaining, placed = list(channels), []
    for channel in sent:
        index = next((index for index, stored in enumerate(remaining) if channel_contains(stored, channel)), None)
        if index is not None:
            placed.append(remaining.pop(index))
    return [*remaining, *placed]


def excess_channels(draft: Draft, sent: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return (type, count) of the first channel type of which a contact has too many."""
    counts = Counter(channel["type"] for channel in sent.get("channels") or ())
    limit = draft.value("esputnik.contact.two-channels", "most")
    return next(((channel_type, count) for channel_type, count in counts.items() if count > limit), None)
