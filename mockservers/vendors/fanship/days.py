"""The days of an upload, in Japan's time zone: reception day, time of ingestion, and limits on the business day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.zones import zone

_NEXT_MORNING = "fanship.ingestion.next-morning"


def is_far(draft: Draft, business_day: str) -> bool:
    """Return whether a business day is further from today than the rule's values allow."""
    rule_id = "fanship.path.far-business-day"
    days_ahead = (date.fromisoformat(business_day) - _today(draft)).days
    return not -int(draft.value(rule_id, "days_back")) <= days_ahead <= int(draft.value(rule_id, "days_ahead"))


def reception_day(draft: Draft) -> date:
    """Return the reception day of an upload: today.

    Under the reading `until-ingestion`, an upload before the hour of ingestion belongs to the day before.
    """
    is_before_ingestion = draft.now.astimezone(_zone(draft)).time() < _hour(draft)
    if is_before_ingestion and draft.reading("fanship.ingestion.reception-day") == "until-ingestion":
        return _today(draft) - timedelta(days=1)
    return _today(draft)


def ingestion_time(draft: Draft, received: date) -> datetime:
    """Return when the uploads of a reception day are ingested: the next morning."""
    return datetime.combine(received + timedelta(days=1), _hour(draft), _zone(draft))


def _today(draft: Draft) -> date:
    return draft.now.astimezone(_zone(draft)).date()


def _hour(draft: Draft) -> time:
    return time.fromisoformat(draft.value(_NEXT_MORNING, "hour"))


def _zone(draft: Draft) -> tzinfo:
    return zone(draft.value(_NEXT_MORNING, "zone"))
