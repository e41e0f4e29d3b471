"""The admin API: HTTP around `Control`, by its OpenAPI document. Errors are RFC 9457 problem documents."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockservers.core.admin.control import Control
from mockservers.core.admin.control_calls import CONTROL_CALLS, ENVELOPES
from mockservers.core.contract.admin_api import AdminOperation, document, operations, validated
from mockservers.core.errors import Conflict, InsufficientStorage, InvalidRequest, RequestError, UnknownName, UsageError
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.reports import coverage
from mockservers.web.har import archive
from mockservers.web.metrics import exposition
from mockservers.web.version import package_version
from mockservers.web.webhook_sender import signer

BODY_MAX = 256 * 1024 * 1024
"""Bytes of a body of the admin API: a state to put."""

_TITLES = {400: "Bad Request", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Content"}
_TENANT_ANSWERS = frozenset({"createTenant", "importTenant", "getTenant", "revokeTenant"})


def admin_app(
    control: Control, token: str | None = None, tls: Callable[[], Mapping[str, Any] | None] = lambda: None
) -> flask.Flask:
    """The admin API below `/__admin`. With a token every call except `/health` must have it.

    `tls` returns what there is to know of the HTTPS endpoints, None where there are none.
    """
    app = flask.Flask("mockservers.admin", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.url_map.merge_slashes = False
    if token:
        app.before_request(_ask_for(token))
    calls = {
        **{operation: getattr(control, method) for operation, method in CONTROL_CALLS.items()},
        **_web_calls(control),
        "getTls": partial(_tls, tls),
    }
    for operation in operations().values():
        rule = re.sub(r"\{(\w+)\}", lambda name: f"<{'path:' if name[1] == 'tenant' else ''}{name[1]}>", operation.path)
        view = _view(operation, calls[operation.id])
        app.add_url_rule(rule, operation.id, view, methods=[operation.method], provide_automatic_options=False)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(UsageError, _usage_problem)
    app.register_error_handler(InsufficientStorage, lambda error: problem(507, "Insufficient Storage", str(error)))
    return app


def _web_calls(control: Control) -> dict[str, Callable[..., Any]]:
    """The operations that `Control` does not have, or whose answers only HTTP has."""
    return {
        "getHealth": lambda: {"status": "ok", "vendors": list(control.mocks)},
        "getVersion": lambda: {"version": package_version()},
        "getOpenapi": document,
        "getMetrics": partial(_metrics, control),
        "getCoverage": lambda **query: _coverage(control.coverage(), **query),
        "getTenantCoverage": lambda name, **query: _coverage(control.coverage(name), **query),
        "getArchive": partial(_archive, control),
        "putWebhooks": partial(_put_webhooks, control),
    }


def _view(operation: AdminOperation, call: Callable[..., Any]) -> Callable[..., flask.Response]:
    """A call as a view of Flask: path, body and query validated by the document, then the answer as HTTP."""

    def view(**path: str) -> flask.Response:
        query = operation.query(flask.request.args.items(multi=True))
        body = [_body()] if operation.body else []
        value = call(*(path[name] for name in operation.path_names), *body, **query)
        if isinstance(value, flask.Response):
            return value
        if value is None:
            return flask.Response(status=204)
        if operation.id == "listTenants":
            value = list(map(_with_base_url, value))
        elif operation.id in _TENANT_ANSWERS:
            value = _with_base_url(value)
        envelope = ENVELOPES.get(operation.id)
        return _json({envelope: value} if envelope else value, operation.status)

    return view


def _json(value: Any, status: int) -> flask.Response:
    return flask.Response(dumps(value), status, content_type="application/json")


def _coverage(report: Mapping[str, Any], **query: str) -> flask.Response:
    """In the format that is asked for, or else in the one that `Accept` prefers."""
    accepted = flask.request.accept_mimetypes.best_match(("application/json", "text/html", "text/plain"))
    form = query.get("format") or {"text/html": "html", "text/plain": "text"}.get(accepted or "", "json")
    types = {"text": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json"}
    return flask.Response(coverage.rendered(report["vendors"], form), content_type=types[form])


def _metrics(control: Control) -> flask.Response:
    text, media_type = exposition(control)
    return flask.Response(text, content_type=media_type)


def _tls(tls: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any] | flask.Response:
    return tls() or problem(404, _TITLES[404], "This server has no HTTPS. Start it with --tls.")


def _archive(control: Control, name: str, *, secrets: bool = False) -> flask.Response:
    tenant = control.tenant(name)
    mask = None if secrets else Mask(tenant.credentials)
    with tenant.lock:
        exchanges = list(tenant.journal)
    base_url = f"{flask.request.host_url.rstrip('/')}/{tenant.vendor.name}"
    return flask.Response(archive(exchanges, base_url, mask), content_type="application/json")


def _put_webhooks(control: Control, name: str, target: Any) -> dict[str, Any]:
    secret = validated("putWebhooks", target).get("secret")
    if secret:
        signer(Subscription.of(target).secret)  # its extra may be missing: raised here, not at the first webhook
    return control.put_webhooks(name, target)


def _body() -> Any:
    try:
        return loads(flask.request.get_data(cache=False)).value
    except NotJson as reason:
        raise InvalidRequest([RequestError(f"is not JSON: {reason}.", "send a JSON text in UTF-8.", "")]) from None


def _with_base_url(tenant: dict[str, Any]) -> dict[str, Any]:
    return {**tenant, "base_url": f"{flask.request.host_url.rstrip('/')}/{tenant['vendor']}"}


def problem(status: int, title: str, detail: str, errors: Sequence[RequestError] = ()) -> flask.Response:
    """A problem document of RFC 9457. `errors` are all that is wrong with the request, each with its place."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = [
            {name: value for name, value in asdict(error).items() if value is not None} for error in errors
        ]
    return flask.Response(dumps(body), status, content_type="application/problem+json")


def _http_problem(error: HTTPException) -> flask.Response:
    detail = error.description or ""
    if error.code == 404:
        detail = "There is nothing here. The admin API is described in /__admin/openapi.json."
    response = problem(error.code or 500, error.name, detail)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _usage_problem(error: UsageError) -> flask.Response:
    """400 is for what the document does not allow, and for nothing else."""
    if isinstance(error, InvalidRequest):
        return problem(400, _TITLES[400], str(error), error.errors)
    in_path = isinstance(error, UnknownName) and error.kind in ("tenant", "checkpoint")
    status = 404 if in_path else 409 if isinstance(error, Conflict) else 422
    return problem(status, _TITLES[status], str(error))


def _ask_for(token: str) -> Callable[[], flask.Response | None]:
    def ask() -> flask.Response | None:
        if flask.request.path == "/health":
            return None
        scheme, _, given = flask.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
            return None
        response = problem(
            401, "Unauthorized", "Give the admin token: Authorization: Bearer TOKEN. The server's log has it."
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return ask
