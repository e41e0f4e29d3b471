"""What the kit says to somebody who wrote an exporter from the page: each defect, with the page and its section."""

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
SAID = [
    ("omnisegment", "nothing-silent", "transaction_status PLACED is not one of SUCCESS, ", "data object"),
    ("omnisegment", "complete", "missing    order O-1", "data object"),
    ("fanship", "nothing-silent", "price is not in the upload schema: lost in 1 line", "不正なリクエスト"),
    (
        "fanship",
        "days",
        "a later upload of business day 20251102 on the same reception day replaces it",
        "利用方法",
    ),
    ("esputnik", "nothing-silent", "is not of the form YYYY-MM-ddTHH:mm:ss, and the order is ignored", "orderCreated"),
    ("esputnik", "complete", "missing    order O-1", "orderCreated"),
    ("zangsho", "order", "the customer does not exist, and must exist before its orders", "匯入順序"),
    ("zangsho", "nothing-silent", "1 order did not arrive, and the exporter did not notice.", "匯入順序"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("vendor", "name", "said", "section"), SAID, ids=[f"{each[0]}-{each[1]}" for each in SAID])
def test_a_defect_is_named_with_the_page_and_section_that_define_it(
    vendor: str, name: str, said: str, section: str
) -> None:
    export: Any = getattr(newcomers, vendor)
    report = run(vendor, export, profile="default", seed=1, only=[name])

    assert not report.holds
    message = report.results[0].message
    assert said in message
    assert re.search(
        rf"\((condition )?documented(, consequence assumed)?: {re.escape(PAGE[vendor])}, [^)]*{re.escape(section)}",
        message,
    ), message


@pytest.mark.thorough
def test_every_failed_property_shows_its_evidence_and_the_fix() -> None:
    for vendor in PAGE:
        report: Report = run(vendor, getattr(newcomers, vendor), profile="quick", seed=3, shrink=False)
        broken = [result for result in report.results if not result.holds]
        assert broken
        for result in broken:
            rule, call = rf"^ +{vendor}\.[a-z.-]+ \([a-z-]+", r"^  (no call named|call \d+ sent|.* was named by call)"
            assert re.search(f"{rule}|{call}", result.message, re.MULTILINE), result.message
            assert "\n  do   " in result.message
