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
    """Whether a stored channel contains all of a sent one. Email addresses compare case-insensitively."""
    if not isinstance(stored, dict) or stored.get("type") != channel["type"]:
        return False
    value = str(stored.get("value"))
    same_email = channel["type"] == "email" and value.lower() == channel["value"].lower()
    return contains({**stored, "value": channel["value"]} if same_email else stored, channel)


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
