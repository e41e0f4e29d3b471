"""Dates and times in the account's time zone, as the contract names it."""

from __future__ import annotations

from datetime import tzinfo

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.instants import Instant, instant
from mockservers.core.values.zones import ahead, zone


def account_zone(draft: Draft) -> tzinfo:
    """The zone of dates and times without an offset."""
    return zone(_zone_name(draft))


def instant_of(draft: Draft, text: str) -> Instant | None:
    """Parse a date and time, in the account's zone if it has no offset. None for any other text."""
    parsed = instant(text, "date-time-or-iso8601")
    return None if parsed is None else parsed.taken_at(ahead(_zone_name(draft), parsed))


def _zone_name(draft: Draft) -> str:
    name: str = draft.value("esputnik.time.account-zone", "zone")
    return name
