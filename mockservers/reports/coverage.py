"""Which operations of the vendors were called, and which rules were exercised, as text, JSON and HTML.

The input is the result of `RuleCoverage.to_dict`. `operation_coverage` has the part about operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

from mockservers.core.contract.provenance import label, weaker
from mockservers.core.errors import UsageError
from mockservers.core.values.json_text import dumps
from mockservers.reports import operation_coverage
from mockservers.reports.marked_text import marked

Reports = Sequence[Mapping[str, Any]]
FORMATS = ("text", "json", "html")

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24 }
h2 { margin: 2rem 0 .25rem } code { font-size: .9em; overflow-wrap: anywhere } meter { width: 12rem }
table { border-collapse: collapse; width: 100% } th { text-align: left }
td, th { border-bottom: 1px solid #d8dee4; padding: .3rem .75rem .3rem 0; vertical-align: top }
.never td:first-child::before { content: "\\2717  "; color: #b42318 }
.met td:first-child::before { content: "\\2713  "; color: #1a7f37 }
fieldset { border: 0; padding: 0; margin: 1rem 0 } legend { float: left; padding: 0 } label { margin-left: 1rem }
body:has(#never:checked) .met, body:has(#documented:checked) :is(.met, .undocumented) { display: none }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e6edf3 } td, th { border-color: #30363d }
  a { color: #6cb6ff } }
"""

_FILTER = (
    "<fieldset><legend>Show</legend>"
    '<label><input type="radio" name="show" id="all" checked> all rules</label>'
    '<label><input type="radio" name="show" id="never"> never exercised</label>'
    '<label><input type="radio" name="show" id="documented"> never exercised, and documented</label></fieldset>'
)
"""The filter of the page, which works with CSS alone: the page runs no script."""


def summed(reports: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One report per vendor, summed over several tenants, workers or servers."""
    sums: dict[str, dict[str, Any]] = {}
    for report in reports:
        total = sums.setdefault(report["vendor"], {**report, "of": [], "operations": []})
        total["of"] = _merged(total["of"], report["of"])
        total["operations"] = operation_coverage.merged(total["operations"], report["operations"])
        total["rules"] = len(total["of"])
        total["exercised"] = sum(1 for rule in total["of"] if rule["times"])
    return list(sums.values())


def _merged(first: Iterable[Mapping[str, Any]], second: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rules = {rule["rule"]: dict(rule) for rule in first}
    for rule in second:
        merged_rule = rules.setdefault(rule["rule"], {**rule, "times": 0})
        merged_rule["times"] += rule["times"]
        if "longest" in rule:
            merged_rule["longest"] = max(rule["longest"], merged_rule["longest"])
    return list(rules.values())


def used(reports: Reports) -> list[Mapping[str, Any]]:
    """The reports of vendors that received a call."""
    return [report for report in reports if report["exercised"] or any(each["calls"] for each in report["operations"])]


def percent(reports: Reports) -> float:
    """The share of rules that was exercised, of the vendors that received a call; 0 if none did."""
    rules = sum(report["rules"] for report in used(reports))
    return 100 * sum(report["exercised"] for report in used(reports)) / rules if rules else 0.0


def rendered(reports: Reports, report_format: str) -> str:
    """Coverage reports in one of `FORMATS`."""
    match report_format:
        case "text":
            return text(reports)
        case "json":
            return dumps({"vendors": list(reports)}).decode()
        case "html":
            return html(reports)
        case _:
            raise UsageError(
                f"Unknown format of a coverage report: {report_format!r}. Available: {', '.join(FORMATS)}."
            )


def text(reports: Reports) -> str:
    """One line per vendor; then its operations, its limits, and each rule that was never exercised, with its page."""
    if not used(reports):
        return "Nothing was sent to any vendor, so no rule was exercised."
    lines = [f"{'vendor':12} {'rules':>6} {'exercised':>10}"]
    lines += [
        f"{report['vendor_title']:12} {report['rules']:6} {report['exercised']:10} {_share(report):4.0f} %"
        for report in used(reports)
    ]
    for report in used(reports):
        lines += operation_coverage.text(report)
        lines += _limits(report)
        never = [rule for rule in report["of"] if not rule["times"]]
        if never:
            lines += ["", f"{report['vendor_title']}: never exercised"]
            lines += [f"  {rule['rule']}  {rule['says']}  ({_origin(rule)})" for rule in never]
        lines += ["", _traceless(report)]
    return "\n".join(lines)


def _limits(report: Mapping[str, Any]) -> list[str]:
    limited = [rule for rule in report["of"] if "limit" in rule]
    lines = [f"  {rule['rule']}  {_about_limit(rule)}" for rule in limited if rule["longest"]]
    return ["", f"{report['vendor_title']}: longest lists", *lines] if lines else []


def _about_limit(rule: Mapping[str, Any]) -> str:
    verdict = "exceeded" if rule["longest"] > rule["limit"] else "never exceeded"
    return f"longest {rule['longest']}, limit {rule['limit']}: {verdict}"


def _traceless(report: Mapping[str, Any]) -> str:
    number = f"{len(report['traceless'])} more rules describe every answer"
    return f"{report['vendor_title']}: {number}. They cannot be counted."


def _share(report: Mapping[str, Any]) -> float:
    return 100 * float(report["exercised"]) / float(report["rules"])


def _origin(rule: Mapping[str, Any]) -> str:
    provenance = label(rule["provenance_of"])
    return f"{provenance}, {rule['source']}" if rule["source"] else provenance


def html(reports: Reports) -> str:
    """A self-contained page: one table per vendor, with the rules that were never exercised first."""
    parts = [_section(report) for report in used(reports)] or ["<p>Nothing was sent to any vendor.</p>"]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rules exercised: {percent(reports):.0f} %</title><style>{_STYLE}</style></head>"
        f"<body><h1>Rules that were exercised: {percent(reports):.0f} %</h1>{_FILTER}{''.join(parts)}</body></html>\n"
    )


def _section(report: Mapping[str, Any]) -> str:
    rows = sorted(report["of"], key=lambda rule: bool(rule["times"]))
    return (
        f"<h2>{escape(report['vendor_title'])}</h2><p>{report['exercised']} of {report['rules']} rules "
        f'<meter max="100" value="{_share(report):.1f}"></meter> {_share(report):.0f} %</p>'
        f"{operation_coverage.html(report)}"
        '<table><thead><tr><th scope="col">Rule</th><th scope="col">What it says</th><th scope="col">From</th>'
        f'<th scope="col">Calls</th></tr></thead><tbody>{"".join(map(_row, rows))}</tbody></table>'
        f"<details><summary>{escape(_traceless(report))}</summary><ul>"
        f"{''.join(f'<li><code>{escape(name)}</code></li>' for name in report['traceless'])}</ul></details>"
    )


def _row(rule: Mapping[str, Any]) -> str:
    sentence = marked(rule["says"])
    if "limit" in rule:
        sentence += Markup("<br><small>{}</small>").format(_about_limit(rule))
    origin = escape(label(rule["provenance_of"]))
    if rule["source"]:
        origin = f'<a href="{escape(rule["source"])}">{origin}</a>'
    state = "met" if rule["times"] else "never"
    if weaker(rule["provenance_of"]) != "documented":
        state += " undocumented"
    return (
        f'<tr class="{state}"><td><code>{escape(rule["rule"])}</code></td><td>{sentence}</td><td>{origin}</td>'
        f"<td>{rule['times'] or 'never'}</td></tr>"
    )
