"""A `MockApp`, and a client of its admin API."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import Client, TestResponse

from mockservers.web.bootstrap import MockApp, Serving
from tests.wire import filled

NOW = "2026-01-15T03:00:00Z"
CUSTOMERS = "/zangsho/v1/customers/batch"


class Admin:
    """A client of a `MockApp`, at `/__admin`."""

    def __init__(self, **serving: Any) -> None:
        self.mock_app = MockApp(Serving(demo=False, **serving))
        self.client = Client(self.mock_app.gateway)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | headers if data is not None else headers
        return self.client.open(f"/__admin{path}", method=method, data=data, headers=headers)

    def json(self, method: str, path: str, body: Any = None) -> Any:
        response = self.ask(method, path, body)
        assert response.status_code < 300, response.get_data(as_text=True)
        return response.get_json(silent=True)

    def tenant(self, vendor: str = "zangsho", **spec: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.json("POST", "/tenants", {"vendor": vendor, "now": NOW, "frozen": True, **spec})
        return made

    def send(self, tenant: dict[str, Any], *customers: dict[str, Any]) -> TestResponse:
        """A batch of customers to Zangsho."""
        headers = filled({"Authorization": "Bearer {token}"}, tenant["credentials"])
        return self.client.post(CUSTOMERS, headers=headers, json={"customers": list(customers)})

    def empty(self) -> None:
        """Delete all tenants and forget the calls that no tenant has."""
        self.mock_app.control.delete_tenants()
        for mock in self.mock_app.mocks.values():
            mock.unmatched.clear()
