"""A Zangsho tenant behind a real socket, and a client that notices everything that happens on the wire."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.admin.control import Control
from mockservers.core.tenancy.tenant import Tenant
from mockservers.web.bootstrap import MockApp

GOOD = {"customers": [{"email": "a@shop.tw", "name": "甲"}, {"email": "b@shop.tw", "name": "乙"}]}
ONE_WRONG = {"customers": [{"email": "a@shop.tw", "name": "甲"}, {"name": "nobody's address"}]}


@dataclass(frozen=True)
class Heard:
    """What a client got: an answer, or the exception in place of one; and after how many seconds."""

    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: BaseException | None = None
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Shop:
    """One tenant. `send` posts a batch of customers on a connection of its own."""

    def __init__(self, mock_app: MockApp, **about: Any) -> None:
        self.control: Control = mock_app.control
        self._server = mock_app.server
        made = self.control.create_tenant({"vendor": "zangsho", **about})
        self.id: str = made["id"]
        self.token: str = made["credentials"]["token"]

    @property
    def tenant(self) -> Tenant:
        return self.control.tenant(self.id)

    def plan(self, *faults: dict[str, Any], seed: int = 0) -> None:
        self.control.put_faults(self.id, {"faults": list(faults), "seed": seed})

    def connect(self, time_out: float = 5) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self._server.address, timeout=time_out)

    def send(
        self,
        body: Any = GOOD,
        *,
        prefer: str = "",
        time_out: float = 5,
        on: http.client.HTTPConnection | None = None,
        path: str = "/v1/customers/batch",
    ) -> Heard:
        connection = on or self.connect(time_out)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if prefer:
            headers["Prefer"] = prefer
        began = time.monotonic()
        try:
            connection.request("POST", f"/zangsho{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            return Heard(error=error, seconds=time.monotonic() - began)
        finally:
            if on is None:
                connection.close()
        return Heard(answer.status, content, dict(answer.getheaders()), seconds=time.monotonic() - began)

    @property
    def ledger(self) -> dict[str, Any]:
        return self.control.ledger(self.id)

    @property
    def items(self) -> dict[str, int]:
        counts: dict[str, int] = self.ledger["items"]
        return counts

    @property
    def journal(self) -> list[dict[str, Any]]:
        exchanges: list[dict[str, Any]] = self.control.journal(self.id)["exchanges"]
        return exchanges

    @property
    def customers(self) -> list[dict[str, Any]]:
        return self.control.state(self.id)["customers"]
