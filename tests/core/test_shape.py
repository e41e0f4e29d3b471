"""Which keys of a value a schema does not know: lists of plain objects are looked at as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.contract.validation import Shape

INNER = Shape({"a": Shape()}, free=False)
ITEM = Shape({"a": Shape(), "free": Shape(), "inner": INNER, "list": Shape(items=INNER)}, free=False)
SHAPE = Shape({"items": Shape(items=ITEM), "any": Shape(items=Shape())}, free=False)

LEAVES = st.sampled_from([None, 1, "a", "unknown"])
NAMES = st.sampled_from(["a", "free", "inner", "list", "unknown"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
PLAIN_ITEMS = st.lists(st.dictionaries(st.sampled_from(["a", "free"]), VALUES), max_size=3)


def unknown(shape: Shape, value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The same, key by key."""
    if isinstance(value, dict) and not shape.free:
        for key, item in value.items():
            if key in shape.properties:
                yield from unknown(shape.properties[key], item, (*at, key))
            else:
                yield (*at, key), item
    if isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            yield from unknown(shape.items, item, (*at, index))


@given(st.fixed_dictionaries({"items": PLAIN_ITEMS | st.lists(VALUES, max_size=4), "any": VALUES}))
def test_unknown_keys_of_a_list_are_the_unknown_keys_of_its_items(value: dict[str, Any]) -> None:
    assert SHAPE.unknown(value) == list(unknown(SHAPE, value))
