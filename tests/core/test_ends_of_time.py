"""A clock can be set from one end of the calendar to the other, and every vendor still answers there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.values.clock import EARLIEST, LATEST
from tests.asking import VENDORS, Asking
from tests.pages import held
from tests.traffic import sendings

MOMENTS = {"first": EARLIEST, "a day after the first": EARLIEST + timedelta(days=1), "last": LATEST}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("vendor", VENDORS)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_vendor_answers_at_the_ends_of_a_clock_and_plans_what_is_due_later(
    vendor: str, moment: object, data: st.DataObject
) -> None:
    """If this fails, a rule adds to or takes from a moment more than the year that a clock keeps from the end."""
    asking = Asking(vendor)
    asking.tenant = asking.mock.create(now=moment, frozen=True)  # type: ignore[arg-type]
    asking.tenant.replace_state(held(vendor))
    calls = data.draw(st.lists(sendings(vendor), min_size=1, max_size=4))
    for call in calls:
        answer = asking.mock.handle(call.about, call.path, call.by(asking.tenant.credentials))
        assert 200 <= answer.reply.status < 500
    for job in asking.tenant.due:
        with suppress(UsageError):  # where it is due after the last moment
            asking.tenant.advance_to_next(job.name)
    assert asking.tenant.ledger.items["sent"] == sum(
        count for kind, count in asking.tenant.ledger.items.items() if kind != "sent"
    )
    assert len(asking.tenant.journal) <= len(calls), "one without credentials is nobody's"
