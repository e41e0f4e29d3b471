"""Documents as the store holds them are read back as they were, packed one by one or together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.values.packed_json import pack, pack_all, unpack

SCALARS = st.sampled_from([None, True, 0, 7.5, 2**64, Decimal("0.10000000000000000001"), "月結", "\ud83d", 'a"b\\'])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner), max_leaves=5
)


@given(st.lists(VALUES, max_size=4))
def test_values_that_are_packed_together_are_packed_as_one_by_one(values: list[Any]) -> None:
    packed = pack_all(values)
    assert packed == list(map(pack, values))
    assert list(map(unpack, packed)) == values
