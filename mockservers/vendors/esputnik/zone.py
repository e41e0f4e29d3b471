"""The account's time zone, as the contract names it."""

from __future__ import annotations

from datetime import tzinfo

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.values.zones import zone


@rule("esputnik.time.account-zone")
def account_zone(draft: Draft) -> tzinfo:
    """The zone of dates and times that name none."""
    return zone(draft.value("esputnik.time.account-zone", "zone"))
