"""The admin API: `Control` over HTTP, by its OpenAPI document. Errors are RFC 9457 problem documents."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import flask
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockservers.core.accounting.evidence import Evidence, gather
from mockservers.core.accounting.expected_rules import checked
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.core.admin.control import Control
from mockservers.core.admin.control_calls import CONTROL_CALLS, ENVELOPES
from mockservers.core.contract.admin_api import AdminOperation, document, operations, validated
from mockservers.core.errors import (
    Conflict,
    InsufficientStorage,
    InvalidRequest,
    PlacedErrors,
    RequestError,
    UnknownName,
    UnreadableStorage,
    UsageError,
)
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.value import replace
from mockservers.core.values.clock import moment, text
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.reports import coverage, verdict
from mockservers.web.call_feed import CallFeed
from mockservers.web.event_stream import EventStream
from mockservers.web.har import archive
from mockservers.web.memory_budget import MemoryFull
from mockservers.web.metrics import exposition
from mockservers.web.page.access import logged_in
from mockservers.web.request_parsing import BudgetedRequest
from mockservers.web.version import package_version
from mockservers.web.webhook_sender import signer

BODY_MAX = 64 * 1024 * 1024
"""The most bytes of a body of the admin API, such as a state."""

_TITLES = {400: "Bad Request", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Content"}
_TENANT_ANSWERS = frozenset({"createTenant", "importTenant", "getTenant", "revokeTenant"})


def admin_app(
    control: Control,
    token: str | None = None,
    tls: Callable[[], Mapping[str, Any] | None] = lambda: None,
    feed: CallFeed | None = None,
    deaf: Callable[[], Sequence[str]] = lambda: (),
) -> flask.Flask:
    """The admin API below `/__admin`. With a token, every call except `/health` must have it.

    `tls` returns a description of the HTTPS endpoints, None if there are none. `feed` has the calls for `/events`,
    `deaf` returns the listeners that no longer accept connections.
    """
    app = flask.Flask("mockservers.admin", static_folder=None)
    app.request_class = BudgetedRequest
    app.url_map.merge_slashes = False
    if token:
        app.before_request(_ask_for(token))
    calls = {
        **{operation: getattr(control, method) for operation, method in CONTROL_CALLS.items()},
        **_web_calls(control),
        "getHealth": partial(_health, control, deaf),
        "getTls": partial(_tls, tls),
        "getEvents": partial(EventStream, feed or CallFeed()),
    }
    for operation in operations().values():
        rule = re.sub(r"\{(\w+)\}", lambda name: f"<{name[1]}>", operation.path)
        view = _view(operation, calls[operation.id])
        app.add_url_rule(rule, operation.id, view, methods=[operation.method], provide_automatic_options=False)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(UsageError, _usage_problem)
    app.register_error_handler(MemoryFull, lambda error: problem(503, "Service Unavailable", str(error)))
    app.register_error_handler(InsufficientStorage, lambda error: problem(507, "Insufficient Storage", str(error)))
    app.register_error_handler(UnreadableStorage, lambda error: problem(500, "Internal Server Error", str(error)))
    return app


def _web_calls(control: Control) -> dict[str, Callable[..., Any]]:
    """Return the operations that `Control` does not have, or whose answers are specific to HTTP."""
    return {
        "getVersion": lambda: {"version": package_version()},
        "getOpenapi": document,
        "getMetrics": partial(_metrics, control),
        "getCoverage": lambda **query: _coverage(control.coverage(), **query),
        "getTenantCoverage": lambda name, **query: _coverage(control.coverage(name), **query),
        "getVerdict": partial(_verdict, control),
        "getTenantVerdict": partial(_verdict_of, control),
        "getArchive": partial(_archive, control),
        "putWebhooks": partial(_put_webhooks, control),
    }


def _view(operation: AdminOperation, call: Callable[..., Any]) -> Callable[..., flask.Response]:
    """Return a Flask view of a call: it validates path, body and query by the document, and returns the answer."""

    def view(**path: str) -> flask.Response:
        query = operation.query(flask.request.args.items(multi=True))
        body = [_body()] if operation.body else []
        value = call(*operation.path_values(path), *body, **query)
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
    """Return the report in the requested format, or else in the one that `Accept` prefers."""
    accepted = flask.request.accept_mimetypes.best_match(("application/json", "text/html", "text/plain"))
    form = query.get("format") or {"text/html": "html", "text/plain": "text"}.get(accepted or "", "json")
    types = {"text": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json"}
    return flask.Response(coverage.rendered(report["vendors"], form), content_type=types[form])


def _verdict(control: Control, *, calls: bool = True, **policy: Any) -> dict[str, Any]:
    """Return the verdict on all tenants, and on all calls that reached none."""
    return _judged(control, gather(control), datetime.min.replace(tzinfo=UTC) if calls else None, **policy)


def _verdict_of(control: Control, name: str, *, calls: bool = True, **policy: Any) -> dict[str, Any]:
    """Return the verdict on a tenant, and on the calls to its vendor that reached no tenant since it was created."""
    return _judged(
        control, gather(control, [name]), moment(text(control.tenant(name).made_at)) if calls else None, **policy
    )


def _judged(
    control: Control,
    evidence: Evidence,
    since: datetime | None,
    *,
    level: str = "silent",
    at_least: int = 0,
    expected: str = "",
) -> dict[str, Any]:
    """Return a verdict as JSON and as the text of pytest and the gates. Calls that reached no tenant count `since`."""
    unmatched, unauthenticated = (
        tuple(call for call in calls if since and moment(call["at"]) >= since)
        for calls in (evidence.unmatched, evidence.unauthenticated)
    )
    rules = [name for mock in control.mocks.values() for name in mock.contract.rules]
    policy = Policy(level, checked(filter(None, expected.split(",")), rules), at_least=at_least)
    result = judge(replace(evidence, unmatched=unmatched, unauthenticated=unauthenticated), policy)
    return {**verdict.to_dict(result), "text": verdict.text(result)}


def _metrics(control: Control) -> flask.Response:
    text, media_type = exposition(control)
    return flask.Response(text, content_type=media_type)


def _health(control: Control, deaf: Callable[[], Sequence[str]]) -> dict[str, Any] | flask.Response:
    dead = deaf()
    if dead:
        return problem(
            503,
            "Service Unavailable",
            f"These listeners no longer accept connections: {', '.join(dead)}. Fix: restart.",
        )
    return {"status": "ok", "vendors": list(control.mocks)}


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
        signer(Subscription.of(target).secret)  # raises now, not at the first webhook, if its extra is missing
    return control.put_webhooks(name, target)


def _body() -> Any:
    request: BudgetedRequest = request_ctx.request  # type: ignore[assignment] # the app's request_class
    try:
        return loads(request.read_large(BODY_MAX)).value
    except NotJson as reason:
        raise InvalidRequest([RequestError(f"is not JSON: {reason}.", "send a JSON text in UTF-8.", "")]) from None


def _with_base_url(tenant: dict[str, Any]) -> dict[str, Any]:
    return {**tenant, "base_url": f"{flask.request.host_url.rstrip('/')}/{tenant['vendor']}"}


def problem(status: int, title: str, detail: str, errors: Sequence[RequestError] = ()) -> flask.Response:
    """Return a problem document of RFC 9457. `errors` are all errors of the request, with their places."""
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
    """Return a problem. 400 is only for requests that the document does not allow."""
    if isinstance(error, InvalidRequest):
        return problem(400, _TITLES[400], str(error), error.errors)
    in_path = isinstance(error, UnknownName) and error.kind in ("tenant", "checkpoint", "exchange", "webhook")
    status = 404 if in_path else 409 if isinstance(error, Conflict) else 422
    return problem(status, _TITLES[status], str(error), error.errors if isinstance(error, PlacedErrors) else ())


def _ask_for(token: str) -> Callable[[], flask.Response | None]:
    def ask() -> flask.Response | None:
        if flask.request.path == "/health":
            return None
        scheme, _, credentials = flask.request.headers.get("Authorization", "").partition(" ")
        if logged_in(token):
            return None
        if scheme.lower() == "bearer" and hmac.compare_digest(credentials.strip().encode(), token.encode()):
            return None
        response = problem(
            401, "Unauthorized", "Send the admin token: Authorization: Bearer TOKEN. The server's log has it."
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return ask
