"""Ask a mocked vendor without a socket: a tenant of its own, and calls straight to the core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Part, Request
from mockservers.core.state.spool import Spooled
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Answer
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors import load_contract, vendor, vendor_names

VENDORS = vendor_names()
NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


@cache
def contract(name: str) -> Contract:
    """A vendor's contract, read once a test process."""
    return load_contract(name)


class Asking:
    """One tenant of a vendor, its clock frozen at `NOW`."""

    def __init__(self, name: str, *, readings: Mapping[str, str] | None = None, **state: Any) -> None:
        self.mock = Mock(vendor(name), contract(name))
        self.tenant = self.mock.create(readings=readings, now=NOW, frozen=True)
        self.tenant.limits.set_mode("off")  # they count real time, and a test sends as fast as it can
        self.credentials = self.tenant.credentials
        if state:
            self.tenant.replace_state(state)

    def ask(
        self,
        operation: str,
        body: Any = b"",
        *,
        headers: Mapping[str, str] | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        file: bytes | None = None,
        part: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Call an operation. A body that is not bytes goes as JSON; `file` goes as an upload's part."""
        about = self.mock.contract.operations[operation]
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=has_surrogate(body)).encode()
        parts = None
        if file is not None:
            named = {"name": "filename", "filename": "blob", "content_type": "application/x-ndjson", **(part or {})}
            parts = (Part(content=Spooled.of(file), **named),)  # type: ignore[arg-type]
        request = Request(
            about.method,
            about.path,
            urlencode(query or {}),
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=raw,
            parts=parts,
        )
        return self.mock.handle(about, path or {}, request)

    def advance(self, **length: float) -> None:
        """Move the tenant's clock on."""
        self.tenant.advance(timedelta(**length))

    @property
    def state(self) -> dict[str, list[dict[str, Any]]]:
        return self.tenant.state()

    @property
    def ledger(self) -> dict[str, Any]:
        return self.tenant.ledger.to_dict()

    @property
    def items(self) -> dict[str, int]:
        counts: dict[str, int] = self.ledger["items"]
        return counts

    @property
    def silent(self) -> int:
        return self.tenant.ledger.silent

    def rules(self, outcome: str = "") -> set[str]:
        """The rules of the findings so far, all or those of one outcome."""
        return {found["rule"] for found in self.ledger["findings"] if outcome in ("", found["outcome"])}
