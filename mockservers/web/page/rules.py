"""The rules of the vendors: browse, search, and see which ones the calls to this server have exercised."""

from __future__ import annotations

import flask

from mockservers.core.admin.control import Control
from mockservers.core.contract.provenance import label


def add(app: flask.Flask, control: Control) -> None:
    """Add the screen."""

    @app.get("/rules")
    def rules() -> str:
        args = flask.request.args
        vendor, text, only = args.get("vendor", ""), args.get("text", ""), args.get("only", "")
        times = {about["rule"]: about["times"] for report in control.coverage()["vendors"] for about in report["of"]}
        found = [
            (mock.contract.title, rule, label(rule.provenance_of), times.get(rule.id))
            for name, mock in control.mocks.items()
            if vendor in ("", name)
            for rule in mock.contract.rules.values()
            if text.casefold() in f"{rule.id} {rule.says} {rule.reason}".casefold()
            and (only != "exercised" or times.get(rule.id))
            and (only != "never" or times.get(rule.id) == 0)
            and (only != "readings" or rule.reading)
            and (only != "assumed" or rule.provenance == "assumed")
        ]
        return flask.render_template("rules.html", rules=found, vendor=vendor, text=text, only=only)
