"""The page of a server, for browsers: HTML from the same objects as the admin API.

It loads nothing from other hosts, and its Content-Security-Policy only allows its own script. Templates escape all text
of vendors and clients.
"""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from mockservers.core.admin.control import Control
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.values.json_text import dumps
from mockservers.reports.brief_text import brief
from mockservers.reports.call_line import permalink
from mockservers.reports.marked_text import marked
from mockservers.web.browser_guard import BrowserGuard
from mockservers.web.call_sender import CallSender
from mockservers.web.page import access, call, call_list, docs, history, losses, rules, tenants, trying
from mockservers.web.version import package_version

FORM_MAX, BODY_MAX = 16 * 1024 * 1024, 64 * 1024 * 1024
"""The most bytes of the fields of a form, and of a form with its files."""

_RESOURCES = ("tenant", "vendor", "operation", "checkpoint", "exchange")
"""The kinds of names in a path: an unknown one is a 404."""

_SCREENS = (
    ("/", "Losses"),
    ("/calls", "Calls"),
    ("/tenants", "Tenants"),
    ("/try", "Try"),
    ("/docs", "Docs"),
    ("/rules", "Rules"),
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page_app(
    control: Control,
    sender: CallSender,
    token: str | None,
    guard: BrowserGuard,
) -> flask.Flask:
    """Return the page's app. A token requires a login; `guard` refuses other sites.

    `sender` sends the calls of its forms.
    """
    app = flask.Flask(__name__, static_url_path="/page")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"], app.config["MAX_FORM_MEMORY_SIZE"] = BODY_MAX, FORM_MAX
    app.url_map.strict_slashes = False
    app.jinja_env.filters |= {"marked": marked, "brief": brief}
    app.jinja_env.filters["json"] = lambda value: dumps(value).decode("utf-8", "replace")
    access.admit(app, token, guard)
    losses.add(app, control)
    call_list.add(app, control)
    call.add(app, control, sender)
    tenants.add(app, control)
    history.add(app, control)
    trying.add(app, control, sender)
    rules.add(app, control)
    docs.add(app, control)
    app.after_request(_with_headers)
    app.context_processor(lambda: _common(control, token))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(UsageError, _usage_error)
    return app


def _common(control: Control, token: str | None) -> dict[str, Any]:
    return {
        "screens": _SCREENS,
        "here": flask.request.path,
        "vendors": {name: mock.contract.title for name, mock in control.mocks.items()},
        "version": package_version(),
        "permalink": permalink,
        "asks": bool(token),
    }


def _with_headers(response: flask.Response) -> flask.Response:
    response.headers.update(_HEADERS)
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def _http_error(error: HTTPException) -> tuple[str, int]:
    detail = error.description or error.name
    return flask.render_template("error.html", title=error.name, what=detail), error.code or 500


def _usage_error(error: UsageError) -> tuple[str, int]:
    status = 404 if isinstance(error, UnknownName) and error.kind in _RESOURCES else 422
    return flask.render_template("error.html", title="This cannot be done", what=str(error)), status
