"""The commands that serve: serve, healthcheck, env, run."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockservers.cli.options import FOLDER, at_least, expect, fail_on, pairs, setting, url_of_server
from mockservers.core.accounting.journal import BYTES, EXCHANGES

if TYPE_CHECKING:
    from mockservers.web.bootstrap import Serving, Tls


@click.command()
@setting("--host", default="127.0.0.1", help="Address to listen on. Beyond loopback the admin API needs a token.")
@setting("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on; 0 selects a free port.")
@setting("--open", "open_", is_flag=True, help="Create a tenant when a call has new, well-formed credentials.")
@setting("--tenants-max", default=100_000, type=click.IntRange(1), help="Maximum number of tenants per vendor.")
@setting("--journal-max", default=EXCHANGES, type=click.IntRange(1), help="Maximum number of exchanges in a journal.")
@setting("--journal-bytes", default=BYTES, type=click.IntRange(1), help="Maximum number of body bytes in a journal.")
@setting(
    "--contracts",
    type=FOLDER,
    help="Directory of contract files that override the packaged ones.",
)
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="Choose a reading of a rule for all tenants.")
@setting(
    "--audit",
    is_flag=True,
    help="Check that each sent value is held or named by a finding. The ledger lists others as `unaccounted`.",
)
@setting("--seed", type=FOLDER, help="Folder of JSON files, each of which creates a tenant.")
@setting(
    "--log",
    type=click.Choice(("text", "json", "off")),
    default="text",
    help="Format of the log, which has one line per call.",
)
@setting(
    "--host-name",
    multiple=True,
    metavar="VENDOR=HOST",
    help="Another host name of a vendor. A vendor that publishes no host name needs one.",
)
@setting(
    "--allow-host",
    multiple=True,
    metavar="HOST",
    help="Another name of this machine. The admin API refuses requests to unknown names.",
)
@setting(
    "--spool-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for large uploads while the server needs them.",
)
@setting(
    "--admin-token", help="Token of the admin API. If one is needed and not given, the server creates and prints it."
)
@setting("--tls", is_flag=True, help="Also serve HTTPS at the vendors' own names, and run a proxy that forwards to it.")
@setting("--https-port", default=8443, type=click.IntRange(0, 65535), help="With --tls: port of HTTPS.")
@setting("--proxy-port", default=8081, type=click.IntRange(0, 65535), help="With --tls: port of the proxy.")
@setting(
    "--tls-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --tls: folder of the certificate authority. Default: in the user's state directory.",
)
@setting(
    "--until-stdin-closes",
    is_flag=True,
    help="Also end when standard input closes, for example because the program that started the server was killed.",
)
def serve(*, open_: bool, reading: tuple[str, ...], host_name: tuple[str, ...], **options: Any) -> None:
    """Serve all registered vendors until SIGINT, SIGTERM or SIGHUP.

    The first path segment selects the vendor and replaces its scheme and host:
    http://127.0.0.1:8080/esputnik/api/v1/event is https://esputnik.com/api/v1/event.

    \b
    Examples:
      mockservers serve --port 0
      mockservers serve --open --reading zangsho.order.customer-known=create-customer
      mockservers serve --log json
      mockservers serve --tls
    """
    from mockservers.cli.serving import run

    readings, host_names = pairs(reading, "RULE=CHOICE"), pairs(host_name, "VENDOR=HOST")
    until_stdin_closes = options.pop("until_stdin_closes")
    run(
        lambda: _serving(options, readings, host_names, open_=open_),
        options["log"],
        until_stdin_closes=until_stdin_closes,
    )


def _serving(
    options: Mapping[str, Any], readings: Mapping[str, str], host_names: Mapping[str, str], *, open_: bool
) -> Serving:
    """The server that the options of `serve` describe."""
    from mockservers.core.tenancy.mock import Settings
    from mockservers.web.bootstrap import Serving

    settings = Settings(
        open=open_,
        tenants_max=options["tenants_max"],
        journal_max=options["journal_max"],
        journal_bytes=options["journal_bytes"],
        readings=readings,
        audit=options["audit"],
    )
    return Serving(
        host=options["host"],
        port=options["port"],
        settings=settings,
        contracts=options["contracts"],
        seeds=options["seed"],
        host_names=host_names,
        allow_hosts=options["allow_host"],
        spool=options["spool_dir"],
        admin_token=options["admin_token"],
        tls=_tls(options["proxy_port"], options["https_port"], options["tls_dir"]) if options["tls"] else None,
    )


def _tls(proxy_port: int, https_port: int, directory: Path | None) -> Tls:
    """HTTPS with an authority that is stored, so that programs still trust it after a restart."""
    from mockservers.web.bootstrap import Tls
    from mockservers.web.tls import state_directory

    return Tls(proxy_port, https_port, directory or state_directory() / "tls")


@click.command()
@setting("--host", default="127.0.0.1", help="As for serve.")
@setting("--port", default=8080, type=click.IntRange(0, 65535), help="As for serve.")
def healthcheck(host: str, port: int) -> None:
    """End with status 0 if the server with these settings answers, with 1 if not. For Docker's HEALTHCHECK."""
    from mockservers.cli.serving import is_healthy

    healthy = is_healthy(host, port)
    click.echo("healthy" if healthy else f"no healthy server at {host}:{port}", err=not healthy)
    sys.exit(0 if healthy else 1)


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="A server that was started with --tls.")
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. null marks a variable to unset.")
def env(url: str, admin_token: str | None, *, as_json: bool) -> None:
    """Print the variables with which programs call the mocks of a server at the vendors' own https addresses.

    They work for curl, Python, Node.js, Java, PHP and Ruby. Every other host is refused, except those in NO_PROXY.

    \b
    Example:
      eval "$(mockservers env)"
    """
    from mockservers.cli.running import exports, variables

    values = variables(url, admin_token)
    click.echo(json.dumps(values, ensure_ascii=False, indent=2) if as_json else exports(values))


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@url_of_server(help="A running server, with or without --tls. Default: the command starts one.")
@setting("--open", "open_", is_flag=True, help="As for serve.")
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="As for serve.")
@setting("--seed", type=FOLDER, help="As for serve.")
@setting("--host-name", multiple=True, metavar="VENDOR=HOST", help="As for serve.")
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
@setting(
    "--isolate",
    is_flag=True,
    help="Run COMMAND on a separate network with only the mocks, even if it ignores proxy variables. Linux only.",
)
@setting(
    "--reach",
    "ports",
    multiple=True,
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="With --isolate: let COMMAND also reach this port of this machine's loopback.",
)
@fail_on
@at_least
@expect
def run(command: tuple[str, ...], url: str | None, *, open_: bool, **options: Any) -> None:
    """Run COMMAND, send its calls of the vendors' own https addresses to the mocks, and refuse every other host.

    COMMAND can call the server itself at $MOCKSERVERS_URL. Exit status: that of COMMAND; 1 if that is 0 and the gate of
    --fail-on or --at-least fails, as for `mockservers ledger`.

    \b
    Examples:
      mockservers run -- npm test
      mockservers run --fail-on silent -- ./gradlew test
      mockservers run --isolate --reach 5432 -- pytest
    """
    from mockservers.cli.ledgers import Gate
    from mockservers.cli.running import Run
    from mockservers.cli.running import run as run_command
    from mockservers.core.errors import UsageError
    from mockservers.core.tenancy.mock import Settings
    from mockservers.web.bootstrap import Serving

    if options["ports"] and not options["isolate"]:
        raise UsageError("--reach needs --isolate. Without --isolate, the command reaches every port of this machine.")
    serving = Serving(
        settings=Settings(open=open_, readings=pairs(options["reading"], "RULE=CHOICE")),
        seeds=options["seed"],
        host_names=pairs(options["host_name"], "VENDOR=HOST"),
    )
    gate = Gate(options["fail_on"], options["at_least"], options["expected"])
    command_run = Run(command, url, serving, gate, options["admin_token"], options["isolate"], options["ports"])
    sys.exit(run_command(command_run))
