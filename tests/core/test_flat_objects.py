"""Several texts read at once say what each of them says, or nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.values.json_text import NotJson, flat_objects, loads

scraps = st.lists(
    st.sampled_from(["{", "}", "[", "]", ",", ":", '"', "\\", '"a":1', '"b":{}', "{}", "1", " ", '"c":"{"', '"d":null'])
).map("".join)
objects = st.dictionaries(
    st.sampled_from(["a", "b", "{", ":"]),
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('{}[]",\\:aé')),
).map(lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False))
repeated = st.just('{"a":1,"a":2}') | st.just('{"a":123456789012345678901234567890}')


@given(st.lists(objects | scraps | repeated, max_size=5))
def test_flat_objects_are_parsed_as_each_text_alone_or_not_at_all(texts: list[str]) -> None:
    raw = [text.encode() for text in texts]
    found = flat_objects(raw)
    if found is not None:
        assert [(value, ()) for value in found] == [(loads(text).value, loads(text).duplicates) for text in raw]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 9) | st.sampled_from("xyz"))))
def test_flat_objects_are_read(values: list[dict[str, object]]) -> None:
    texts = [json.dumps(value, separators=(",", ":")).encode() for value in values]
    assert flat_objects(texts) == (values or None)


@pytest.mark.parametrize(
    "texts",
    [
        ['{"a":1', '"b":2}', '{"c":3}'],
        ['{"a":1', '"b":2},{"c":3}'],
        ['{"a":"}', '{"}', '{"b":1},{"c":2}'],
        ['{"a":1},{"b":2}', '{"c":3', "}"],
    ],
)
def test_texts_that_are_valid_only_when_joined_are_not_read(texts: list[str]) -> None:
    with pytest.raises(NotJson):
        [loads(text.encode()) for text in texts]
    assert flat_objects([text.encode() for text in texts]) is None
