"""Plain lines are decoded into the types of their schema; every other line goes the slow way, which is the reference.

Both ways are held equal: what is accepted, what is noted, and the digest of each document.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.state.spool import Spooled
from mockservers.vendors.fanship.contents import PURCHASE, decoder_for, purchase_content
from mockservers.vendors.fanship.file_reader import FileReader
from mockservers.vendors.fanship.purchase_notes import NOTED
from mockservers.vendors.fanship.requests import purchase_reader
from tests.asking import contract

CONTRACT = contract("fanship")
PROPERTIES: dict[str, Any] = CONTRACT.resolve(PURCHASE)["properties"]

TEXTS = ['""', '"1"', '"store-001"', '"商品"', r'"\u5546\ud83d\ude00"', r'"a\"b\\c\/\n"', '":null"', '"a.0,"', '"\x7f"']
HOSTILE_TEXTS = [r'"\ud83d"', r'"\u003a"', '"\t"', r'"\x"', '"open', "'1'", '"a" "b"']
WHOLE = ["0", "1", "-2", "4900000000000", "9007199254740993", "18446744073709551615", "-9223372036854775808"]
HOSTILE_WHOLE = ["1.0", "-0", "-0.0", "01", "+1", "1e3", "18446744073709551616", "123456789012345678901234567890"]
NUMBERS = [*WHOLE, "1.5", "100.0", "2000.5", "0.1", "1e-7", "-0.0", "999999999999999.0", "123456.789"]
HOSTILE_NUMBERS = [
    *HOSTILE_WHOLE, "1.50", "1E2", "1e22", "1e15", "1000000000000000.0", "1e400", "1e-400", "0.1234567890123456789",
    "NaN", "Infinity", "1.", ".5", "0x10", "1_0",
]  # fmt: skip
DATES = [
    '"2025-11-01T00:00:00+09:00"',
    '"2025-10-31T15:00:00Z"',
    '"2025-11-01T23:59:59+09:00"',
    '"0001-01-01T00:00:00+09:00"',
]
HOSTILE_DATES = [
    '"2025-11-01t00:00:00.500z"', '"2016-12-31T23:59:60Z"', '"2017-01-01T08:59:60+09:00"', '"2025-11-01"', '""',
    '"2025-02-29T00:00:00+09:00"', '"2025-11-01T24:00:00+09:00"', '"2025-11-01T00:00:00+0900"',
    '"2025-11-01 00:00:00+09:00"', '"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59-01:00"',
    '"２０２５-11-01T00:00:00+09:00"',
]  # fmt: skip
PLAIN: dict[str, list[str]] = {"string": TEXTS, "integer": WHOLE, "number": NUMBERS, "boolean": ["true", "false"]}
ODD: dict[str, list[str]] = {"string": HOSTILE_TEXTS, "integer": HOSTILE_WHOLE, "number": HOSTILE_NUMBERS}
ANYTHING = ["null", "tru", "[]", "{}", '["a"]', '[{"key":"k"}]', '{"id":"2"}', "", *TEXTS, *NUMBERS]


def values(name: str, *, odd: bool) -> st.SearchStrategy[str]:
    """JSON texts for a field, most of them of its type."""
    kind = next((each for each in PROPERTIES.get(name, {}).get("type", ()) if each in PLAIN), "string")
    kind = "string" if name == "id" else kind
    plain = DATES if name == "order_date" else PLAIN[kind]
    if not odd:
        return st.sampled_from([*plain, "null"] if name != "id" else [each for each in plain if each != '""'])
    hostile = HOSTILE_DATES if name == "order_date" else ODD.get(kind, [])
    return st.sampled_from([*plain, *hostile, *ANYTHING])


NAMES = st.lists(st.sampled_from([*PROPERTIES, "promotion_id", "colour", r"\u0074ax"]), unique=True, max_size=6)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Lines of one file, most of them with the same keys."""
    names = ["id", *(name for name in draw(NAMES) if name != "id")]
    plain_only = draw(st.booleans())
    compact = draw(st.booleans())
    made = []
    for _ in range(draw(st.integers(1, 4))):
        keys = draw(st.permutations(names)) if not plain_only and draw(st.booleans()) else list(names)
        if not plain_only and draw(st.booleans()):
            keys += draw(st.lists(st.sampled_from([*names, "tax"]), max_size=2))
        pairs = [f'"{key}"' + (":" if compact else ": ") + draw(values(key, odd=not plain_only)) for key in keys]
        made.append("{" + ("," if compact else ", ").join(pairs) + "}")
    return made


def digested(by: FileReader, text: bytes) -> tuple[Any, ...]:
    digest = by.digest(Spooled.of(text))
    return digest.columns, digest.lines, digest.unusable, digest.items, digest.notes


@given(lines())
def test_the_fast_decoder_finds_what_the_slow_one_finds(texts: list[str]) -> None:
    text = "\n".join(texts).encode("utf-8", "surrogatepass")
    decoder_for.cache_clear()  # it compiles decoders for so many sets of keys and no more
    slow = purchase_reader(CONTRACT)
    slow._add_typed = slow._add_flat = lambda digest, batch: False  # type: ignore[method-assign]
    assert digested(purchase_reader(CONTRACT), text) == digested(slow, text)


def decoded(*texts: str | bytes) -> bool:
    lines = [text.encode() if isinstance(text, str) else text for text in texts]
    return decoder_for(CONTRACT, PURCHASE, NOTED).decode(lines) is not None


@pytest.mark.parametrize("options", [{"separators": (",", ":")}, {}, {"ensure_ascii": False}])
@pytest.mark.parametrize("tax", [10, 10.0, 10.5, None])
@pytest.mark.parametrize("order_date", ["2025-11-01T00:00:00+09:00", "2025-10-31T15:00:00.5Z", None])
def test_a_plain_line_is_decoded_fast_in_any_notation(
    options: dict[str, Any], tax: float | None, order_date: str | None
) -> None:
    line = {"tax": tax, "item_name": '商品: "1"', "id": "1", "order_date": order_date, "subscription": False}
    text = json.dumps(line, **options)
    assert decoded(text, text)
    typed = decoder_for(CONTRACT, PURCHASE, NOTED).decode([text.encode()])
    assert typed is not None
    assert typed.leaves == [purchase_content(line, CONTRACT).leaves]


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"1","tax":1,"tax":2}',
        '{"id":"1","tax":1,"tax":1}',
        r'{"id":"1","item_name":"\u003a","item_name":"a"}',
        '{"id":"1","jan_code":123456789012345678901}',
        '{"id":"1","tax":0.1234567890123456789}',
        '{"id":"1","colour":"red"}',
        '{"id":"1","property":[]}',
        '{"id":"1","promotion_id":null}',
        '{"id":""}',
        '{"id":"1","quantity":1.0}',
        '{"id":"1","order_date":"2025-11-01"}',
        b'{"id":"\xff"}',
        '{"id":"1"}{"id":"2"}',
        "[1]",
    ],
)
def test_a_line_that_needs_a_finding_is_decoded_slowly(line: str | bytes) -> None:
    assert not decoded(line)
    assert not decoded('{"id":"1"}', line)
