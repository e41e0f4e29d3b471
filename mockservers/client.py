"""A typed client of the admin API: what `Control` offers in its own process, for a server anywhere.

    client = Client("http://127.0.0.1:8080")
    tenant = client.create_tenant({"vendor": "fanship"})
    client.ledger(tenant["id"])["silent"]

The standard library alone is behind it. What the server refuses is raised as what `Control` would have raised.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.errors import Conflict, MockserversError, ServerUnavailable, UsageError
from mockservers.core.values.json_text import NotJson, dumps, loads


class NotFound(UsageError):
    """The server has nothing of that name."""


class Client:
    """Calls of the admin API at `url`. `token` is needed beyond loopback; MOCKSERVERS_ADMIN_TOKEN by default."""

    def __init__(self, url: str, token: str | None = None, *, time_out: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url!r} is no address of a server. Give http://HOST:PORT.")
        self.url = url.rstrip("/")
        self._parts = parts
        self._token = token or os.environ.get("MOCKSERVERS_ADMIN_TOKEN")
        self._time_out = time_out

    # -- the server ---------------------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        """{"status": "ok", "vendors": […]}."""
        return self._object("GET", "/health")

    def version(self) -> str:
        """The version of the server."""
        return str(self._object("GET", "/version")["version"])

    def metrics(self) -> str:
        """The metrics in Prometheus' text format."""
        return self._call("GET", "/metrics").decode()

    def unauthenticated(self) -> dict[str, Any]:
        """{"calls", "evicted", "items"}: calls whose credentials select no tenant, each with its "why"."""
        return self._object("GET", "/unauthenticated")

    def tls(self) -> dict[str, Any]:
        """{"proxy_port", "https_port", "ca", "refused"} of a server that serves with --tls."""
        return self._object("GET", "/tls")

    def coverage(self, name: str | None = None) -> dict[str, Any]:
        """{"vendors": [{"vendor", "rules", "exercised", "of", "traceless"}]}: by a tenant, or by all that ever were."""
        return self._object("GET", "/coverage" if name is None else self._of(name, "coverage"))

    def unmatched(self) -> list[dict[str, Any]]:
        """Calls that match no operation of their vendor."""
        calls: list[dict[str, Any]] = self._object("GET", "/unmatched")["calls"]
        return calls

    def deleted(self) -> dict[str, Any]:
        """{"tenants", "sent"}: how many tenants were deleted, and how many items had been sent to them."""
        return self._object("GET", "/deleted")

    def verdict(self, policy: Policy | None = None, tenants: Collection[str] = ()) -> Verdict:
        """What fails, of the tenants that are named or of all: see `mockservers.core.accounting.verdict`."""
        return judge(gather(self, tenants), policy or Policy())

    # -- tenants ------------------------------------------------------------------------------------------------

    def create_tenant(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from {"vendor"} and optionally "credentials", "readings", "now", "id", "frozen", "state"."""
        return self._object("POST", "/tenants", {key: value for key, value in spec.items() if value is not None})

    def tenants(self) -> list[dict[str, Any]]:
        """All tenants."""
        found: list[dict[str, Any]] = self._object("GET", "/tenants")["tenants"]
        return found

    def delete_tenants(self) -> int:
        """Forget all tenants. Gives how many there were."""
        return int(self._object("DELETE", "/tenants")["deleted"])

    def delete_tenant(self, name: str) -> None:
        """Forget a tenant and all that it holds."""
        self._call("DELETE", self._of(name))

    def revoke(self, name: str) -> dict[str, Any]:
        """Make a tenant's credentials invalid."""
        return self._object("POST", self._of(name, "revoke"))

    # -- one tenant ---------------------------------------------------------------------------------------------

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """{collection: [documents]}."""
        return self._object("GET", self._of(name, "state"))

    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Put documents in place of the collections that are named. Gives the state."""
        return self._object("PUT", self._of(name, "state"), state)

    def journal(self, name: str, filters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """{"exchanges": […], "evicted"}."""
        return self._object("GET", self._of(name, "journal", filters))

    def har(self, name: str) -> dict[str, Any]:
        """The journal as an HTTP Archive 1.2."""
        return self._object("GET", self._of(name, "journal.har"))

    def ledger(self, name: str, *, silent_only: bool = False, settled: bool = False) -> dict[str, Any]:
        """{"items", "silent", "at_risk", "findings", "evicted", "exchanges"}. `settled`: after all jobs."""
        query = {name: "true" for name, asked in (("silent", silent_only), ("settled", settled)) if asked}
        return self._object("GET", self._of(name, "ledger", query))

    def clock(self, name: str) -> dict[str, Any]:
        """{"now", "due"}."""
        return self._object("GET", self._of(name, "clock"))

    def move_clock(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Move by {"advance": "P1D"}, {"to": RFC 3339} or {"to_next": "ingest"}; {"run_due": true} stays.

        Gives {"now", "fired"}.
        """
        return self._object("POST", self._of(name, "clock"), given)

    def readings(self, name: str) -> dict[str, str]:
        """{rule: choice}."""
        return self._object("GET", self._of(name, "readings"))

    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]:
        """Choose readings. Gives all."""
        return self._object("PUT", self._of(name, "readings"), readings)

    def webhooks(self, name: str) -> dict[str, Any]:
        """{"url", "signed", "delay", "duplicates", "deliveries", "evicted"}."""
        return self._object("GET", self._of(name, "webhooks"))

    def put_webhooks(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Send webhooks from now on as {"url"} says."""
        return self._object("PUT", self._of(name, "webhooks"), given)

    # -- the outcome of one tenant ---------------------------------------------------------------------------------

    def faults(self, name: str) -> dict[str, Any]:
        """{"planned", "fired", "seed"}."""
        return self._object("GET", self._of(name, "faults"))

    def put_faults(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Plan {"faults": […], "seed"} in place of what was planned."""
        return self._object("PUT", self._of(name, "faults"), given)

    def add_fault(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Plan one more."""
        return self._object("POST", self._of(name, "faults"), given)

    def delete_faults(self, name: str) -> None:
        """Plan none."""
        self._call("DELETE", self._of(name, "faults"))

    def limits(self, name: str) -> dict[str, Any]:
        """{"mode", "limits"}."""
        return self._object("GET", self._of(name, "limits"))

    def put_limits(self, name: str, given: Any) -> dict[str, Any]:
        """Set {"mode": "observe" | "enforce" | "off"}."""
        return self._object("PUT", self._of(name, "limits"), given)

    def checkpoints(self, name: str) -> list[dict[str, Any]]:
        """[{"name", "at", "exchange"}], oldest first."""
        kept: list[dict[str, Any]] = self._object("GET", self._of(name, "checkpoints"))["checkpoints"]
        return kept

    def checkpoint(self, name: str, given: Any) -> dict[str, Any]:
        """Keep this moment under {"name"}, or {} for the next free name."""
        return self._object("POST", self._of(name, "checkpoints"), given)

    def changes(self, name: str, checkpoint: str) -> dict[str, Any]:
        """{collection: {"added", "removed", "changed"}} since a checkpoint."""
        return self._object("GET", self._of(name, f"checkpoints/{quote(checkpoint, safe='')}/changes"))

    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]:
        """Go back to a checkpoint. Gives {"name", "now", "rewound"}."""
        return self._object("POST", self._of(name, f"checkpoints/{quote(checkpoint, safe='')}/rewind"))

    def delete_checkpoint(self, name: str, checkpoint: str) -> None:
        """Forget a checkpoint."""
        self._call("DELETE", self._of(name, f"checkpoints/{quote(checkpoint, safe='')}"))

    def export(self, name: str) -> dict[str, Any]:
        """A tenant as one JSON document."""
        return self._object("GET", self._of(name, "export"))

    def import_tenant(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from an export."""
        return self._object("POST", "/tenants/import", given)

    def refuse_connections(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse new connections to the whole server, {"for": "PT2S"}. Gives {"until"}."""
        return self._object("PUT", "/connections", given)

    # -- the wire -----------------------------------------------------------------------------------------------

    @staticmethod
    def _of(name: str, resource: str = "", query: Mapping[str, str] | None = None) -> str:
        path = f"/tenants/{quote(name, safe='')}" + (f"/{resource}" if resource else "")
        return f"{path}?{urlencode(query)}" if query else path

    def _object(self, method: str, path: str, value: Any = None) -> dict[str, Any]:
        try:
            found: dict[str, Any] = loads(self._call(method, path, value)).value
        except NotJson as reason:
            raise ServerUnavailable(
                f"{self.url} answers {method} {path} with something that is not JSON: {reason}."
            ) from None
        return found

    def _call(self, method: str, path: str, value: Any = None) -> bytes:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._time_out)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = None if value is None else dumps(value)
        try:
            connection.request(method, f"{self._parts.path.rstrip('/')}/__admin{path}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerUnavailable(
                f"Nothing answers at {self.url}: {error}. Is `mockservers serve` running there?"
            ) from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise _raised(answer.status, content)
        return content


def _raised(status: int, content: bytes) -> MockserversError:
    """What the server's problem document says, as the exception it was there."""
    try:
        detail = str(loads(content).value["detail"])
    except (NotJson, KeyError, TypeError):
        detail = content[:200].decode("utf-8", "replace")
    kinds: dict[int, type[MockserversError]] = {404: NotFound, 409: Conflict, 400: UsageError, 401: UsageError}
    return kinds.get(status, MockserversError)(detail or f"The server answers {status}.")
