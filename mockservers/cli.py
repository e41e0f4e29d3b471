"""The command line: serve the vendors, or ask what they would do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockservers.core.contracts import VENDORS
from mockservers.core.coverage import FORMATS
from mockservers.core.errors import MockserversError, UsageError
from mockservers.core.journal import BYTES, EXCHANGES

_SETTINGS_FILE = Path("mockservers.toml")


def main() -> None:
    """Entry point. A MockserversError is one line on stderr and exit status 2."""
    try:
        cli(standalone_mode=False)
    except MockserversError as error:
        click.echo(f"mockservers: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mockservers", message="mockservers %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Local stand-ins for OmniSegment, FANSHIP, eSputnik and Zangsho that tell what became of every item sent.

    Settings: a flag --journal-max is also MOCKSERVERS_JOURNAL_MAX, and journal_max in ./mockservers.toml.

    \b
    Examples:
      mockservers serve
      mockservers explain fanship purchases.ndjson --path day=20251101
      mockservers rules fanship
    """
    if _SETTINGS_FILE.is_file():
        import tomllib

        try:
            settings = tomllib.loads(_SETTINGS_FILE.read_text("utf-8"))
        except (ValueError, OSError) as error:
            raise UsageError(f"{_SETTINGS_FILE} cannot be read: {error}.") from None
        context.default_map = dict.fromkeys(("serve", "run", "healthcheck"), _checked(settings))


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by the names of parameters. UsageError for one that nothing reads, which would pass in silence."""
    names = {option.opts[0].lstrip("-").replace("-", "_"): option.name for option in serve.params if option.name}
    for key in settings:
        if key not in names:
            raise UsageError(f"{_SETTINGS_FILE} has {key!r}, which is no setting. Settings: {', '.join(names)}.")
    return {str(names[key]): value for key, value in settings.items()}


def _setting(*names: str, **about: Any) -> Callable[..., Any]:
    """An option that is a flag, an environment variable and a key of mockservers.toml."""
    envvar = "MOCKSERVERS_" + names[0].lstrip("-").replace("-", "_").upper()
    return click.option(*names, envvar=envvar, show_default=about.get("default") is not None, **about)


def _url(**about: Any) -> Callable[..., Any]:
    """The address of a server that runs: the variable is the one that the pytest fixtures read, too."""
    return click.option(
        "--url", envvar="MOCKSERVERS_URL", show_envvar=True, show_default=about.get("default") is not None, **about
    )


@cli.command()
@_setting("--host", default="127.0.0.1", help="Address to listen on. Beyond loopback the admin API asks for a token.")
@_setting("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@_setting("--open", "open_", is_flag=True, help="Let well-formed credentials open a tenant at first sight.")
@_setting("--tenants-max", default=100_000, type=click.IntRange(1), help="Most tenants of a vendor.")
@_setting("--journal-max", default=EXCHANGES, type=click.IntRange(1), help="Most exchanges that a journal keeps.")
@_setting("--journal-bytes", default=BYTES, type=click.IntRange(1), help="Most bytes of their bodies.")
@_setting(
    "--contracts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Contract files in place of ours.",
)
@_setting("--reading", multiple=True, metavar="RULE=CHOICE", help="How to read a fork that the pages leave open.")
@_setting(
    "--seed", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of tenants to start with."
)
@_setting(
    "--host-name",
    multiple=True,
    metavar="VENDOR=HOST",
    help="A further host name of a vendor (FANSHIP has none of its own).",
)
@_setting(
    "--spool-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where large uploads are kept while they are needed.",
)
@_setting("--admin-token", help="Token of the admin API; made and shown when it is needed and not given.")
@_setting("--tls", is_flag=True, help="Serve HTTPS at the vendors' own names, too, and a proxy that leads there.")
@_setting("--https-port", default=8443, type=click.IntRange(0, 65535), help="With --tls: port of HTTPS.")
@_setting("--proxy-port", default=8081, type=click.IntRange(0, 65535), help="With --tls: port of the proxy.")
@_setting(
    "--tls-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --tls: where the certificate authority is kept; in the user's state directory when not given.",
)
def serve(*, open_: bool, reading: tuple[str, ...], host_name: tuple[str, ...], **given: Any) -> None:
    """Serve the four vendors until SIGINT or SIGTERM.

    The first part of a path names the vendor and stands for its scheme and host:
    http://127.0.0.1:8080/esputnik/api/v1/event is https://esputnik.com/api/v1/event.

    \b
    Examples:
      mockservers serve --port 0
      mockservers serve --open --reading zangsho.order.customer-known=create-customer
      mockservers serve --tls
    """
    from mockservers.core.mock import Settings
    from mockservers.serving import run, tls_of
    from mockservers.web.harness import Serving

    settings = Settings(
        open=open_,
        tenants_max=given["tenants_max"],
        journal_max=given["journal_max"],
        journal_bytes=given["journal_bytes"],
        readings=_pairs(reading, "RULE=CHOICE"),
    )
    run(
        Serving(
            host=given["host"],
            port=given["port"],
            settings=settings,
            contracts=given["contracts"],
            seeds=given["seed"],
            host_names=_pairs(host_name, "VENDOR=HOST"),
            spool=given["spool_dir"],
            admin_token=given["admin_token"],
            tls=tls_of(given["proxy_port"], given["https_port"], given["tls_dir"]) if given["tls"] else None,
        )
    )


@cli.command()
@_url(default="http://127.0.0.1:8080", help="A server that serves with --tls.")
@_setting("--admin-token", help="Its token, when it is not on this machine.")
@click.option("--json", "as_json", is_flag=True, help="As JSON; null is a variable to unset.")
def env(url: str, admin_token: str | None, *, as_json: bool) -> None:
    """The environment in which programs find a server's mocks at the vendors' own https addresses.

    For curl, Python, Node.js, Java, PHP and Ruby. In it every other host is refused, those of NO_PROXY excepted.

    \b
    Example:
      eval "$(mockservers env)"
    """
    from mockservers.running import exports, variables

    found = variables(url, admin_token)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else exports(found))


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@_url(help="A server that runs already, with or without --tls; one of its own when not given.")
@_setting("--open", "open_", is_flag=True, help="As for serve.")
@_setting("--reading", multiple=True, metavar="RULE=CHOICE", help="As for serve.")
@_setting("--seed", type=click.Path(path_type=Path, exists=True, file_okay=False), help="As for serve.")
@_setting("--host-name", multiple=True, metavar="VENDOR=HOST", help="As for serve.")
@click.option(
    "--fail-on",
    type=click.Choice(["silent", "never"]),
    default="never",
    show_default=True,
    help="Exit with 1 when the command succeeded and something was lost in silence.",
)
def run(command: tuple[str, ...], url: str | None, *, open_: bool, **given: Any) -> None:
    """Run COMMAND where the vendors' own https addresses are the mocks and every other host is refused.

    Its tests reach the server itself at $MOCKSERVERS_URL. Exit status: the command's.

    \b
    Examples:
      mockservers run -- npm test
      mockservers run --fail-on silent -- ./gradlew test
    """
    from mockservers.core.mock import Settings
    from mockservers.running import Run
    from mockservers.running import run as run_command
    from mockservers.web.harness import Serving

    serving = Serving(
        settings=Settings(open=open_, readings=_pairs(given["reading"], "RULE=CHOICE")),
        seeds=given["seed"],
        host_names=_pairs(given["host_name"], "VENDOR=HOST"),
    )
    sys.exit(run_command(Run(command, url, serving, given["fail_on"] == "silent")))


@cli.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.argument("file", type=click.File("rb"))
@click.option("--operation", help="Operation of the contract; the vendor's order import when not given.")
@click.option("--path", "path_values", multiple=True, metavar="NAME=VALUE", help="A value in the path: day=20251101.")
@click.option("--state", type=click.File("rb"), help="What the vendor holds before: {collection: [documents]}.")
@click.option("--now", help="The moment it is: RFC 3339.")
@click.option("--reading", multiple=True, metavar="RULE=CHOICE", help="How to read a fork that the pages leave open.")
@click.option(
    "--contracts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Contract files in place of ours.",
)
@click.option("--json", "as_json", is_flag=True, help="The reply, the items and the findings as JSON.")
def explain(vendor: str, file: Any, *, as_json: bool, **given: Any) -> None:
    """What the vendor would do with FILE (- for standard input), item by item.

    No server, no credentials. What happens later (an ingestion, background processing) is waited for.
    Exit status: 0 all kept, 1 something lost, 2 not usable.

    \b
    Examples:
      mockservers explain fanship purchases.ndjson --path day=20251101
      echo '{"orders": []}' | mockservers explain zangsho - --operation batchCreateOrders
    """
    from mockservers.explaining import Question, render
    from mockservers.explaining import explain as ask

    question = Question(
        vendor=vendor,
        body=file.read(),
        operation=given["operation"],
        path=_pairs(given["path_values"], "NAME=VALUE"),
        state=_json(given["state"].read(), "--state") if given["state"] else {},
        now=given["now"],
        readings=_pairs(given["reading"], "RULE=CHOICE"),
        contracts=given["contracts"],
    )
    answer = ask(question)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else render(answer))
    sys.exit(1 if answer["lost"] else 0)


@cli.command()
@click.argument("vendor", type=click.Choice(VENDORS), required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def rules(vendor: str | None, *, as_json: bool) -> None:
    """The rules of the vendors: what each does, where that is written, and how open forks are read."""
    from mockservers.listing import listed_rules, render_rules

    found = listed_rules([vendor] if vendor else VENDORS)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_rules(found))


@cli.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def errors(vendor: str, *, as_json: bool) -> None:
    """The refusals of a vendor, each with a request that causes it (against `mockservers serve`)."""
    from mockservers.listing import listed_errors, render_errors

    found = listed_errors(vendor)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_errors(found))


@cli.command()
@_url(default="http://127.0.0.1:8080", help="The server to ask.")
@click.option("--tenant", "tenants", multiple=True, help="A tenant to look at; all of them when none is named.")
@click.option(
    "--fail-on",
    type=click.Choice(("silent", "lost", "at-risk", "never")),
    default="never",
    show_default=True,
    help="What ends with status 1: silent losses, told ones too, or silent ones and what is at risk.",
)
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write a JUnit XML file, too.")
@_setting("--admin-token", help="The token of a server beyond loopback.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def ledger(url: str, tenants: tuple[str, ...], *, fail_on: str, as_json: bool, **given: Any) -> None:
    """What became of everything that was sent to a running server: a gate for CI jobs in any language.

    Exit status: 0 when it holds, 1 when something fails it, 2 when it could not be asked.

    \b
    Examples:
      mockservers ledger --tenant demo-fanship
      mockservers ledger --url http://mockservers:8080 --fail-on silent --junit ledger.xml
    """
    from mockservers import gating
    from mockservers.client import Client

    found = gating.ledgers(Client(url, given["admin_token"]), tenants)
    if given["junit"]:
        gating.write_junit(found, fail_on, given["junit"])
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else gating.render(found, fail_on))
    sys.exit(1 if any(gating.fails(each, fail_on) for each in found) else 0)


@cli.command()
@_url(default="http://127.0.0.1:8080", help="The server to ask.")
@click.option("--tenant", help="A tenant to look at; all there are and were when none is named.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Of the report.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="End with status 1 when less was exercised."
)
@_setting("--admin-token", help="The token of a server beyond loopback.")
def coverage(url: str, tenant: str | None, form: str, fail_under: float | None, admin_token: str | None) -> None:
    """Which rules of the vendors were exercised on a running server, and which never.

    Of the vendors that something was sent to. Exit status: 0, 1 when it is less than --fail-under, 2 when the server
    could not be asked.

    \b
    Examples:
      mockservers coverage
      mockservers coverage --url http://mockservers:8080 --format html > coverage.html
      mockservers coverage --tenant demo-zangsho --fail-under 60
    """
    from mockservers.client import Client
    from mockservers.core.coverage import percent, rendered

    reports = Client(url, admin_token).coverage(tenant)["vendors"]
    click.echo(rendered(reports, form))
    if fail_under is not None and percent(reports) < fail_under:
        raise click.ClickException(f"{percent(reports):.1f} % of the rules were exercised, less than {fail_under:g} %.")


@cli.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--env", "script", is_flag=True, help="The program speaks no protocol: it is run for each export.")
@click.option("--profile", type=click.Choice(("quick", "default", "thorough")), default="default", show_default=True)
@click.option("--seed", type=int, help="The same seed gives the same examples; drawn and told when not given.")
@click.option("--only", multiple=True, metavar="PROPERTY", help="Try these properties alone.")
@click.option("--time-limit", default=30.0, show_default=True, help="Real seconds for an answer of the program.")
@click.option(
    "--known-failing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Properties that are known to fail, one a line; one of them that holds is a surprise, too.",
)
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write a JUnit XML file, too.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def conform(vendor: str, command: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    r"""Try an exporter in any language: whether all that it is to export arrives, whatever happens on the way.

    COMMAND reads lines of JSON and answers with lines of JSON (docs/conformance-protocol.md). With --env it finds all
    in variables: MOCKSERVERS_URL, MOCKSERVERS_ORDERS (a file), MOCKSERVERS_TOKEN and the like.
    Exit status: 0 when all is as known, 1 when a property surprises, 2 when the program could not be tried.

    \b
    Examples:
      mockservers conform zangsho -- node export.mjs
      mockservers conform fanship --env --profile quick -- ./export.sh
    """
    try:
        from mockservers import conforming
    except ModuleNotFoundError as missing:
        raise UsageError(f"The kit needs {missing.name}: install mockservers[pytest].") from None

    question = conforming.Question(
        vendor,
        command,
        given["script"],
        given["profile"],
        given["seed"],
        given["only"],
        given["time_limit"],
    )
    found = conforming.conform(
        question,
        conforming.known_failing(given["known_failing"]),
        lambda result: click.echo(conforming.progress(result), err=True),
    )
    if given["junit"]:
        conforming.write_junit(found, given["junit"])
    click.echo(
        json.dumps({**found.report.shown(), "seed": found.seed}, ensure_ascii=False, indent=2)
        if as_json
        else conforming.render(found)
    )
    sys.exit(1 if found.surprises else 0)


@cli.command()
@_setting("--host", default="127.0.0.1", help="As for serve.")
@_setting("--port", default=8080, type=click.IntRange(0, 65535), help="As for serve.")
def healthcheck(host: str, port: int) -> None:
    """Exit 0 when the server of the same settings answers, 1 when it does not. For Docker's HEALTHCHECK."""
    from mockservers.serving import is_healthy

    healthy = is_healthy(host, port)
    click.echo("healthy" if healthy else f"nothing healthy at {host}:{port}", err=not healthy)
    sys.exit(0 if healthy else 1)


def _pairs(given: tuple[str, ...], form: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise UsageError(f"{text!r} is not {form}.")
        pairs[name] = value
    return pairs


def _json(raw: bytes, what: str) -> Any:
    from mockservers.core.jsontext import NotJson, loads

    try:
        return loads(raw).value
    except NotJson as reason:
        raise UsageError(f"{what} is not JSON: {reason}.") from None


if __name__ == "__main__":
    main()
