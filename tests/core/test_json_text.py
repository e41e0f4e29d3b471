"""JSON text in and out: total over bytes, exact over values, and nothing that a parser drops goes unseen."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockservers.core.values.json_text import NotJson, dumps, escape, loads, pointer, reloads

# -- values ---------------------------------------------------------------------------------------------------------


def _stays_apart(text: str) -> bool:
    """Two surrogates that make a pair are read as the one character that they stand for, so no parser gives two."""
    return text == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


texts = st.text() | st.text(alphabet=st.sampled_from('a:"\\/~ \x00\x1f é商😀\ud800\udfff,{}[]')).filter(_stays_apart)
numbers = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
@example([2**64, 1e22, "\ud800"])
@example({"a": {}, "": [0.1, -0.0, 2**63, -(2**63) - 1]})
def test_values_are_read_back_with_their_types(value: Any) -> None:
    assert repr(loads(dumps(value)).value) == repr(value)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(plain)
def test_json_is_written_compactly_and_in_order(value: Any) -> None:
    assert dumps(value).decode() == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_text_is_written_as_it_is() -> None:
    assert dumps({"名前": "Олена 😀"}) == '{"名前":"Олена 😀"}'.encode()


def test_a_lone_surrogate_is_written_escaped() -> None:
    assert dumps(["\ud800"]) == b'["\\ud800"]'


# -- any bytes ------------------------------------------------------------------------------------------------------

fragments = st.lists(
    st.sampled_from([bytes([byte]) for byte in b'{}[],:"-1 \n\xff'])
    | st.sampled_from([b'"a":', b"{}", b"1e400", b"NaN", b"null", b"\\u003a", b"\\ud800", b"\xef\xbb\xbf"])
    | st.sampled_from([b"9" * 20, b"9" * 5_000, b"[" * 300])
).map(b"".join)


def parsed(raw: bytes) -> Any:
    """The value, or the reason why there is none. Whatever else is raised fails the test."""
    try:
        return loads(raw).value
    except NotJson as reason:
        return reason


@given(st.binary() | fragments)
def test_any_bytes_either_parse_or_are_refused_as_not_json(raw: bytes) -> None:
    found = parsed(raw)
    if isinstance(found, NotJson):
        assert re.fullmatch(r"[^\n]+", str(found))
    else:
        assert found == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[1,]", ""),
        (b"{'a': 1}", ""),
        (b'"tab\there"', ""),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"1e400", "beyond the range of a double"),
        (b"[1e400, {}]", "beyond the range of a double"),
        (b"9" * 5_000, ""),
        (b'"\xff"', "not UTF-8 at byte 1"),
        ('"ü"'.encode("latin-1"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        (gzip.compress(b'{"a": 1}', mtime=0), "compressed with gzip"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
        (b"[" * 201 + b"]" * 201, "nested deeper than 200 levels"),
        (b"[" * 201 + b"1" + b"]" * 201, "nested deeper than 200 levels"),
        (b'{"a":' * 201 + b"1" + b"}" * 201, "nested deeper than 200 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 200 levels"),
        (b"[" * 100_000, ""),
    ],
)
def test_invalid_json_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(NotJson, match=reason or None):
        loads(raw)


def test_nesting_is_accepted_up_to_two_hundred_levels() -> None:
    raw = b"[" * 200 + b"1" + b"]" * 200
    assert dumps(loads(raw).value) == raw


@pytest.mark.parametrize("space", [b"", b" "])
def test_only_the_depth_of_nesting_is_limited_and_not_the_number_of_lists_and_objects(space: bytes) -> None:
    def wide(levels: int) -> bytes:
        return b"[" + b'{"a":%s[]},' % space * 1_000 + b"[" * (levels - 1) + b"]" * (levels - 1) + b"]"

    assert loads(wide(200)).value[:2] == [{"a": []}, {"a": []}]
    with pytest.raises(NotJson, match="nested deeper than 200 levels"):
        loads(wide(201))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"18446744073709551615", 2**64 - 1),
        (b"18446744073709551616", 2**64),
        (b"-9223372036854775809", -(2**63) - 1),
        (b'{"jan_code": 123456789012345678901234567890}', {"jan_code": 123456789012345678901234567890}),
        (b'"\\ud800"', "\ud800"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"1e-400", Decimal("1E-400")),
        (b' \t\r\n{"a" : 1}\n', {"a": 1}),
    ],
)
def test_large_numbers_surrogates_and_white_space_are_read_without_loss(raw: bytes, value: Any) -> None:
    assert repr(loads(raw).value) == repr(value)


# -- keys given twice -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Members:
    """An object as its text has it: keys may stand twice."""

    pairs: list[tuple[str, Any]]


keys = st.sampled_from(["a", "b", "a/b", "~", ":", "é", ""])
texts_with_repeats = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["", ":", "::", "x:y"]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(keys, inner), max_size=4).map(Members),
    max_leaves=15,
)


def written(node: Any) -> str:
    if isinstance(node, Members):
        return "{" + ",".join(f"{json.dumps(key)}: {written(value)}" for key, value in node.pairs) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(written, node)) + "]"
    return json.dumps(node)


def read(node: Any, at: str, lost: list[tuple[str, Any]]) -> Any:
    """The value for a parser that keeps the last value of a repeated key, and the values that it drops."""
    if isinstance(node, list):
        return [read(item, f"{at}/{index}", lost) for index, item in enumerate(node)]
    if not isinstance(node, Members):
        return node
    made: dict[str, Any] = {}
    for key, item in node.pairs:
        place = f"{at}/{escape(key)}"
        value = read(item, place, lost)
        if key in made:
            lost.append((place, made[key]))
        made[key] = value
    return made


@given(texts_with_repeats, st.booleans())
def test_of_a_key_given_twice_the_last_value_wins_and_the_others_are_reported(node: Any, escaped: bool) -> None:
    raw = written(node)
    if escaped:
        raw = raw.replace('":"', '"\\u003a"')
    lost: list[tuple[str, Any]] = []
    value = read(node, "", lost)
    found = loads(raw.encode())
    assert found.value == value
    assert list(found.duplicates) == lost


def test_a_key_that_is_spelt_differently_is_the_same_key() -> None:
    assert loads(b'{"a": 1, "\\u0061": 2}').duplicates == (("/a", 1),)


# -- pointers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ((), ""),
        (("orders", 9, "email"), "/orders/9/email"),
        (("a/b", "m~n", ""), "/a~1b/m~0n/"),
        (("~1",), "/~01"),
    ],
)
def test_a_pointer_is_written_by_rfc_6901(tokens: tuple[str | int, ...], expected: str) -> None:
    assert pointer(*tokens) == expected


WRITABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(WRITABLE)
@example({"a": 2**64, "b": "9" * 19})
@example(["\ud800", -(2**63) - 1])
def test_written_values_are_read_back_completely(value: object) -> None:
    assert reloads(dumps(value)) == loads(dumps(value)).value == value


@pytest.mark.parametrize("value", [Decimal("1E+4000"), Decimal("34" + "0" * 307 + ".5"), Decimal("-1E-400"), 10**400])
def test_a_number_of_our_own_is_read_back_however_large_it_is(value: Any) -> None:
    assert reloads(dumps({"sum": [value]})) == {"sum": [value]}


@pytest.mark.parametrize("raw", [b"1e400", b"[-1E+4000]", b'{"a": 1e999999999}'])
def test_a_received_number_beyond_the_range_of_doubles_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJson, match="beyond the range of a double"):
        loads(raw)
