"""The page on rules that were exercised shows those that its filter names, without a script."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from mockservers.core.accounting.rule_coverage import RuleCoverage
from mockservers.reports.coverage import rendered
from tests.asking import VENDORS, contract


def about(rule: str, consequence: str, times: int) -> dict[str, Any]:
    origin = {"provenance": consequence, "provenance_of": {"condition": "documented", "consequence": consequence}}
    return {"rule": rule, "says": rule, "source": None, "times": times, **origin}


def test_the_filter_shows_unexercised_rules_and_the_documented_ones_among_them(chromium: Browser) -> None:
    of = [about("met", "documented", 1), about("never-documented", "documented", 0), about("never", "assumed", 0)]
    report = {
        "vendor": "a",
        "vendor_title": "A",
        "rules": 3,
        "exercised": 1,
        "of": of,
        "traceless": [],
        "operations": [],
    }
    page = chromium.new_page(java_script_enabled=False)
    page.set_content(rendered([report], "html"))

    def shown() -> set[str]:
        return {row.locator("code").inner_text() for row in page.locator("tbody tr:visible").all()}

    assert shown() == {"met", "never-documented", "never"}
    page.get_by_label("never exercised", exact=True).check()
    assert shown() == {"never-documented", "never"}
    page.get_by_label("never exercised, and documented").check()
    assert shown() == {"never-documented"}
    page.close()


def test_the_page_fits_a_window_of_1200_pixels_and_formats_code(chromium: Browser) -> None:
    reports = [RuleCoverage().to_dict(contract(vendor)) for vendor in VENDORS]
    for report in reports:
        report["operations"][0]["calls"] = 1
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    page.set_content(rendered(reports, "html"))
    assert page.locator("tbody tr").count() > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    assert "`" not in page.locator("body").inner_text()
    page.close()
