"""The pattern of durations in the admin API's document accepts what the server accepts, by any stock validator."""

from __future__ import annotations

from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockservers.core.contract.admin_api import FILE
from mockservers.core.values.clock import is_duration
from tests.web.administering import Admin

DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SCHEMA: dict[str, Any] = DOCUMENT["components"]["schemas"]["Duration"]
STOCK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
ALSO_STOCK = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)

numbers = st.sampled_from(["0", "1", "01", "90", "1.5", "1.", ".5", "1,5", "-1", ""])
parts = st.tuples(numbers, st.sampled_from("WDHMSYwdhmsT"))
near = st.lists(parts, max_size=5).map(lambda pairs: "".join(number + unit for number, unit in pairs))
heads = st.sampled_from(["P", "PT", "p", "P1DT", "T", ""])
texts = st.builds(str.__add__, heads, near) | st.text("PT1.5DWHMS \u0661", max_size=8)


@given(texts)
@example("P1M")
@example("P1Y")
@example("PT1.5S")
@example("P1W2D")
@example("PT1H2S")
@example("PT")
@example("P")
@example("pt1s")
@example("P\u0661D")
@settings(max_examples=500)
def test_the_pattern_accepts_what_the_clock_accepts(text: str) -> None:
    assert STOCK.is_valid(text) == ALSO_STOCK.is_valid(text) == is_duration(text)


@pytest.fixture(scope="module")
def admin() -> Admin:
    found = Admin(vendors=("fanship",))
    found.json("POST", "/tenants", {"vendor": "fanship", "id": "mine", "frozen": True})
    return found


@pytest.mark.parametrize(
    "text", ["P1M", "P1Y", "PT1.5S", "P1W2D", "PT1H2S", "PT", "P", "pt1s", "P\u0661D", "PT0.5M", "P1D\n"]
)
def test_the_server_answers_400_exactly_when_the_pattern_refuses_the_text(admin: Admin, text: str) -> None:
    status = admin.ask("POST", "/tenants/mine/clock", {"advance": text}).status_code
    assert (status == 400) is not ALSO_STOCK.is_valid(text)
    assert status in (200, 400)


def test_no_schema_of_the_document_has_the_stock_format() -> None:
    assert "format: duration" not in FILE.read_text("utf-8")
