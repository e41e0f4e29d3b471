"""What calls exercised of a vendor's rules: by findings, by refusals, by forks; and the longest list that was sent."""

from __future__ import annotations

import json
from typing import Any

from mockservers.core.accounting.rule_coverage import RuleCoverage
from mockservers.reports import coverage
from mockservers.vendors import load_contract
from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import VENDORS
from tests.control.shop import Shop

MOST = "zangsho.batch.most-items"


def batch(count: int) -> dict[str, Any]:
    return {"customers": [{"email": f"顧客{number}@example.com"} for number in range(count)]}


def of(report: dict[str, Any], rule: str) -> dict[str, Any]:
    (zangsho,) = [each for each in report["vendors"] if each["vendor"] == "zangsho"]
    (about,) = [each for each in zangsho["of"] if each["rule"] == rule]
    assert zangsho["exercised"] == sum(1 for each in zangsho["of"] if each["times"])
    assert zangsho["rules"] == len(zangsho["of"])
    return dict(about)


def calls(report: dict[str, Any]) -> dict[str, int]:
    """The called operations, each with its number of calls."""
    (zangsho,) = [each for each in report["vendors"] if each["vendor"] == "zangsho"]
    return {each["operation"]: each["calls"] for each in zangsho["operations"] if each["calls"]}


def test_a_call_without_a_tenant_exercises_no_operation() -> None:
    with MockApp(Serving(vendors=("zangsho",), demo=False)) as mock_app:
        shop = Shop(mock_app)
        shop.control.delete_tenant(shop.id)
        assert shop.send().status == 401
        assert calls(mock_app.control.coverage()) == {}
        assert of(mock_app.control.coverage(), "zangsho.auth.token")["times"] == 1


def test_item_101_exercises_the_limit_of_100() -> None:
    mock_app = MockApp(Serving(vendors=("zangsho",), demo=False))
    mock_app.start()
    try:
        shop, other = Shop(mock_app), Shop(mock_app)
        assert shop.send(batch(100)).status == 200
        about = of(shop.control.coverage(shop.id), MOST)
        assert (about["times"], about["limit"], about["longest"]) == (0, 100, 100)
        assert shop.send(batch(101)).status == 422
        assert of(shop.control.coverage(shop.id), MOST)["times"] == 1
        assert of(shop.control.coverage(shop.id), MOST)["longest"] == 101
        assert of(other.control.coverage(other.id), MOST)["longest"] == 0
        shop.control.delete_tenant(shop.id)
        everything = other.control.coverage()
        assert of(everything, MOST)["times"] == 1
        assert of(everything, "zangsho.request.unavailable")["times"] == 0
        other.plan({"effect": "unavailable"})
        assert other.send().status == 503
        assert of(other.control.coverage(), "zangsho.request.unavailable")["times"] == 1
        assert calls(other.control.coverage(other.id)) == {"importCustomers": 1}
        assert calls(other.control.coverage()) == {"importCustomers": 3}
    finally:
        mock_app.stop()


def test_every_rule_is_counted_or_listed_as_untraceable() -> None:
    for name in VENDORS:
        contract = load_contract(name)
        report = RuleCoverage().to_dict(contract)
        counted = [about["rule"] for about in report["of"]]
        assert sorted([*counted, *report["traceless"]]) == sorted(contract.rules)
        assert report["rules"] == len(counted)


def provenance(condition: str, consequence: str) -> dict[str, Any]:
    return {"provenance": consequence, "provenance_of": {"condition": condition, "consequence": consequence}}


def report(times: int, longest: int = 0) -> dict[str, Any]:
    one = {"rule": "a.b.c", "says": "<b>一百</b>", "source": "https://a.example/"}
    two = {"rule": "a.b.d", "says": "most", "source": None, "limit": 2, "longest": longest}
    one |= provenance("documented", "documented")
    two |= provenance("documented", "assumed")
    rules = [{**one, "times": times}, {**two, "times": 0}]
    return {
        "vendor": "zangsho",
        "vendor_title": "Zangsho",
        "rules": 2,
        "exercised": int(times > 0),
        "of": rules,
        "traceless": ["a.b.e"],
        "operations": [
            {"operation": "sendIt", "method": "POST", "path": "/it", "calls": times, "rules": ["a.b.c", "a.b.d"]},
            {"operation": "askIt", "method": "GET", "path": "/it", "calls": 0, "rules": []},
        ],
    }


def test_coverage_of_several_workers_adds_up() -> None:
    (total,) = coverage.summed([report(0, 3), report(2, 1), report(1)])
    assert [about["times"] for about in total["of"]] == [3, 0]
    assert total["of"][1]["longest"] == 3
    assert total["exercised"] == 1
    assert [each["calls"] for each in total["operations"]] == [3, 0]
    assert coverage.percent([total]) == 50


def test_vendors_that_were_sent_nothing_do_not_count() -> None:
    assert coverage.percent([report(0)]) == 0
    assert coverage.percent([report(0), report(1)]) == 50
    assert "Nothing was sent" in coverage.rendered([report(0)], "text")


def test_a_report_comes_as_text_json_and_html() -> None:
    reports = [report(1, 3)]
    text = coverage.rendered(reports, "text")
    assert "a.b.d  most  (condition documented, consequence assumed)" in text
    assert "Zangsho: 1 of 2 operations called\n  sendIt  POST /it  1 call, 1 of its 2 rules exercised" in text
    assert "  never called: askIt" in text
    assert "Zangsho: 1 more rules describe every answer." in text
    assert "longest 3, limit 2: exceeded" in text
    assert json.loads(coverage.rendered(reports, "json"))["vendors"] == reports
    html = coverage.rendered(reports, "html")
    assert "&lt;b&gt;一百&lt;/b&gt;" in html
    assert "<b>" not in html
    assert 'href="https://a.example/"' in html
    assert "<li><code>a.b.e</code></li>" in html
    assert "<li><code>askIt</code> GET <code>/it</code> never called</li>" in html
    assert '<tr class="met"><td><code>a.b.c' in html
    assert '<tr class="never undocumented"><td><code>a.b.d' in html
