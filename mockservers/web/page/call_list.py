"""The list of calls, newest first, with a filter. The page's script updates it."""

from __future__ import annotations

from datetime import UTC, datetime

import flask

from mockservers.core.admin.control import Control
from mockservers.web.page.gathering import Filter, newest_calls

SHOWN = 100
"""The most calls on a page."""


def add(app: flask.Flask, control: Control) -> None:
    """Add the screen."""

    @app.get("/calls")
    def calls() -> str:
        args = flask.request.args
        chosen = Filter(args.get("vendor", ""), args.get("tenant", ""), args.get("text", ""), args.get("only", ""))
        found_calls = newest_calls(control, chosen, SHOWN)
        for each in found_calls:
            each["time"] = datetime.fromtimestamp(each["began"], UTC).astimezone().strftime("%H:%M:%S")
        return flask.render_template(
            "calls.html", calls=found_calls, chosen=chosen, most=SHOWN, filtered=chosen != Filter()
        )
