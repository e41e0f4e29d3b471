"""The account's time zone, a fixed offset of the contract's."""

from __future__ import annotations

from datetime import timedelta, timezone

from mockservers.core.draft import Draft
from mockservers.core.rules import rule


@rule("esputnik.time.account-zone")
def account_zone(draft: Draft) -> timezone:
    """The zone of dates and times that name none."""
    offset: str = draft.value("esputnik.time.account-zone", "zone")
    hours, minutes = offset[1:].split(":")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if offset.startswith("-") else ahead)
