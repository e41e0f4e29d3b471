"""Try an operation: a form with an example of the contract, or with a variant that causes a loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import flask
from werkzeug.wrappers import Response

from mockservers.core.accounting.sent_body import MISSING, decoded, value_at
from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Operation
from mockservers.core.contract.placeholders import fill
from mockservers.core.errors import UnknownName
from mockservers.core.tenancy.mock import Mock
from mockservers.reports.call_line import permalink
from mockservers.web.call_sender import CallSender
from mockservers.web.page.dressing import dressed
from mockservers.web.page.examples import Example, example_of
from mockservers.web.page.losing import filled, losing, with_given


def add(app: flask.Flask, control: Control, sender: CallSender) -> None:
    """Add the screens and the form."""

    @app.get("/try")
    def overview() -> str:
        tenant = flask.request.args.get("tenant", "")
        of = [control.tenant(tenant).vendor.name] if tenant else control.mocks
        operations = {name: list(control.mock(name).contract.operations.values()) for name in of}
        return flask.render_template("try.html", operations=operations, tenant=tenant)

    @app.get("/try/<vendor>/<operation>")
    def form(vendor: str, operation: str) -> str:
        mock = control.mock(vendor)
        operation_spec = _operation(mock, operation)
        tenants = [tenant.id for tenant in mock][:200]
        chosen = flask.request.args.get("tenant") or (tenants[0] if tenants else "")
        variant = flask.request.args.get("variant", "right")
        example = example_of(mock.contract, operation_spec)
        loses = losing(mock, operation_spec) if variant == "loses" else None
        return flask.render_template(
            "operation.html",
            mock=mock,
            operation=operation_spec,
            tenants=tenants,
            chosen=chosen,
            variant=variant,
            example=loses or example,
            none_loses=variant == "loses" and loses is None,
        )

    @app.post("/try/<vendor>/<operation>")
    def send(vendor: str, operation: str) -> Response:
        mock = control.mock(vendor)
        operation_spec, fields = _operation(mock, operation), flask.request.form
        credentials = control.tenant(fields.get("tenant", "")).credentials
        file = flask.request.files.get("file") if operation_spec.upload else None
        content = file.read() if file else b""
        if not content:
            content = filled(fields.get("body", "").replace("\r\n", "\n"), credentials)
        example, path = example_of(mock.contract, operation_spec), fields.get("path", operation_spec.path)
        if "given" in fields:
            _put_given(control, fields["tenant"], example.given)
        if "after" in fields and example.after:
            path = fill(path, _answered_before(mock, sender, example, credentials))
        call = dressed(mock.contract, operation_spec, credentials, path, content)
        answered = sender.send(vendor, operation_spec.method, call.target, call.headers, call.body)
        return flask.redirect(permalink(answered.to_dict()), 303)


def _answered_before(
    mock: Mock, sender: CallSender, example: Example, credentials: Mapping[str, str]
) -> Mapping[str, str]:
    """Send the example that comes first. Return the values from its answer for the path."""
    earlier = _operation(mock, example.after)
    first = example_of(mock.contract, earlier)
    call = dressed(mock.contract, earlier, credentials, first.path, filled(first.body, credentials))
    answered = sender.send(mock.vendor.name, earlier.method, call.target, call.headers, call.body)
    answer = decoded(answered.exchange.to_dict()["response"])
    values = {name: value_at(answer, place) for name, place in example.answer.items()}
    return {name: quote(str(value), safe="") for name, value in values.items() if value is not MISSING}


def _put_given(control: Control, tenant: str, needed: Mapping[str, Any]) -> None:
    """Add the documents that an example needs to a tenant's state."""
    if needed:
        held_state = control.state(tenant)
        state = with_given(held_state, needed)
        control.put_state(tenant, {name: rows for name, rows in state.items() if rows is not held_state.get(name)})


def _operation(mock: Mock, name: str) -> Operation:
    try:
        return mock.contract.operations[name]
    except KeyError:
        raise UnknownName("operation", name, mock.contract.operations) from None
