"""The commands that fail a build: ledger, coverage, conform."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mockservers.cli.options import FILE_TO_WRITE, at_least, expect, fail_on, setting, url_of_server
from mockservers.cli.output import write
from mockservers.core.errors import UsageError
from mockservers.reports.coverage import FORMATS
from mockservers.vendors import vendor_names


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="The server to ask.")
@click.option("--tenant", "tenants", multiple=True, help="A tenant to look at; all of them when none is named.")
@fail_on
@at_least
@expect
@click.option("--junit", type=FILE_TO_WRITE, help="Write a JUnit XML file, too.")
@setting("--admin-token", help="The token of a server beyond loopback.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def ledger(url: str, tenants: tuple[str, ...], *, fail_on: str, as_json: bool, **given: Any) -> None:
    """What became of everything that was sent to a running server: a gate for CI jobs in any language.

    With --fail-on, calls that match no operation, calls whose credentials select no tenant, planned faults that never
    fired, and a server that nothing was sent to fail it, too. What is pending counts as it will be once it has run.
    Exit status: 0 when it holds, 1 when something fails it, 2 when it could not be asked.

    \b
    Examples:
      mockservers ledger --tenant demo-fanship
      mockservers ledger --url http://mockservers:8080 --fail-on silent --junit ledger.xml
      mockservers ledger --fail-on lost --at-least 50 --expect "zangsho.auth.*"
    """
    from mockservers.cli import ledgers
    from mockservers.client import Client

    gate = ledgers.Gate(fail_on, given["at_least"], given["expected"], tenants)
    evidence, verdict = ledgers.looked_at(Client(url, given["admin_token"]), gate)
    if given["junit"]:
        write(given["junit"], ledgers.as_junit(evidence, verdict))
    if as_json:
        click.echo(json.dumps(ledgers.as_json(evidence, verdict), ensure_ascii=False, indent=2))
    else:
        click.echo(ledgers.render(evidence, verdict))
    sys.exit(1 if verdict.failed else 0)


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="The server to ask.")
@click.option("--tenant", help="A tenant to look at; all there are and were when none is named.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Of the report.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="End with status 1 when less was exercised."
)
@setting("--admin-token", help="The token of a server beyond loopback.")
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
    from mockservers.reports.coverage import percent, rendered

    reports = Client(url, admin_token).coverage(tenant)["vendors"]
    click.echo(rendered(reports, form))
    if fail_under is not None and percent(reports) < fail_under:
        click.echo(f"{percent(reports):.1f} % of the rules were exercised, less than {fail_under:g} %.", err=True)
        sys.exit(1)


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--env", "script", is_flag=True, help="The program speaks no protocol: it is run for each export.")
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(("customers", "refund", "subscribe")),
    help="The program does this, too: it is asked for it by that name.",
)
@click.option("--profile", type=click.Choice(("quick", "default", "thorough")), default="default", show_default=True)
@click.option("--seed", type=int, help="The same seed gives the same examples; drawn and told when not given.")
@click.option("--only", multiple=True, metavar="PROPERTY", help="Try these properties alone.")
@click.option("--time-limit", default=30.0, show_default=True, help="Real seconds for an answer of the program.")
@click.option(
    "--known-failing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Properties that are known to fail, one a line; one of them that holds is a surprise, too.",
)
@click.option("--junit", type=FILE_TO_WRITE, help="Write a JUnit XML file, too.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def conform(vendor: str, command: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    """Try an exporter in any language: whether all that it is to export arrives, whatever happens on the way.

    COMMAND reads lines of JSON and answers with lines of JSON (docs/conformance-protocol.md). With --env it finds all
    in variables: MOCKSERVERS_URL, MOCKSERVERS_ORDERS (a file), MOCKSERVERS_TOKEN and the like.
    Exit status: 0 when all is as known, 1 when a property surprises, 2 when the program could not be tried.

    \b
    Examples:
      mockservers conform zangsho -- node export.mjs
      mockservers conform zangsho --also customers --also subscribe -- node export.mjs
      mockservers conform fanship --env --profile quick -- ./export.sh
    """
    try:
        from mockservers.cli import conforming
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
        given["also"],
    )
    found = conforming.conform(
        question,
        conforming.known_failing(given["known_failing"]),
        lambda result: click.echo(conforming.progress(result), err=True),
    )
    if given["junit"]:
        conforming.write_junit(found, given["junit"])
    click.echo(
        json.dumps({**found.report.to_dict(), "seed": found.seed}, ensure_ascii=False, indent=2)
        if as_json
        else conforming.render(found)
    )
    sys.exit(1 if found.surprises else 0)
