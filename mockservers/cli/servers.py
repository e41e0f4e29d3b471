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
@setting("--host", default="127.0.0.1", help="Address to listen on. Beyond loopback the admin API asks for a token.")
@setting("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@setting("--open", "open_", is_flag=True, help="Let well-formed credentials open a tenant on first use.")
@setting("--tenants-max", default=100_000, type=click.IntRange(1), help="Most tenants of a vendor.")
@setting("--journal-max", default=EXCHANGES, type=click.IntRange(1), help="Most exchanges that a journal keeps.")
@setting("--journal-bytes", default=BYTES, type=click.IntRange(1), help="Most bytes of their bodies.")
@setting(
    "--contracts",
    type=FOLDER,
    help="Directory of contract files that override the packaged ones.",
)
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="How to read a fork that the pages leave open.")
@setting(
    "--audit",
    is_flag=True,
    help="Check that no sent value vanishes; what does is in the ledger as `unaccounted`.",
)
@setting("--seed", type=FOLDER, help="Folder of tenants to start with.")
@setting(
    "--log",
    type=click.Choice(("text", "json", "off")),
    default="text",
    help="A line for each call: who, what, and what became of it.",
)
@setting(
    "--host-name",
    multiple=True,
    metavar="VENDOR=HOST",
    help="A further host name of a vendor, for one that publishes none.",
)
@setting(
    "--allow-host",
    multiple=True,
    metavar="HOST",
    help="A further name of this machine for the admin API, which refuses names that are not known to be this machine.",
)
@setting(
    "--spool-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where large uploads are kept while they are needed.",
)
@setting("--admin-token", help="Token of the admin API; made and shown when it is needed and not given.")
@setting("--tls", is_flag=True, help="Serve HTTPS at the vendors' own names, too, and a proxy that leads there.")
@setting("--https-port", default=8443, type=click.IntRange(0, 65535), help="With --tls: port of HTTPS.")
@setting("--proxy-port", default=8081, type=click.IntRange(0, 65535), help="With --tls: port of the proxy.")
@setting(
    "--tls-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --tls: where the certificate authority is kept; in the user's state directory when not given.",
)
@setting(
    "--until-stdin-closes",
    is_flag=True,
    help="End, too, when standard input closes: for a program that starts a server and may be killed.",
)
def serve(*, open_: bool, reading: tuple[str, ...], host_name: tuple[str, ...], **given: Any) -> None:
    """Serve all registered vendors until SIGINT, SIGTERM or SIGHUP.

    The first part of a path names the vendor and stands for its scheme and host:
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
    until_stdin_closes = given.pop("until_stdin_closes")
    run(lambda: _serving(given, readings, host_names, open_=open_), given["log"], until_stdin_closes=until_stdin_closes)


def _serving(
    given: Mapping[str, Any], readings: Mapping[str, str], host_names: Mapping[str, str], *, open_: bool
) -> Serving:
    """What the options of `serve` ask for."""
    from mockservers.core.tenancy.mock import Settings
    from mockservers.web.bootstrap import Serving

    settings = Settings(
        open=open_,
        tenants_max=given["tenants_max"],
        journal_max=given["journal_max"],
        journal_bytes=given["journal_bytes"],
        readings=readings,
        audit=given["audit"],
    )
    return Serving(
        host=given["host"],
        port=given["port"],
        settings=settings,
        contracts=given["contracts"],
        seeds=given["seed"],
        host_names=host_names,
        allow_hosts=given["allow_host"],
        spool=given["spool_dir"],
        admin_token=given["admin_token"],
        tls=_tls(given["proxy_port"], given["https_port"], given["tls_dir"]) if given["tls"] else None,
    )


def _tls(proxy_port: int, https_port: int, directory: Path | None) -> Tls:
    """HTTPS with an authority that is kept, so that programs which trust it survive a restart."""
    from mockservers.web.bootstrap import Tls
    from mockservers.web.tls import state_directory

    return Tls(proxy_port, https_port, directory or state_directory() / "tls")


@click.command()
@setting("--host", default="127.0.0.1", help="As for serve.")
@setting("--port", default=8080, type=click.IntRange(0, 65535), help="As for serve.")
def healthcheck(host: str, port: int) -> None:
    """Exit 0 when the server of the same settings answers, 1 when it does not. For Docker's HEALTHCHECK."""
    from mockservers.cli.serving import is_healthy

    healthy = is_healthy(host, port)
    click.echo("healthy" if healthy else f"nothing healthy at {host}:{port}", err=not healthy)
    sys.exit(0 if healthy else 1)


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="A server that serves with --tls.")
@setting("--admin-token", help="Its token, when it is not on this machine.")
@click.option("--json", "as_json", is_flag=True, help="As JSON; null is a variable to unset.")
def env(url: str, admin_token: str | None, *, as_json: bool) -> None:
    """The environment in which programs find a server's mocks at the vendors' own https addresses.

    For curl, Python, Node.js, Java, PHP and Ruby. In it every other host is refused, those of NO_PROXY excepted.

    \b
    Example:
      eval "$(mockservers env)"
    """
    from mockservers.cli.running import exports, variables

    found = variables(url, admin_token)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else exports(found))


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@url_of_server(help="A server that runs already, with or without --tls; one of its own when not given.")
@setting("--open", "open_", is_flag=True, help="As for serve.")
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="As for serve.")
@setting("--seed", type=FOLDER, help="As for serve.")
@setting("--host-name", multiple=True, metavar="VENDOR=HOST", help="As for serve.")
@setting("--admin-token", help="The token of a server beyond loopback.")
@setting(
    "--isolate",
    is_flag=True,
    help="On a network of its own that has the mocks alone, whatever the command makes of proxies. Linux only.",
)
@setting(
    "--reach",
    "ports",
    multiple=True,
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="With --isolate: a port of this machine's loopback that the command reaches, too.",
)
@fail_on
@at_least
@expect
def run(command: tuple[str, ...], url: str | None, *, open_: bool, **given: Any) -> None:
    """Run COMMAND where the vendors' own https addresses are the mocks and every other host is refused.

    Its tests reach the server itself at $MOCKSERVERS_URL. Exit status: the command's; 1 when it is 0 and --fail-on or
    --at-least fails it, as for `mockservers ledger`.

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

    if given["ports"] and not given["isolate"]:
        raise UsageError("--reach belongs to --isolate: without it the command reaches all of this machine.")
    serving = Serving(
        settings=Settings(open=open_, readings=pairs(given["reading"], "RULE=CHOICE")),
        seeds=given["seed"],
        host_names=pairs(given["host_name"], "VENDOR=HOST"),
    )
    gate = Gate(given["fail_on"], given["at_least"], given["expected"])
    asked = Run(command, url, serving, gate, given["admin_token"], given["isolate"], given["ports"])
    sys.exit(run_command(asked))
