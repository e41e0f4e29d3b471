"""The clients of the soak: each call with what must become of it, counted apart from the server."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mockservers.core.faults.kinds import EFFECTS, broken
from tests.hostile.serving import AFTER, BEFORE, TIMEOUT, UPLOAD, purchases

VENDORS = ("zangsho", "fanship", "esputnik", "omnisegment")
PARAMETERS = {
    "delay": "; delay=PT0.01S",
    "drip": "; bytes=100; every=PT0.001S",
    "time-out": "; delay=PT0.05S",
    "reply": "; status=418",
}
"""What a fault needs to be quick."""

RESET = struct.pack("ii", 1, 0)
PATHS = {
    "zangsho": "/zangsho/v1/customers/batch",
    "fanship": UPLOAD,
    "esputnik": "/esputnik/api/v1/event",
    "omnisegment": "/omnisegment/api/import-purchase-data/",
}


@dataclass
class Account:
    """One tenant, and what must have become of all that was sent to it."""

    vendor: str
    id: str
    credentials: Mapping[str, str]
    items: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    calls: int = 0
    waiting: int = 0
    """Lines of the last upload, which the next one of the day replaces."""
    waits_reported: bool = False
    """Whether the client knows that the last upload failed, since it got no whole answer."""

    def book(self, outcome: Counter[str], silent: int, *, reported: bool = False) -> None:
        """Note what became of a call, and of the lines that it replaces."""
        self.items += outcome
        self.silent += silent
        if self.vendor == "fanship":
            self.items["overwritten"] += self.waiting
            self.items["pending"] -= self.waiting
            self.silent += 0 if self.waits_reported else self.waiting
            self.waiting, self.waits_reported = outcome["pending"], reported

    def headers(self) -> dict[str, str]:
        """The headers of its client."""
        if self.vendor == "esputnik":
            key = base64.b64encode(f"any:{self.credentials['api_key']}".encode()).decode()
            return {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
        if self.vendor == "omnisegment":
            return {"Content-Type": "application/json"}
        kind = "multipart/form-data; boundary=b" if self.vendor == "fanship" else "application/json"
        return {"Content-Type": kind, "Authorization": f"Bearer {self.credentials['token']}"}


def body_of(account: Account, rng: Random) -> tuple[bytes, Counter[str], int]:
    """A body with an id of its own, what becomes of its items, and how many losses its answer does not report."""
    number = account.calls
    if account.vendor == "fanship":
        lines = rng.choice((3, 3, 3, 1_000))
        return BEFORE + purchases(lines, since=number * 1_000) + AFTER, Counter(pending=lines), 0
    value: dict[str, Any]
    if account.vendor == "zangsho":
        odd = {"nmae": "x"} if rng.random() < 0.5 else {}
        customers = [{"email": f"{number}-{n}@a.example", "name": "山田", **odd} for n in range(3)]
        value = {"customers": [*customers, {"name": "nobody"}]}
        return json.dumps(value).encode(), Counter(kept=3, refused=1), 3 * len(odd)
    if account.vendor == "esputnik":
        fields = {"phone": "380501234567", "externalOrderId": str(number), "status": "INITIALIZED"}
        fields |= {"totalCost": "258.0", "date": "2020-05-14T10:11:00"}
        params = [{"name": name, "value": text} for name, text in fields.items()]
        value = {"eventTypeKey": "orderCreated", "keyValue": "380501234567", "params": params}
        return json.dumps(value).encode(), Counter(kept=1), 0
    order: dict[str, Any] = {"member_sn": "1", "datetime": "2025-11-01T09:51:23+0800", "transaction_id": f"A-{number}"}
    order |= {"transaction_revenue": 1280.0, "transaction_status": "SUCCESS", "products": "P003"}
    value = {**account.credentials, "data": {**order, "products_quantity": "1"}}
    return json.dumps(value).encode(), Counter(kept=1), 0


class SoakClient:
    """Sends to the listeners of a server in turn: plain HTTP, and HTTPS by its certificate `ca`."""

    def __init__(self, port: int, https_port: int, ca: str, rng: Random) -> None:
        self._ports = (port, https_port)
        self._context = ssl.create_default_context(cadata=ca)
        self._rng = rng

    def call(self, account: Account) -> None:
        """One call of a tenant: as it should be, with a fault of any kind, or broken off in its middle."""
        account.calls += 1
        body, outcome, silent = body_of(account, self._rng)
        what = self._rng.choice(("well", "well", "fault", "killed"))
        if what == "killed":
            self._break_off(account, body)
        elif what == "fault":
            self._faulty(account, body, outcome, silent)
        else:
            status, answer = self._send(account, body, {})
            if status not in (200, 201):
                raise AssertionError(f"{account.vendor} answered {status}: {answer[:300]!r}")
            account.book(outcome, silent)

    def _faulty(self, account: Account, body: bytes, outcome: Counter[str], silent: int) -> None:
        effect = self._rng.choice(list(EFFECTS))
        kind = EFFECTS[effect]
        account.faults[effect] += 1
        try:
            status, _ = self._send(account, body, {"Prefer": f"mock-fault={effect}{PARAMETERS.get(effect, '')}"})
            if broken(kind):
                raise AssertionError(f"{effect} was answered with {status}")
        except (OSError, http.client.HTTPException):
            account.errors[effect] += 1
        if not kind.processed:
            account.items["refused"] += outcome.total()
        elif broken(kind):
            account.book(outcome, 0, reported=True)
        else:
            # An unreadable answer reports nothing, so that what it would have reported is silent.
            unread = outcome["refused"] if effect == "garbage-body" else 0
            account.book(outcome, silent + unread)

    def _send(self, account: Account, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        connection = self._connection()
        try:
            connection.request("POST", PATHS[account.vendor], body, {**account.headers(), **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        plain, secure = self._ports
        if self._rng.random() < 0.5:
            return http.client.HTTPConnection("127.0.0.1", plain, timeout=TIMEOUT)
        return http.client.HTTPSConnection("localhost", secure, timeout=TIMEOUT, context=self._context)

    def _break_off(self, account: Account, body: bytes) -> None:
        """Send the head and half of the body, and reset the connection: one item that is refused."""
        fields = {"Host": "localhost", "Content-Length": str(len(body)), **account.headers()}
        head = f"POST {PATHS[account.vendor]} HTTP/1.1\r\n" + "".join(f"{name}: {v}\r\n" for name, v in fields.items())
        with socket.create_connection(("127.0.0.1", self._ports[0]), timeout=TIMEOUT) as connection:
            connection.sendall(head.encode() + b"\r\n" + body[: len(body) // 2])
            if self._rng.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if account.vendor != "omnisegment":  # its credentials are in the body: the call reaches no tenant
            account.items["refused"] += 1
