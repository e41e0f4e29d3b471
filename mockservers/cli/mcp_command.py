"""`mockservers mcp`: explain, rules, errors, ledger and journal for agents."""

from __future__ import annotations

from pathlib import Path

import click

from mockservers.cli.options import overlay, setting, url_of_server
from mockservers.core.errors import UsageError
from mockservers.core.extras import missing


@click.command("mcp")
@url_of_server(default="http://127.0.0.1:8080", help="The server of the tools ledger and journal.")
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
@overlay
def mcp(url: str, admin_token: str | None, contracts: Path | None) -> None:
    """Serve five read-only tools to an agent with the Model Context Protocol, over standard input and output.

    explain, rules and errors need no running server. The agent's program starts this command.

    \b
    Examples:
      mockservers mcp
      mockservers mcp --url http://mockservers:8080
    """
    try:
        from mockservers.cli.mcp_tools import Tools, server
    except ModuleNotFoundError:
        raise UsageError(missing("mockservers mcp", "mcp")) from None

    server(Tools(url, admin_token, contracts)).run("stdio")
