"""The formats that contracts name, and how equal amounts and instants are known to be equal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.formats import FORMATS, decimal

GOOD = {
    "date-time": [
        "2020-01-01T00:00:00+09:00",
        "2020-01-01t00:00:00z",
        "2020-01-01T00:00:00.123456789Z",
        "2020-02-29T23:59:59-12:00",
        "2016-12-31T23:59:60Z",
        "2017-01-01T08:59:60+09:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59Z",
    ],
    "iso8601": [
        "2025-11-01",
        "2025-11-01T09:51",
        "2025-11-01 09:51:23",
        "2025-11-01T09:51:23+0800",
        "2025-11-01T09:51:23+08:00",
        "2025-11-01T09:51:23+08",
        "2025-11-01T09:51:23.5Z",
        "2025-11-01T09:51:23,5",
    ],
    "local-date-time": ["2020-05-14T10:11:00", "2020-02-29T00:00:00"],
    "date": ["2020-02-29", "0001-01-01"],
    "yyyymmdd": ["20200229", "20251231"],
    "email": ["a@b", "a.b+c@example.com", "名@例え.jp", "a@b-c.d"],
    "decimal": ["0", "1990.00", "-5", "00.10"],
    "uuid": ["14c4765a-b331-43a6-b15c-09de1aa3e24f", "14C4765A-B331-43A6-B15C-09DE1AA3E24F"],
}
BAD = {
    "date-time": [
        "2020-01-01",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00+0900",
        "2020-01-01 00:00:00Z",
        "2021-02-29T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:00:60Z",
        "2020-01-01T00:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "２０２０-01-01T00:00:00Z",
        "2020-01-01T00:00:00Z\n",
    ],
    "iso8601": ["", "01.11.2025", "2025-11", "2025-11-31", "2025-11-01T9:51", "2025-11-01T09:51:23+8", "20251101"],
    "local-date-time": ["2020-05-14T10:11:00Z", "2020-05-14 10:11:00", "2020-02-30T10:11:00", "2020-05-14T10:11"],
    "date": ["2020-02-30", "20200229", "2020-2-9", "2020-W01-1"],
    "yyyymmdd": ["20200230", "2020-02-29", "2020022", "202002290", "２０２００２２９", "_all"],
    "email": ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b..c", "a@.b", "a@b c", "<a@b>", "a@b\n"],
    "decimal": ["", "1e3", "1,5", ".5", "5.", "+5", "NaN", "１", "1 "],
    "uuid": ["14c4765a", "14c4765ab33143a6b15c09de1aa3e24f", "14c4765a-b331-43a6-b15c-09de1aa3e24g"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts])
def test_what_is_of_a_format_passes(name: str, text: str) -> None:
    assert FORMATS[name](text)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_what_is_not_of_a_format_does_not(name: str, text: str) -> None:
    assert not FORMATS[name](text)


def test_every_format_is_in_both_tables() -> None:
    assert GOOD.keys() == BAD.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text())
def test_any_text_is_of_a_format_or_is_not(name: str, text: str) -> None:
    assert FORMATS[name](text) in (True, False)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (100, "100"),
        (100.0, "100.0"),
        ("100.00", "100"),
        (" 5 ", "5"),
        (0.1, "0.1"),
        (2**70, str(2**70)),
        (-5, "-5"),
    ],
)
def test_an_amount_is_what_its_number_or_text_states(value: object, amount: str) -> None:
    assert decimal(value) == Decimal(amount)


@pytest.mark.parametrize("value", [True, None, "", "five", "NaN", "Infinity", [], {}, float("inf")])
def test_what_states_no_amount_is_none(value: object) -> None:
    assert decimal(value) is None
