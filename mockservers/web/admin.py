"""The admin API: HTTP around `Control`. Errors are RFC 9457 problem documents."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import flask
import yaml
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockservers.core.admin.control import Control
from mockservers.core.errors import Conflict, InsufficientStorage, UnknownName, UsageError
from mockservers.core.tenancy.subscription import Subscription
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.reports import coverage
from mockservers.web.har import archive
from mockservers.web.masking import Mask
from mockservers.web.metrics import exposition
from mockservers.web.version import package_version
from mockservers.web.webhook_sender import signer

OPENAPI = Path(__file__).with_name("admin.openapi.yaml")
"""The contract of this API; a test holds it and the routes equal."""

BODY_MAX = 256 * 1024 * 1024
"""Bytes of a body of the admin API: a state to put."""


def admin_app(control: Control, token: str | None = None) -> flask.Flask:
    """The admin API below `/__admin`. With a token every call but `/health` must bear it."""
    app = flask.Flask("mockservers.admin", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.url_map.merge_slashes = False
    if token:
        app.before_request(_ask_for(token))
    _add_server_routes(app, control)
    _add_tenant_routes(app, control)
    _add_steering_routes(app, control)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(UsageError, _usage_problem)
    app.register_error_handler(InsufficientStorage, lambda error: problem(507, "Insufficient Storage", str(error)))
    return app


def _add_server_routes(app: flask.Flask, control: Control) -> None:
    def route(path: str, method: str, call: Callable[..., Any]) -> None:
        app.add_url_rule(path, f"{method} {path}", call, methods=[method], provide_automatic_options=False)

    route("/health", "GET", lambda: _json({"status": "ok", "vendors": list(control.mocks)}))
    route("/version", "GET", lambda: _json({"version": package_version()}))
    route("/openapi.json", "GET", lambda: _json(yaml.load(OPENAPI.read_text("utf-8"), yaml.CSafeLoader)))
    route("/metrics", "GET", lambda: _exposed(control))
    route("/unauthenticated", "GET", lambda: _json(control.unauthenticated()))
    route("/coverage", "GET", lambda: _covered(control.coverage()))
    route("/unmatched", "GET", lambda: _json({"calls": control.unmatched()}))
    route("/deleted", "GET", lambda: _json(control.deleted()))
    route("/tenants", "GET", lambda: _json({"tenants": [_with_base_url(tenant) for tenant in control.tenants()]}))
    route("/tenants", "DELETE", lambda: _json({"deleted": control.delete_tenants()}))
    route("/connections", "PUT", lambda: _json(control.refuse_connections(_body())))
    route("/tenants/import", "POST", lambda: _json(_with_base_url(control.import_tenant(_body())), 201))
    route("/tenants", "POST", lambda: _json(_with_base_url(control.create_tenant(_body())), 201))


def _add_tenant_routes(app: flask.Flask, control: Control) -> None:
    def route(path: str, method: str, call: Callable[[str], Any]) -> None:
        path = f"/tenants/<path:name>{path}"
        app.add_url_rule(
            path,
            f"{method} {path}",
            lambda name: _json(call(name)),
            methods=[method],
            provide_automatic_options=False,
        )

    app.add_url_rule("/tenants/<path:name>/coverage", "coverage", lambda name: _covered(control.coverage(name)))
    app.add_url_rule("/tenants/<path:name>/journal.har", "har", lambda name: _archived(control, name), methods=["GET"])
    route("", "GET", lambda name: _with_base_url(control.tenant(name).to_dict()))
    route("", "DELETE", control.delete_tenant)
    route("/revoke", "POST", control.revoke)
    route("/state", "GET", control.state)
    route("/state", "PUT", lambda name: control.put_state(name, _body()))
    route("/journal", "GET", lambda name: control.journal(name, flask.request.args.to_dict()))
    route("/ledger", "GET", lambda name: _ledger(control, name))
    route("/clock", "GET", control.clock)
    route("/clock", "POST", lambda name: control.move_clock(name, _body()))
    route("/webhooks", "GET", control.webhooks)
    route("/webhooks", "PUT", lambda name: _put_webhooks(control, name))
    route("/readings", "GET", control.readings)
    route("/readings", "PUT", lambda name: control.put_readings(name, _body()))


def _add_steering_routes(app: flask.Flask, control: Control) -> None:
    def route(path: str, method: str, call: Callable[..., Any], status: int = 200) -> None:
        path = f"/tenants/<path:name>{path}"
        app.add_url_rule(
            path,
            f"{method} {path}",
            lambda **names: _json(call(**names), status),
            methods=[method],
            provide_automatic_options=False,
        )

    route("/faults", "GET", control.faults)
    route("/faults", "PUT", lambda name: control.put_faults(name, _body()))
    route("/faults", "POST", lambda name: control.add_fault(name, _body()), 201)
    route("/faults", "DELETE", control.delete_faults)
    route("/limits", "GET", control.limits)
    route("/limits", "PUT", lambda name: control.put_limits(name, _body()))
    route("/checkpoints", "GET", lambda name: {"checkpoints": control.checkpoints(name)})
    route("/checkpoints", "POST", lambda name: control.checkpoint(name, _body()), 201)
    route("/checkpoints/<checkpoint>", "DELETE", control.delete_checkpoint)
    route("/checkpoints/<checkpoint>/changes", "GET", control.changes)
    route("/checkpoints/<checkpoint>/rewind", "POST", control.rewind)
    route("/export", "GET", control.export)


def _json(value: Any, status: int = 200) -> flask.Response:
    if value is None:
        return flask.Response(status=204)
    return flask.Response(dumps(value), status, content_type="application/json")


def _covered(report: Mapping[str, Any]) -> flask.Response:
    """As the query's `format` says, or else as a browser asks for HTML."""
    accepted = flask.request.accept_mimetypes.best_match(("application/json", "text/html", "text/plain"))
    form = flask.request.args.get("format") or {"text/html": "html", "text/plain": "text"}.get(accepted or "", "json")
    rendered = coverage.rendered(report["vendors"], form)
    types = {"text": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json"}
    return flask.Response(rendered, content_type=types[form])


def _exposed(control: Control) -> flask.Response:
    text, media_type = exposition(control)
    return flask.Response(text, content_type=media_type)


def _archived(control: Control, name: str) -> flask.Response:
    tenant = control.tenant(name)
    mask = None if _flag("secrets") else Mask(tenant.credentials)
    with tenant.lock:
        exchanges = list(tenant.journal)
    base_url = f"{flask.request.host_url.rstrip('/')}/{tenant.vendor.name}"
    return flask.Response(archive(exchanges, base_url, mask), content_type="application/json")


def _ledger(control: Control, name: str) -> dict[str, Any]:
    return control.ledger(name, silent_only=_flag("silent"), settled=_flag("settled"))


def _put_webhooks(control: Control, name: str) -> dict[str, Any]:
    given = _body()
    secret = Subscription.of(given).secret
    if secret:
        signer(secret)  # whose extra may be missing: said here, not at the first webhook
    return control.put_webhooks(name, given)


def _body() -> Any:
    try:
        return loads(flask.request.get_data(cache=False)).value
    except NotJson as reason:
        raise UsageError(f"The body is not JSON: {reason}.") from None


def _flag(name: str) -> bool:
    value = flask.request.args.get(name, "false").lower()
    if value not in ("true", "false", "1", "0"):
        raise UsageError(f"{name} is true or false, not {value!r}.")
    return value in ("true", "1")


def _with_base_url(tenant: dict[str, Any]) -> dict[str, Any]:
    return {**tenant, "base_url": f"{flask.request.host_url.rstrip('/')}/{tenant['vendor']}"}


def problem(status: int, title: str, detail: str) -> flask.Response:
    """A problem document of RFC 9457."""
    body = dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return flask.Response(body, status, content_type="application/problem+json")


def _http_problem(error: HTTPException) -> flask.Response:
    detail = error.description or ""
    if error.code == 404:
        detail = "There is nothing here. The admin API is described in /__admin/openapi.json."
    response = problem(error.code or 500, error.name, detail)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _usage_problem(error: UsageError) -> flask.Response:
    in_path = isinstance(error, UnknownName) and error.kind in ("tenant", "checkpoint")
    status = 404 if in_path else 409 if isinstance(error, Conflict) else 400
    return problem(status, {404: "Not Found", 409: "Conflict", 400: "Bad Request"}[status], str(error))


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
