"""What the kit tells somebody who wrote an exporter from the page: each real defect, with the page and its section."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockservers.testing.conformance import Report, run
from tests.conformance import newcomers

PAGE = {
    "omnisegment": "https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API",
    "fanship": "https://docs.fanship.jp/integration-api-v1/upload_purchases.html",
    "esputnik": "https://esputnik.com/support/peredacha-dannyh-resursom-v1event",
    "zangsho": "https://developers.zangsho.com/guides/data-import",
}
TOLD = [
    ("omnisegment", "nothing-silent", "transaction_status PLACED is none of ['SUCCESS', ", "data object"),
    ("omnisegment", "complete", "missing    order O-1", "data object"),
    ("fanship", "nothing-silent", "price is not in the upload schema: lost in 1 line(s)", "不正なリクエスト"),
    (
        "fanship",
        "days",
        "a later upload of business day 20251102 on the same reception day takes its place",
        "利用方法",
    ),
    ("esputnik", "nothing-silent", "is not of the form YYYY-MM-ddTHH:mm:ss, and the order is ignored", "orderCreated"),
    ("esputnik", "complete", "missing    order O-1", "orderCreated"),
    ("zangsho", "order", "the customer is not there, and has to be before its orders", "匯入順序"),
    ("zangsho", "nothing-silent", "1 order(s) did not arrive, and the exporter did not notice.", "匯入順序"),
]


@pytest.mark.parametrize(("vendor", "name", "told", "section"), TOLD, ids=[f"{each[0]}-{each[1]}" for each in TOLD])
def test_a_defect_is_told_with_the_page_and_section_that_it_rests_on(
    vendor: str, name: str, told: str, section: str
) -> None:
    export: Any = getattr(newcomers, vendor)
    report = run(vendor, export, profile="default", seed=3, only=[name])

    assert not report.holds
    message = report.results[0].message
    assert told in message
    assert re.search(
        rf"\((condition )?documented(, consequence assumed)?: {re.escape(PAGE[vendor])}, [^)]*{re.escape(section)}",
        message,
    ), message


def test_every_property_that_breaks_says_which_rule_it_rests_on_and_what_to_do() -> None:
    for vendor in PAGE:
        report: Report = run(vendor, getattr(newcomers, vendor), profile="quick", seed=3, shrink=False)
        broken = [result for result in report.results if not result.holds]
        assert broken
        for result in broken:
            assert re.search(rf"^ +{vendor}\.[a-z.-]+ \([a-z-]+", result.message, re.MULTILINE), result.message
            assert "\n  do   " in result.message
