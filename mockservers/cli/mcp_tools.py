"""The tools of `mockservers mcp` for agents: explain, rules, errors, ledger and journal. They change nothing.

https://modelcontextprotocol.io; the SDK is https://pypi.org/project/mcp.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from mockservers.cli import ledgers
from mockservers.cli.explaining import Question
from mockservers.cli.explaining import explain as explained
from mockservers.cli.listing import listed_errors, listed_rules
from mockservers.client import Client
from mockservers.core.errors import MockserversError
from mockservers.vendors import vendor, vendor_names
from mockservers.web.version import package_version

_Parameters = ParamSpec("_Parameters")
_MOST_CALLS = 100
_LONGEST = 4000
"""Characters of a body that `journal` shows."""

_INSTRUCTIONS = (
    "Local mocks of vendors' import APIs. An answer of 200 does not mean that an item is kept: `explain` says "
    "what would become of a payload, `ledger` what became of what was sent, and `rules` why. A finding with `silent` "
    "was lost, and the vendor's answer did not say so."
)

Vendor = Annotated[str, Field(description=f"One of: {', '.join(vendor_names())}.")]
Payload = Annotated[str, Field(description="The body that would be sent: JSON, or lines of JSON for an upload.")]
Operation = Annotated[str | None, Field(description="The operation. Default: the vendor's import of orders.")]
Path_ = Annotated[dict[str, str] | None, Field(description='Values in the path: {"day": "20251101"}.')]
State = Annotated[dict[str, Any] | None, Field(description="What the vendor holds before: {collection: [documents]}.")]
Now = Annotated[str | None, Field(description="The vendor's time, RFC 3339.")]
Readings = Annotated[dict[str, str] | None, Field(description="Readings to use: {rule: choice}.")]
Containing = Annotated[str | None, Field(description="Only rules whose id or sentence contains this.")]
Tenant = Annotated[str | None, Field(description="The id of a tenant. Default: all tenants.")]
OneTenant = Annotated[str, Field(description="The id of a tenant, as in ledger.")]
After = Annotated[int, Field(ge=0, description="Only calls with a higher number than this.")]
Newest = Annotated[int, Field(ge=1, le=_MOST_CALLS, description="The maximum number of calls; the newest calls count.")]


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools, for a server at `url` and the contracts."""

    url: str
    admin_token: str | None = None
    contracts: Path | None = None

    def explain(
        self,
        vendor: Vendor,
        payload: Payload,
        operation: Operation = None,
        path: Path_ = None,
        state: State = None,
        now: Now = None,
        readings: Readings = None,
    ) -> dict[str, Any]:
        """What the vendor would do with a payload, item by item. It needs no server and sends nothing.

        {"vendor", "operation", "filled_in", "reply", "items", "lost", "silent", "findings"}. `filled_in` names the
        credentials that the payload lacks and a real call must have in its body.
        """
        question = Question(
            _registered(vendor),
            payload.encode(),
            operation,
            path or {},
            state or {},
            now,
            readings or {},
            self.contracts,
        )
        return explained(question)

    def rules(self, vendor: Vendor, containing: Containing = None) -> dict[str, Any]:
        """The rules of a vendor, with their sources and readings. {"rules": [...]}."""
        entries = listed_rules([_registered(vendor)], self.contracts)
        text = (containing or "").lower()
        return {"rules": [rule for rule in entries if text in f"{rule['rule']} {rule['says']}".lower()]}

    def errors(self, vendor: Vendor) -> dict[str, Any]:
        """The error responses of a vendor, each with a curl command that causes it. {"errors": [...]}."""
        return {"errors": listed_errors(_registered(vendor), self.url, self.contracts)}

    def ledger(self, tenant: Tenant = None) -> dict[str, Any]:
        """What became of every item that was sent to the running server, and what fails a gate on silent losses.

        {"ledgers": [{"tenant", "vendor", "items", "silent", "findings", …}], "verdict": {"failed", "failures"}}.
        """
        gate = ledgers.Gate("silent", None, (), (tenant,) if tenant else ())
        return ledgers.as_json(*ledgers.judged(self._client(), gate))

    def journal(self, tenant: OneTenant, after: After = 0, newest: Newest = 20) -> dict[str, Any]:
        """The calls of a tenant of the running server, with request and response. {"exchanges", "evicted"}."""
        journal = self._client().journal(tenant, after=after)
        return {**journal, "exchanges": [_cut(exchange) for exchange in journal["exchanges"][-newest:]]}

    def _client(self) -> Client:
        return Client(self.url, self.admin_token)


def server(tools: Tools) -> MCPServer[Any]:
    """The MCP server, to be run over standard input and output."""
    mcp_server: MCPServer[Any] = MCPServer("mockservers", instructions=_INSTRUCTIONS, version=package_version())
    for tool in (tools.explain, tools.rules, tools.errors, tools.ledger, tools.journal):
        asks_server = tool in (tools.ledger, tools.journal)
        hints = ToolAnnotations(read_only_hint=True, idempotent_hint=not asks_server, open_world_hint=False)
        mcp_server.tool(annotations=hints, description=_description(tool))(_with_error_messages(tool))
    return mcp_server


def _description(tool: Callable[..., Any]) -> str:
    return " ".join((tool.__doc__ or "").split())


def _with_error_messages(tool: Callable[_Parameters, dict[str, Any]]) -> Callable[_Parameters, dict[str, Any]]:
    """A tool that reports a mistake of its user as ToolError: the SDK hides the text of other exceptions."""

    @wraps(tool)
    def reporting(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> dict[str, Any]:
        try:
            return tool(*args, **kwargs)
        except MockserversError as error:
            raise ToolError(str(error)) from None

    return reporting


def _registered(name: str) -> str:
    """The name of a vendor. UnknownName, which names the known ones."""
    vendor(name)
    return name


def _cut(value: Any) -> Any:
    """A call with its long texts cut."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}… ({len(value)} characters)"
    if isinstance(value, dict | list) and len(text := json.dumps(value, ensure_ascii=False)) > _LONGEST:
        if isinstance(value, dict):
            return {key: _cut(item) for key, item in value.items()}
        return f"{text[:_LONGEST]}… ({len(text)} characters)"
    return value
