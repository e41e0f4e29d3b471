"""A vendor as a WSGI application: simple calls by the fast path, all others by Flask.

Flask is imported on the first of these: the import takes as long as a thousand simple calls.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mockservers.core.exchange.call import Request
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.core.tenancy.outbox import DELIVERY
from mockservers.core.tenancy.tenant import Answer
from mockservers.vendors import load_contract, vendor
from mockservers.web.fast_path import After, FastPath, failed
from mockservers.web.seeds import seed_demo
from mockservers.web.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask

    from mockservers.core.contract.contract import Operation


def create_app(name: str, *, contracts: Path | None = None, settings: Settings | None = None) -> flask.Flask:
    """Create a Flask app that mocks the vendor, with its demo tenant.

    `app.extensions["mockservers"]` is its `Mock`, which creates tenants and has their ledgers.
    UnknownName for an unknown vendor, ContractError for an invalid contract.
    """
    registered = vendor(name)
    mock = Mock(registered, load_contract(name, contracts), settings)
    seed_demo(mock)
    return app_of(mock)


def sender_of(mock: Mock) -> WebhookSender:
    """Return the sender of a mock's webhooks."""
    return WebhookSender(mock.contract.rule(DELIVERY).values)


def app_of(mock: Mock) -> flask.Flask:
    """Return the Flask app of a mock."""
    return vendor_app(mock, sender_of(mock)).flask_app


def vendor_app(mock: Mock, sender: WebhookSender) -> FastPath:
    """Return the WSGI application of a mock, whose webhooks `sender` sends."""
    body_max = mock.contract.body_max
    after = _after(sender)

    def by_flask() -> flask.Flask:
        from mockservers.web.vendor_views import flask_app  # noqa: PLC0415 - most runs never need Flask

        return flask_app(mock, body_max, after)

    return FastPath(mock.contract.operations.values(), body_max, _handler(mock), after, by_flask)


def _handler(mock: Mock) -> Callable[[Operation, Request], Answer]:
    def handle(operation: Operation, request: Request) -> Answer:
        try:
            return mock.handle(operation, {}, request)
        except Exception as error:  # noqa: BLE001 - like Flask's error handler
            return failed(request.path, error)

    return handle


def _after(sender: WebhookSender) -> After:
    return lambda answer: partial(sender.collect, answer.outbox) if answer.outbox else None
