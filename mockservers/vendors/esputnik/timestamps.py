"""Dates and times in the account's time zone, as the contract names it."""

from __future__ import annotations

from datetime import tzinfo

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.instants import Instant, instant
from mockservers.core.values.zones import ahead, zone


def account_zone(draft: Draft) -> tzinfo:
    """The zone of dates and times that name none."""
    return zone(_name(draft))


def instant_of(draft: Draft, text: str) -> Instant | None:
    """The instant that a date and time names, in the account's zone where it names none; None for another text."""
    parsed = instant(text, "iso8601")
    return None if parsed is None else parsed.taken_at(ahead(_name(draft), parsed))


def _name(draft: Draft) -> str:
    name: str = draft.value("esputnik.time.account-zone", "zone")
    return name
