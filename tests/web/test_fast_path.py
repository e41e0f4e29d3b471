"""The short way of plain calls, and Flask's: the same answers, and the same account of them."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import cast

import flask
import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from mockservers.core.exchange.decision import Reply
from mockservers.core.tenancy.tenant import Answer
from mockservers.testing.server import MockServer
from mockservers.web import create_app
from mockservers.web.fast_path import STATUSES, FastPath
from mockservers.web.request_parsing import VendorRequest
from tests.asking import VENDORS
from tests.listeners.passing import Answered, Asked, by_wsgi, seen

LENGTHS = {"none": None, "no number": "abc", "too long": "999", "too short": "3", "full-width": "１２"}


@contextmanager
def hooked(app: flask.Flask) -> Iterator[None]:
    """An app with a hook that does nothing: all of its calls go by Flask."""
    hooks = app.before_request_funcs.setdefault(None, [])
    hooks.append(lambda: None)
    try:
        yield
    finally:
        app.before_request_funcs.clear()


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.expect_loss("*")
def test_the_fast_path_and_flask_answer_and_account_for_a_call_alike(mock_server: MockServer, vendor: str) -> None:
    app = cast(FastPath, mock_server.mock_app.gateway._by_prefix[vendor]).flask_app

    def by_flask(server: MockServer, vendor: str, asked: Asked) -> Answered:
        with hooked(app):
            return by_wsgi(server, vendor, asked)

    assert seen(mock_server, vendor, by_wsgi) == seen(mock_server, vendor, by_flask)


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_a_body_of_the_wrong_length_is_treated_alike_on_both_paths(length: str | None) -> None:
    app = create_app("zangsho")

    def answered() -> tuple[str, bytes]:
        builder = EnvironBuilder(path="/v1/customers", method="POST", content_type="application/json")
        environ = {**builder.get_environ(), "wsgi.input": io.BytesIO(b'{"email": "a@example.com"}')}
        environ.pop("CONTENT_LENGTH", None)
        environ |= {"HTTP_AUTHORIZATION": "Bearer wrong"} | ({"CONTENT_LENGTH": length} if length else {})
        chunks, status, _ = run_wsgi_app(app, environ, buffered=True)
        return status, b"".join(chunks)

    plain = answered()
    with hooked(app):
        assert answered() == plain


def test_a_plain_call_creates_no_flask_request(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app("esputnik")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Flask was asked")

    monkeypatch.setattr(VendorRequest, "__init__", refuse)
    answer = app.test_client().post("/api/v1/event", json={}, auth=("any", "nobody's key"))
    assert answer.status_code == 401


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_line_is_as_flask_writes_it(status: int) -> None:
    assert STATUSES[status] == flask.Response(status=status).status


def test_simultaneous_first_calls_create_one_flask_app() -> None:
    made: list[flask.Flask] = []

    def make() -> flask.Flask:
        made.append(flask.Flask("slow"))
        time.sleep(0.05)
        return made[-1]

    path = FastPath([], 0, lambda *_: Answer(Reply(200)), lambda _: None, make)
    environ = EnvironBuilder(path="/").get_environ()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: run_wsgi_app(path, dict(environ))[1], range(8)))
    assert (len(made), set(statuses)) == (1, {"404 NOT FOUND"})


def test_an_internal_error_is_reported_as_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app("esputnik")
    monkeypatch.setattr(app.extensions["mockservers"], "handle", lambda *_: 1 / 0)
    answer = app.test_client().post("/api/v1/event", json={})
    assert (answer.status_code, answer.json) == (500, {"title": "mockservers failed: see its log"})
    assert "ZeroDivisionError" in caplog.text
