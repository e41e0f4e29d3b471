"""The channels of a contact: email addresses, phone numbers, push tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import contains

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
    """Whether a channel of a contact holds all that another one says. Email addresses compare without their case."""
    if not isinstance(stored, dict) or stored.get("type") != channel["type"]:
        return False
    value = str(stored.get("value"))
    same_email = channel["type"] == "email" and value.lower() == channel["value"].lower()
    return contains({**stored, "value": channel["value"]} if same_email else stored, channel)


def in_sent_order(sent: Iterable[Mapping[str, Any]], channels: Iterable[Any]) -> list[Any]:
    """A contact's channels, those that are sent behind the others and in the order in which they are sent."""
    remaining, placed = list(channels), []
    for channel in sent:
        index = next((index for index, one in enumerate(remaining) if channel_contains(one, channel)), None)
        if index is not None:
            placed.append(remaining.pop(index))
    return [*remaining, *placed]


def excess_channels(draft: Draft, sent: Mapping[str, Any]) -> tuple[str, int] | None:
    """(type, how many) of the first type of which a contact has too many channels."""
    counts = Counter(channel["type"] for channel in sent.get("channels") or ())
    most = draft.value("esputnik.contact.two-channels", "most")
    return next(((kind, count) for kind, count in counts.items() if count > most), None)
