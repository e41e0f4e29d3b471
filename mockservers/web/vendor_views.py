"""A vendor as a Flask app: one route per operation of its contract, and the vendor's own 404 and 405."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import flask
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockservers.core.contract.contract import Operation
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Answer
from mockservers.web.fast_path import After, failed
from mockservers.web.request_parsing import BodyNotStored, VendorRequest, read
from mockservers.web.vendor_response import response_of

UNMATCHED_MAX = 1024 * 1024
"""The most bytes of a body that is only read for credentials."""


def flask_app(mock: Mock, body_max: int, after: After) -> flask.Flask:
    """Create the Flask app of a mock. `after` returns a function to call after an answer is sent, or None."""
    app = flask.Flask(f"mockservers.{mock.vendor.name}", static_folder=None)
    app.request_class = type("SpoolingRequest", (VendorRequest,), {"spool_directory": mock.settings.spool})
    app.extensions["mockservers"] = mock
    app.url_map.merge_slashes = False
    slash_tolerated = mock.contract.openapi.get("x-trailing-slash") == "tolerated"
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
    app.register_error_handler(Exception, lambda error: respond(failed(flask.request.path, error), flask.request))
    return app


def _view(
    mock: Mock, operation: Operation, body_max: int, after: After, *, slash_tolerated: bool
) -> Callable[..., flask.Response]:
    ends_in_slash = operation.path.endswith("/")

    def view(**path: str) -> flask.Response:
        request: VendorRequest = request_ctx.request  # type: ignore[assignment] # the app's request_class; flask.request looks it up on every access
        try:
            core_request = read(request, body_max, mock.knows)
        except BodyNotStored as reason:
            return respond(mock.refuse(operation, path, reason.request, reason.refusal), request)
        misplaced = not slash_tolerated and request.path.endswith("/") is not ends_in_slash
        doubled = request.environ["PATH_INFO"].startswith("//") or request.path.endswith("//")
        if misplaced or doubled:  # Flask merges these into one slash
            return respond(mock.handle_unmatched(core_request, "not-found"), request)
        answer = mock.handle(operation, path, core_request)
        response = respond(answer, request)
        if then := after(answer):
            response.call_on_close(then)
        return response

    return view


def respond(answer: Answer, request: flask.Request) -> flask.Response:
    """Return the response for an answer. With `Mock-Explain: 1` in the request, its headers list the findings."""
    reply = answer.reply
    response = response_of(reply, answer.fault)
    if request.headers.get("Mock-Explain") == "1":
        _explain(response, answer)
    return response


def _explain(response: flask.Response, answer: Answer) -> None:
    response.headers["Mock-Tenant"] = answer.tenant
    response.headers["Mock-Exchange"] = str(answer.exchange)
    response.headers["Mock-Silent"] = str(sum(finding.count for finding in answer.findings if finding.silent))
    counts: Counter[str] = Counter()  # one header per rule: clients refuse an answer with more than a hundred
    for finding in answer.findings:
        counts[f"{finding.kind} {finding.rule}"] += finding.count
    for about, count in counts.items():
        response.headers.add("Mock-Finding", f"{about} x{count}")


def _unmatched(mock: Mock) -> Callable[[HTTPException], flask.Response]:
    def unmatched(error: HTTPException) -> flask.Response:
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        refusal = "not-found" if allowed is None else "method-not-allowed"
        # Traceback and context refer to the request, which refers to the error: spooled files would stay in that cycle.
        error.__traceback__ = error.__context__ = None
        request: VendorRequest = request_ctx.request  # type: ignore[assignment] # the app's request_class
        try:
            core_request = read(request, UNMATCHED_MAX)
        except BodyNotStored as reason:
            core_request = reason.request
        headers = [("Allow", ", ".join(sorted(allowed)))] if allowed else []  # RFC 9110 requires it of every 405
        return respond(mock.handle_unmatched(core_request, refusal, headers), flask.request)

    return unmatched
