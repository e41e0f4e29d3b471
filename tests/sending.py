"""A call to be: of an operation of a vendor, with the credentials still to be put on."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from mockservers.core.contract.contract import Operation
from mockservers.core.exchange.call import Part, Request
from mockservers.core.state.spool import Spooled
from mockservers.core.value import replace
from mockservers.core.values.json_text import dumps
from tests.asking import contract


@dataclass(frozen=True)
class Sending:
    """A call to be: of an operation, with credentials still to be put on. `parts` are those of an upload's body."""

    vendor: str
    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    raw: bytes | None = None
    parts: tuple[Part, ...] | None = None

    @property
    def about(self) -> Operation:
        """The operation in the contract."""
        return contract(self.vendor).operations[self.operation]

    def by(self, credentials: Mapping[str, str]) -> Request:
        """The request with these credentials."""
        about = self.about
        headers, query, value = _DRESS[self.vendor](self, credentials)
        body = self.raw if self.raw is not None else dumps(value)
        path = about.path
        for name, given in self.path.items():
            path = path.replace(f"{{{name}}}", given)
        made = Request(about.method, path, urlencode(query), headers=headers, body=body)
        if not about.upload:
            return made
        part = Part(about.upload, "blob", "application/x-ndjson", Spooled.of(body))
        return replace(made, body=b"", parts=self.parts or (part,))


Dress = Callable[[Sending, Mapping[str, str]], tuple[dict[str, str], dict[str, str], Any]]


def _bearer(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    headers = {"content-type": "application/json", "authorization": f"Bearer {credentials['token']}"}
    return {**headers, **sending.headers}, dict(sending.query), sending.json


def _basic(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    word = base64.b64encode(f"any:{credentials['api_key']}".encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {word}"}
    return {**headers, **sending.headers}, dict(sending.query), sending.json


def _in_body(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    headers = {"content-type": "application/json", "x-omnisegment-api-key": credentials["api_key"], **sending.headers}
    value = {**sending.json, **credentials} if isinstance(sending.json, dict) else sending.json
    return headers, {"tid": credentials["tid"], **sending.query}, value


_DRESS: dict[str, Dress] = {"omnisegment": _in_body, "fanship": _bearer, "esputnik": _basic, "zangsho": _bearer}
