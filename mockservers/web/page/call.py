"""One call: request and response, raw and decoded with marked keys, and actions on it."""

from __future__ import annotations

from collections.abc import Mapping

import flask
from werkzeug.wrappers import Response

from mockservers.core.accounting.at_risk import OtherReading
from mockservers.core.accounting.journal import Exchange
from mockservers.core.accounting.sent_body import decoded
from mockservers.core.admin.control import Control
from mockservers.core.contract.provenance import label
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.reports.call_line import permalink
from mockservers.reports.snippets.curl import curl
from mockservers.reports.snippets.pytest_file import pytest_file
from mockservers.reports.snippets.sample import sample_of
from mockservers.reports.snippets.vitest_file import vitest_file
from mockservers.web.call_sender import CallSender
from mockservers.web.page.body_view import Marks, lines_of
from mockservers.web.page.gathering import answered, findings_by_exchange, tenant_of
from mockservers.web.page.places import all_places
from mockservers.web.page.trial import credentials_of, expectation

_HELD = ("kept", "updated", "pending")


def add(app: flask.Flask, control: Control, sender: CallSender) -> None:
    """Add the screen and its form."""

    @app.get("/calls/<vendor>/<path:tenant>/<int:number>")
    def call(vendor: str, tenant: str, number: int) -> str:
        mock, holder = control.mock(vendor), tenant_of(control, vendor, tenant)
        with holder.lock:
            exchange = holder.journal.exchange(number)
            call_findings = findings_by_exchange(holder).get(number, [])
        summary = answered(mock, holder, exchange, call_findings).to_dict()
        findings = [each.to_dict(mock.contract) for each in call_findings]
        operation = mock.contract.operations.get(exchange.operation)
        is_held = any(summary["items"].get(outcome) for outcome in _HELD)
        mask = Mask(holder.credentials, (each.name for each in mock.contract.credentials))
        shown = mask.call({**exchange.to_dict(), "path": exchange.path})
        sent = decoded(shown["request"])
        placed = [{**each, "where": all_places(each, sent)} for each in findings]
        marks = Marks(placed, operation.items if operation else "", kept=is_held)
        return flask.render_template(
            "call.html",
            call=summary,
            exchange=shown,
            cut=exchange.cut,
            operation=operation,
            request_parts=[(part, *lines_of(part, marks)) for part in sent],
            response_parts=[(part, *lines_of(part, Marks([], "", kept=False))) for part in decoded(shown["response"])],
            findings=[
                {**each, "rule_says": one.of_rule.says, "label": label(one.of_rule.provenance_of),
                 "section": one.of_rule.source.get("section", "")}
                for each, one in zip(placed, call_findings, strict=True)
            ],
            others=_by_rule(exchange, holder.readings),
            rules=mock.contract.rules,
            snippets=_snippets(mock, holder, exchange, mask),
            secrets="secrets" in flask.request.args,
        )  # fmt: skip

    @app.post("/calls/<vendor>/<path:tenant>/<int:number>/again")
    def again(vendor: str, tenant: str, number: int) -> Response:
        exchange = tenant_of(control, vendor, tenant).journal.exchange(number)
        return flask.redirect(permalink(sender.again(vendor, exchange).to_dict()), 303)


def _snippets(mock: Mock, holder: Tenant, exchange: Exchange, mask: Mask) -> dict[str, str]:
    """Return the call as texts to copy, by name. Tests use the credentials of their fixture."""
    if exchange.cut:
        return {}
    name, url = mock.vendor.name, flask.request.host_url.rstrip("/")
    credentials = credentials_of(mock, holder, exchange)
    sample = sample_of(name, exchange, credentials, mask, expectation(mock, holder, exchange))
    shown = sample_of(name, exchange, {}, None) if "secrets" in flask.request.args else sample
    return {"curl": curl(shown, url), "pytest": pytest_file(sample), "Vitest": vitest_file(sample)}


def _by_rule(exchange: Exchange, chosen: Mapping[str, str]) -> dict[str, tuple[str, list[OtherReading]]]:
    """Return the results under other readings, by rule, with the choice at the time."""
    rules: dict[str, tuple[str, list[OtherReading]]] = {}
    for other in exchange.others:
        rules.setdefault(other.rule, (chosen.get(other.rule, ""), []))[1].append(other)
    return rules
