"""A vendor as a Flask app: one route per operation of its contract; the vendor's own 404 or 405 for everything else."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import flask
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockservers.core.contract.contract import Operation
from mockservers.core.exchange.call import Request
from mockservers.core.exchange.decision import Reply
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.core.tenancy.outbox import DELIVERY
from mockservers.core.tenancy.tenant import Answer
from mockservers.vendors import load_contract, vendor
from mockservers.web.fast_path import After, FastPath
from mockservers.web.fault_delivery import response_of
from mockservers.web.request_parsing import NotTaken, VendorRequest, read
from mockservers.web.seeds import seed_demo
from mockservers.web.webhook_sender import WebhookSender

BODY_MAX = 16 * 1024 * 1024
"""Bytes of a body that is not an upload, where the contract has no `x-max-body`."""

UNMATCHED_MAX = 1024 * 1024
"""Bytes of a body that is looked at for credentials alone."""

_log = logging.getLogger("mockservers")


def create_app(name: str, *, contracts: Path | None = None, settings: Settings | None = None) -> flask.Flask:
    """A Flask app that answers as the vendor does, with its demo tenant.

    `app.extensions["mockservers"]` is its `Mock`, which creates tenants and has their ledgers.
    UnknownName for an unknown vendor, ContractError for an invalid contract.
    """
    about = vendor(name)
    mock = Mock(about, load_contract(name, contracts), settings)
    seed_demo(mock)
    return app_of(mock)


def sender_of(mock: Mock) -> WebhookSender:
    """What sends the webhooks of a mock."""
    return WebhookSender(mock.contract.rule(DELIVERY).values)


def app_of(mock: Mock, sender: WebhookSender | None = None) -> flask.Flask:
    """The Flask app of a mock. `sender` sends its webhooks; one is made where none is given."""
    app = flask.Flask(f"mockservers.{mock.vendor.name}", static_folder=None)
    app.request_class = type("SpoolingRequest", (VendorRequest,), {"spool_directory": mock.settings.spool})
    app.extensions["mockservers"] = mock
    app.url_map.merge_slashes = False
    slash_tolerated = mock.contract.openapi.get("x-trailing-slash") == "tolerated"
    body_max = mock.contract.openapi.get("x-max-body", BODY_MAX)
    after = _after(sender or sender_of(mock))
    for operation in mock.contract.operations.values():
        view = _view(mock, operation, body_max, after, slash_tolerated=slash_tolerated)
        app.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            operation.id,
            view,
            methods=[operation.method],
            strict_slashes=False,
            provide_automatic_options=False,
        )
    app.register_error_handler(HTTPException, _unmatched(mock))
    app.register_error_handler(Exception, lambda error: respond(_failed(flask.request.path, error), flask.request))
    app.wsgi_app = FastPath(app, mock.contract.operations.values(), body_max, _handler(mock), after)  # type: ignore[method-assign] # the way that Flask documents for middleware
    return app


def _handler(mock: Mock) -> Callable[[Operation, Request], Answer]:
    def handle(operation: Operation, request: Request) -> Answer:
        try:
            return mock.handle(operation, {}, request)
        except Exception as error:  # noqa: BLE001 - as Flask's handler of errors does
            return _failed(request.path, error)

    return handle


def _after(sender: WebhookSender) -> After:
    return lambda answer: partial(sender.collect, answer.outbox) if answer.outbox else None


def _view(
    mock: Mock, operation: Operation, body_max: int, after: After, *, slash_tolerated: bool
) -> Callable[..., flask.Response]:
    ends_in_slash = operation.path.endswith("/")

    def view(**path: str) -> flask.Response:
        request: VendorRequest = request_ctx.request  # type: ignore[assignment] # the app's request_class; flask.request looks it up on every access
        try:
            asked = read(request, body_max, mock.knows)
        except NotTaken as reason:
            return respond(mock.refuse(operation, path, reason.request, reason.refusal), request)
        misplaced = not slash_tolerated and request.path.endswith("/") is not ends_in_slash
        doubled = request.environ["PATH_INFO"].startswith("//") or request.path.endswith("//")
        if misplaced or doubled:  # Flask merges these into one slash
            return respond(mock.handle_unmatched(asked, "not-found"), request)
        answer = mock.handle(operation, path, asked)
        response = respond(answer, request)
        if then := after(answer):
            response.call_on_close(then)
        return response

    return view


def respond(answer: Answer, request: flask.Request) -> flask.Response:
    """The response for an answer. With `Mock-Explain: 1` in the request, its headers list the findings."""
    reply = answer.reply
    response = response_of(reply, answer.fault)
    if request.headers.get("Mock-Explain") == "1":
        _explain(response, answer)
    return response


def _explain(response: flask.Response, answer: Answer) -> None:
    response.headers["Mock-Tenant"] = answer.tenant
    response.headers["Mock-Exchange"] = str(answer.exchange)
    response.headers["Mock-Silent"] = str(sum(found.count for found in answer.findings if found.silent))
    counts: Counter[str] = Counter()  # one header a rule: clients refuse an answer with more than a hundred
    for found in answer.findings:
        counts[f"{found.kind} {found.rule}"] += found.count
    for about, count in counts.items():
        response.headers.add("Mock-Finding", f"{about} x{count}")


def _unmatched(mock: Mock) -> Callable[[HTTPException], flask.Response]:
    def unmatched(error: HTTPException) -> flask.Response:
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        refusal = "not-found" if allowed is None else "method-not-allowed"
        # Traceback and context refer to the request, which refers to the error: in a cycle, spooled files would stay.
        error.__traceback__ = error.__context__ = None
        request: VendorRequest = request_ctx.request  # type: ignore[assignment] # the app's request_class
        try:
            asked = read(request, UNMATCHED_MAX)
        except NotTaken as reason:
            asked = reason.request
        headers = [("Allow", ", ".join(sorted(allowed)))] if allowed else []  # RFC 9110 requires it of every 405
        return respond(mock.handle_unmatched(asked, refusal, headers), flask.request)

    return unmatched


def _failed(path: str, error: Exception) -> Answer:
    """The answer to a bug of ours: a 500 that says so, never one of the vendor's errors."""
    _log.error("mockservers failed to answer %s", path, exc_info=error)
    reply = Reply(500, (("Content-Type", "application/problem+json"),), b'{"title":"mockservers failed: see its log"}')
    return Answer(reply)
