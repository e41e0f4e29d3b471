"""Access to the page: requests from other sites are refused, and beyond loopback the admin token is required."""

from __future__ import annotations

import hashlib
import hmac

import flask
from werkzeug.wrappers import Response

from mockservers.web.browser_guard import BrowserGuard

COOKIE = "mockservers_token"
_OPEN = ("/page/login", "/page/page.css", "/page/page.js", "/page/icon.svg")


def admit(app: flask.Flask, token: str | None, guard: BrowserGuard) -> None:
    """Refuse what the guard refuses, except links. With a token, require a login."""

    def check() -> flask.Response | Response | None:
        if refused := guard.refusal(flask.request.environ, links=True):
            text = f"Refused: {refused.detail}\n"
            return flask.Response(text, refused.status, content_type="text/plain; charset=utf-8")
        if token is None or flask.request.path in _OPEN or logged_in(token):
            return None
        return flask.redirect("/page/login", 303)

    def login() -> str | Response | tuple[str, int]:
        if flask.request.method == "GET" or token is None:
            return flask.render_template("login.html", wrong=False)
        if not hmac.compare_digest(flask.request.form.get("token", "").encode(), token.encode()):
            return flask.render_template("login.html", wrong=True), 401
        response = flask.redirect("/", 303)
        response.set_cookie(COOKIE, _proof(token), httponly=True, samesite="Strict", secure=flask.request.is_secure)
        return response

    app.before_request(check)
    app.add_url_rule("/page/login", "login", login, methods=["GET", "POST"])


def logged_in(token: str) -> bool:
    """Whether the request has a valid login cookie."""
    return hmac.compare_digest(flask.request.cookies.get(COOKIE, "").encode(), _proof(token).encode())


def _proof(token: str) -> str:
    return hmac.new(token.encode(), b"mockservers page", hashlib.sha256).hexdigest()
