"""A typed client of the admin API, for a server at any address. It has the methods of `Control`.

    client = Client("http://127.0.0.1:8080")
    tenant = client.create_tenant({"vendor": "fanship"})
    client.ledger(tenant["id"])["silent"]

It needs only the standard library. If the server answers with an error, it raises the exception that `Control` raises.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.admin.control_calls import ENVELOPES
from mockservers.core.contract.admin_api import operations
from mockservers.core.errors import Conflict, MockserversError, ServerUnavailable, UsageError
from mockservers.core.values.json_text import NotJson, dumps, loads


class NotFound(UsageError):
    """The server does not know a name in the request."""


class Client:
    """The admin API at `url`. A server beyond loopback needs `token`; its default is MOCKSERVERS_ADMIN_TOKEN."""

    def __init__(self, url: str, token: str | None = None, *, time_out: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url!r} is not the address of a server. Fix: give http://HOST:PORT.")
        self.url = url.rstrip("/")
        self._parts = parts
        self._token = token or os.environ.get("MOCKSERVERS_ADMIN_TOKEN")
        self._time_out = time_out

    # -- the server ---------------------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        """{"status": "ok", "vendors": […]}."""
        return self._object("getHealth")

    def version(self) -> str:
        """The version of the server."""
        return str(self._object("getVersion")["version"])

    def metrics(self) -> str:
        """The metrics in Prometheus' text format."""
        return self._send("getMetrics").decode()

    def tls(self) -> dict[str, Any]:
        """{"proxy_port", "https_port", "ca", "refused"} of a server that was started with --tls."""
        return self._object("getTls")

    def refuse_connections(self, refusal: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse new connections to the whole server, {"for": "PT2S"}. Return {"until"}."""
        return self._object("refuseConnections", body=refusal)

    def events(self) -> Iterator[dict[str, Any]]:
        """Each call from now on, as in the server's log, until the server ends. ServerUnavailable if there is none."""
        connection, answer = self._answer("GET", operations()["getEvents"].path)
        try:
            for line in answer:
                name, _, value = line.partition(b":")
                if name == b"data":
                    yield loads(value).value
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    # -- all tenants, and calls of none -------------------------------------------------------------------------

    def coverage(self, name: str | None = None) -> dict[str, Any]:
        """{"vendors": [{"vendor", "rules", "exercised", "of", "traceless"}]} of a tenant, or of all that ever were."""
        return self._object("getCoverage") if name is None else self._object("getTenantCoverage", name)

    def unauthenticated(self, *, secrets: bool = False) -> dict[str, Any]:
        """{"calls", "evicted", "items"}: calls whose credentials select no tenant, each with its "why"."""
        return self._object("getUnauthenticated", query={"secrets": secrets})

    def unmatched(self, *, secrets: bool = False) -> list[dict[str, Any]]:
        """Calls that match no operation of their vendor."""
        return self._list("getUnmatched", query={"secrets": secrets})

    def deleted(self) -> dict[str, Any]:
        """{"tenants", "sent"}: how many tenants were deleted, and how many items had been sent to them."""
        return self._object("getDeleted")

    def verdict(self, policy: Policy | None = None, tenants: Collection[str] = ()) -> Verdict:
        """The failures of these tenants, or of all: see `mockservers.core.accounting.verdict`."""
        return judge(gather(self, tenants), policy or Policy())

    # -- tenants ------------------------------------------------------------------------------------------------

    def create_tenant(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant from {"vendor"} and optionally "credentials", "readings", "now", "id", "frozen", "state"."""
        return self._object("createTenant", body=spec)

    def import_tenant(self, export: Mapping[str, Any]) -> dict[str, Any]:
        """Create a tenant from an export. The server generates "id" and "credentials" if the export lacks them."""
        return self._object("importTenant", body=export)

    def export(self, name: str, *, secrets: bool = False) -> dict[str, Any]:
        """A tenant as one JSON document; with `secrets`, it has credentials and the secret of webhooks, too."""
        return self._object("exportTenant", name, query={"secrets": secrets})

    def tenants(self) -> list[dict[str, Any]]:
        """All tenants."""
        return self._list("listTenants")

    def get_tenant(self, name: str) -> dict[str, Any]:
        """{"id", "vendor", "credentials", "revoked", "created_at", "now", "exchanges", "base_url"}."""
        return self._object("getTenant", name)

    def delete_tenants(self) -> int:
        """Delete all tenants. Return how many there were."""
        return int(self._object("deleteTenants")[ENVELOPES["deleteTenants"]])

    def delete_tenant(self, name: str) -> None:
        """Delete a tenant and all that it holds."""
        self._send("deleteTenant", name)

    def revoke(self, name: str) -> dict[str, Any]:
        """Make a tenant's credentials invalid."""
        return self._object("revokeTenant", name)

    # -- one tenant ---------------------------------------------------------------------------------------------

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """{collection: [documents]}."""
        return self._object("getState", name)

    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Replace the collections that are named by these documents. Return the state."""
        return self._object("putState", name, body=state)

    def journal(
        self,
        name: str,
        *,
        operation: str | None = None,
        method: str | None = None,
        status: int | None = None,
        path: str | None = None,
        after: int = 0,
    ) -> dict[str, Any]:
        """{"exchanges": […], "evicted"}: those of an operation, method, status or part of a path, after an id."""
        query = {"operation": operation, "method": method, "status": status, "path": path, "after": after}
        return self._object("getJournal", name, query=query)

    def resend(self, name: str, exchange: int) -> dict[str, Any]:
        """Send a call of a tenant again, byte for byte. Return the new call, with the keys of a line of the log.

        It is a call like any other: the vendor may keep, update or skip the items of the first call.
        """
        return self._object("resendCall", name, str(exchange))

    def har(self, name: str, *, secrets: bool = False) -> dict[str, Any]:
        """The journal as an HTTP Archive 1.2."""
        return self._object("getArchive", name, query={"secrets": secrets})

    def delete_journal(self, name: str) -> None:
        """Forget the exchanges so far."""
        self._send("deleteJournal", name)

    def delete_ledger(self, name: str) -> None:
        """Forget the findings and counts so far. Refused with 409 if the tenant has checkpoints."""
        self._send("deleteLedger", name)

    def ledger(self, name: str, *, silent: bool = False, settled: bool = False) -> dict[str, Any]:
        """{"items", "silent", "at_risk", "findings", "evicted", "exchanges"}. `settled`: after all jobs."""
        return self._object("getLedger", name, query={"silent": silent, "settled": settled})

    def clock(self, name: str) -> dict[str, Any]:
        """{"now", "due"}."""
        return self._object("getClock", name)

    def move_clock(self, name: str, move: Mapping[str, Any]) -> dict[str, Any]:
        """Move by {"advance": "P1D"}, {"to": RFC 3339} or {"to_next": "ingest"}; {"run_due": true} does not move.

        Return {"now", "fired"}.
        """
        return self._object("moveClock", name, body=move)

    def readings(self, name: str) -> dict[str, str]:
        """{rule: choice}."""
        return self._object("getReadings", name)

    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]:
        """Choose readings. Return all."""
        return self._object("putReadings", name, body=readings)

    def webhooks(self, name: str) -> dict[str, Any]:
        """{"url", "signed", "delay", "duplicates", "deliveries", "evicted"}."""
        return self._object("getWebhooks", name)

    def put_webhooks(self, name: str, target: Mapping[str, Any]) -> dict[str, Any]:
        """Send webhooks to {"url"} from now on."""
        return self._object("putWebhooks", name, body=target)

    def resend_webhook(self, name: str, webhook: str) -> dict[str, Any]:
        """Send the webhook with this "id" again, to the receiver that is set now. Return the same as `webhooks`."""
        return self._object("resendWebhook", name, webhook)

    # -- the outcome of one tenant ------------------------------------------------------------------------------

    def faults(self, name: str) -> dict[str, Any]:
        """{"planned", "fired", "seed"}."""
        return self._object("getFaults", name)

    def put_faults(self, name: str, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Replace what was planned by {"faults": […], "seed"}."""
        return self._object("putFaults", name, body=plan)

    def add_fault(self, name: str, fault: Mapping[str, Any]) -> dict[str, Any]:
        """Plan one more fault."""
        return self._object("addFault", name, body=fault)

    def delete_faults(self, name: str) -> None:
        """Remove all planned faults."""
        self._send("deleteFaults", name)

    def limits(self, name: str) -> dict[str, Any]:
        """{"mode", "limits"}."""
        return self._object("getLimits", name)

    def put_limits(self, name: str, limits: Mapping[str, Any]) -> dict[str, Any]:
        """Set {"mode": "observe" | "enforce" | "off"}."""
        return self._object("putLimits", name, body=limits)

    def checkpoints(self, name: str) -> list[dict[str, Any]]:
        """[{"name", "at", "exchange"}], oldest first."""
        return self._list("listCheckpoints", name)

    def checkpoint(self, name: str, checkpoint: Mapping[str, Any]) -> dict[str, Any]:
        """Save the tenant's state under {"name"}, or with {} under the next free name."""
        return self._object("takeCheckpoint", name, body=checkpoint)

    def changes(self, name: str, checkpoint: str) -> dict[str, Any]:
        """{collection: {"added", "removed", "changed"}} since a checkpoint."""
        return self._object("getChanges", name, checkpoint)

    def rewind(self, name: str, checkpoint: str) -> dict[str, Any]:
        """Rewind the tenant to a checkpoint. Return {"name", "now", "rewound"}."""
        return self._object("rewind", name, checkpoint)

    def delete_checkpoint(self, name: str, checkpoint: str) -> None:
        """Delete a checkpoint."""
        self._send("deleteCheckpoint", name, checkpoint)

    # -- the wire -----------------------------------------------------------------------------------------------

    def _list(self, operation: str, *names: str, query: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        values: list[dict[str, Any]] = self._object(operation, *names, query=query)[ENVELOPES[operation]]
        return values

    def _object(
        self, operation: str, *names: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        content = self._send(operation, *names, body=body, query=query)
        try:
            value: dict[str, Any] = loads(content).value
        except NotJson as reason:
            raise ServerUnavailable(f"{self.url} answers {operation} with a body that is not JSON: {reason}.") from None
        return value

    def _send(self, operation: str, *names: str, body: Any = None, query: Mapping[str, Any] | None = None) -> bytes:
        """Call an operation of the admin API and return the body. `names` are the parameters of its path, in order."""
        spec = operations()[operation]
        path = spec.path
        for place, name in zip(spec.path_names, names, strict=True):
            path = path.replace(f"{{{place}}}", quote(name, safe=""))
        pairs = {name: "true" if value is True else value for name, value in (query or {}).items() if value}
        return self._call(spec.method, f"{path}?{urlencode(pairs)}" if pairs else path, body)

    def _call(self, method: str, path: str, value: Any = None) -> bytes:
        connection, answer = self._answer(method, path, value)
        try:
            return answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._unavailable(error) from None
        finally:
            connection.close()

    def _answer(
        self, method: str, path: str, value: Any = None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """The connection, and a reply that is not an error. Its body is not read yet."""
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._time_out)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = None if value is None else dumps(value)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"{self._parts.path.rstrip('/')}/__admin{path}", body, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _raised(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unavailable(error) from None
        except MockserversError:
            connection.close()
            raise
        return connection, answer

    def _unavailable(self, error: Exception) -> ServerUnavailable:
        return ServerUnavailable(f"Nothing answers at {self.url}: {error}. Is `mockservers serve` running there?")


def _raised(status: int, content: bytes) -> MockserversError:
    """The exception for a problem document: the class that the server raised."""
    try:
        detail = str(loads(content).value["detail"])
    except (NotJson, KeyError, TypeError):
        detail = content[:200].decode("utf-8", "replace")
    kinds: dict[int, type[MockserversError]] = {404: NotFound, 409: Conflict}
    kind = kinds.get(status, UsageError if status < 500 else MockserversError)
    return kind(detail or f"The server answers {status}.")
