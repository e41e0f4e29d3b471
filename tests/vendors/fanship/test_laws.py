"""What is sent again whole is not lost. `test_naive_model.py` has the rest of what holds for days of uploads."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.vendors.fanship.fanship_tenant import FanshipTenant

Line = dict[str, Any]

lines = st.fixed_dictionaries({"id": st.sampled_from("abc")}, optional={"quantity": st.sampled_from([1, 2, None])})
files = st.lists(lines, min_size=1, max_size=4)


def last_of_each_id(sent: list[Line]) -> list[Line]:
    kept = {line["id"]: number for number, line in enumerate(sent)}
    return [sent[number] for number in sorted(kept.values())]


@given(files, st.sampled_from([0, 1]))
def test_a_day_sent_again_whole_loses_nothing(sent: list[Line], hours: int) -> None:
    fanship, whole = FanshipTenant(), last_of_each_id(sent)
    for _ in range(3):
        fanship.upload("20260115", *whole)
        fanship.advance(hours=hours)
    fanship.advance(days=2)
    fanship.upload("20260115", *whole)
    fanship.advance(days=2)
    assert fanship.silent == 0
    assert fanship.items["sent"] == 4 * len(whole)
