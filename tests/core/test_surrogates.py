"""Half a character is found wherever it stands, in a key too, beside whatever else JSON can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.values.surrogates import has_surrogate

TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from("\ud83d\ude00山Щ"), max_size=4)
SCALARS = TEXTS | st.none() | st.booleans() | st.floats() | st.sampled_from([2**64, -(2**70), Decimal("1.50")])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def is_half(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


@given(value=VALUES)
def test_lone_surrogates_are_found_wherever_utf_8_encoding_fails(value: Any) -> None:
    assert has_surrogate(value) == any(map(is_half, texts(value)))
