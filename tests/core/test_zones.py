"""Time zones by name and by offset: what they are ahead of UTC, at an instant or by their own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.values.instants import Instant
from mockservers.core.values.zones import ahead, offset, zone


@given(st.integers(-23, 23), st.integers(0, 59))
def test_a_zone_by_offset_is_ahead_of_utc_by_that_offset(hours: int, minutes: int) -> None:
    written = f"{hours:+03}:{minutes:02}"
    length = (1 if hours >= 0 else -1) * timedelta(hours=abs(hours), minutes=minutes)
    assert zone(written).utcoffset(None) == length
    assert ahead(written, Instant.of(datetime(2026, 1, 15, tzinfo=UTC))) == length
    assert offset(length) == written.replace(":", "") or length == timedelta()


@pytest.mark.parametrize("wrong", ["mars", "+9:00", "+24:00", "+08:99", "0900", "+0900", "Asia", "../x", "", None, 9])
def test_an_invalid_time_zone_is_an_error(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"is not a time zone\. Give an IANA name such as Asia/Tokyo, or an offset"):
        zone(wrong)


@pytest.mark.parametrize(
    ("name", "moment", "hours"),
    [
        ("Europe/Kyiv", datetime(2026, 1, 15, tzinfo=UTC), 2),
        ("Europe/Kyiv", datetime(2026, 7, 15, tzinfo=UTC), 3),
        ("Europe/Kyiv", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 2),
        ("Europe/Kyiv", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3),
        ("Europe/Kyiv", datetime(2026, 3, 29, 2, 59), 2),  # noqa: DTZ001 - by Kyiv's own clock
        ("Europe/Kyiv", datetime(2026, 3, 29, 4, 0), 3),  # noqa: DTZ001 - by Kyiv's own clock
        ("Asia/Tokyo", datetime(2026, 7, 15, tzinfo=UTC), 9),
        ("UTC", datetime(2026, 7, 15, tzinfo=UTC), 0),
    ],
)
def test_a_zone_by_name_has_the_offset_of_that_instant(name: str, moment: datetime, hours: int) -> None:
    assert ahead(name, Instant.of(moment)) == timedelta(hours=hours)


@given(st.integers(-(10**9), 10**10), st.booleans())
def test_a_zone_has_an_offset_at_every_instant(minute: int, zoned: bool) -> None:
    assert abs(ahead("America/St_Johns", Instant(minute, Decimal(0), zoned))) < timedelta(days=1)
