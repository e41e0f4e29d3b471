"""Custom fields: declared by the organisation, flat among the other keys, of the type that was declared.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.omnisegment.importing import TAKEN, Importing, message

LIMIT = "omnisegment.custom-field.text-limit"
DECLARED = [
    {"name": "purchase_custom_text", "type": "string", "of": "purchase"},
    {"name": "purchase_custom_number", "type": "number", "of": "purchase"},
    {"name": "purchase_custom_date", "type": "date", "of": "purchase"},
    {"name": "purchase_custom_datetime", "type": "datetime", "of": "purchase"},
    {"name": "campaign", "type": "string", "of": "voucher"},
]
EXAMPLE: dict[str, Any] = {
    "purchase_custom_text": "text",
    "purchase_custom_number": 1,
    "purchase_custom_date": "2077-01-01",
    "purchase_custom_datetime": "2077-01-01T00:00:00+08:00",
}


@pytest.mark.rule("omnisegment.custom-field.types")
def test_the_example_of_the_page_is_kept_where_its_fields_are_declared() -> None:
    omnisegment = Importing(custom_fields=DECLARED)
    assert omnisegment.order(**EXAMPLE).reply.body == TAKEN
    assert {name: omnisegment.orders[0][name] for name in EXAMPLE} == EXAMPLE
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_without_the_declaration_they_are_unknown_keys() -> None:
    omnisegment = Importing()
    assert omnisegment.order(mode=0, **EXAMPLE).reply.body == TAKEN
    assert omnisegment.silent == len(EXAMPLE)
    assert set(omnisegment.silent_rules) == {"omnisegment.request.unknown-key"}


@pytest.mark.rule("omnisegment.custom-field.types")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purchase_custom_text", 5),
        ("purchase_custom_number", "1"),
        ("purchase_custom_number", True),
        ("purchase_custom_date", "2077-02-30"),
        ("purchase_custom_date", "2077/01/01"),
        ("purchase_custom_datetime", "tomorrow"),
        ("purchase_custom_datetime", 1721008283),
    ],
)
def test_a_value_of_another_type_loses_the_order(name: str, value: Any) -> None:
    omnisegment = Importing(custom_fields=DECLARED)
    assert message(omnisegment.order(**{name: value})).startswith("Input Error: ")
    assert omnisegment.order(mode=0, **{name: value}).reply.body == TAKEN
    assert omnisegment.silent_rules == ["omnisegment.custom-field.types"]


@pytest.mark.rule(LIMIT)
@pytest.mark.parametrize("letter", ["a", "文", "ї", "😀"])
def test_text_has_at_most_256_characters(letter: str) -> None:
    omnisegment = Importing(custom_fields=DECLARED)
    assert omnisegment.order(purchase_custom_text=letter * 256).reply.body == TAKEN
    answer = omnisegment.order(purchase_custom_text=letter * 257)
    assert message(answer) == "Input Error: purchase_custom_text exceeds 256 characters"
    assert omnisegment.rules("refused") == {LIMIT}


@pytest.mark.rule(LIMIT)
def test_longer_text_is_cut_where_that_is_the_reading() -> None:
    omnisegment = Importing(custom_fields=DECLARED, readings={LIMIT: "truncate"})
    omnisegment.order(mode=0, purchase_custom_text="文" * 300)
    assert omnisegment.orders[0]["purchase_custom_text"] == "文" * 256
    assert omnisegment.silent_rules == [LIMIT]


@pytest.mark.rule("omnisegment.custom-field.empty")
def test_an_empty_value_is_passed_over() -> None:
    omnisegment = Importing(custom_fields=DECLARED)
    omnisegment.order(purchase_custom_number="", purchase_custom_text="")
    assert "purchase_custom_number" not in omnisegment.orders[0]
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.custom-field.types")
@pytest.mark.parametrize("empty", ["", None])
def test_vouchers_have_custom_fields_of_their_own(empty: str | None) -> None:
    omnisegment = Importing(custom_fields=DECLARED)
    birthday, other = {"voucher_name": "生日禮", "campaign": "週年慶"}, {"voucher_name": "б", "campaign": empty}
    omnisegment.order(voucher=[birthday, other])
    assert omnisegment.orders[0]["voucher"] == [
        {"voucher_name": "生日禮", "campaign": "週年慶"},
        {"voucher_name": "б"},
    ]
    assert omnisegment.order(voucher=[{"voucher_name": "生日禮", "campaign": 5}]).reply.status == 400
    omnisegment.order(campaign="週年慶")
    assert omnisegment.rules("ignored") == {"omnisegment.request.unknown-key"}
