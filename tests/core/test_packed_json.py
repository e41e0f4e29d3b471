"""Documents as the store holds them are read back as they were."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.values.packed_json import pack, unpack

SCALARS = st.sampled_from([None, True, 0, 7.5, 2**64, Decimal("0.10000000000000000001"), "月結", "\ud83d", 'a"b\\'])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner), max_leaves=5
)


@given(VALUES)
def test_packed_documents_are_read_back(value: Any) -> None:
    assert unpack(pack(value)) == value
