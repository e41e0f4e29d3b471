"""The commands that fail a build: ledger, coverage, conform."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockservers.cli.options import FILE_TO_WRITE, at_least, expect, fail_on, setting, url_of_server
from mockservers.cli.output import write
from mockservers.cli.progress import Progress
from mockservers.core.errors import UsageError
from mockservers.core.extras import missing
from mockservers.reports.coverage import FORMATS
from mockservers.vendors import vendor_names

if TYPE_CHECKING:
    from mockservers.cli.conforming import Question


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="The server to ask.")
@click.option("--tenant", "tenants", multiple=True, help="A tenant to look at; all of them when none is named.")
@fail_on
@at_least
@expect
@click.option("--junit", type=FILE_TO_WRITE, help="Write a JUnit XML file, too.")
@click.option("--sarif", type=FILE_TO_WRITE, help="Write a SARIF file, too, for code scanning and editors.")
@setting("--admin-token", help="The token of a server beyond loopback.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--follow", is_flag=True, help="Show each call as it comes, until Ctrl-C or the end of the server.")
def ledger(url: str, tenants: tuple[str, ...], *, fail_on: str, as_json: bool, **given: Any) -> None:
    """What became of everything that was sent to a running server: a gate for CI jobs in any language.

    With --fail-on, calls that match no operation, calls whose credentials select no tenant, planned faults that never
    fired, and a server that nothing was sent to fail it, too. What is pending counts as it will be once it has run.
    Exit status: 0 when it holds, 1 when something fails it, 2 when it could not be asked.

    \b
    Examples:
      mockservers ledger --tenant demo-fanship
      mockservers ledger --follow
      mockservers ledger --url http://mockservers:8080 --fail-on silent --junit ledger.xml
      mockservers ledger --sarif ledger.sarif
      mockservers ledger --fail-on lost --at-least 50 --expect "zangsho.auth.*"
    """
    from mockservers.cli import ledgers
    from mockservers.client import Client

    client = Client(url, given["admin_token"])
    if given["follow"]:
        ledgers.follow(client, tenants, as_json=as_json)
        return
    gate = ledgers.Gate(fail_on, given["at_least"], given["expected"], tenants)
    evidence, verdict = ledgers.looked_at(client, gate)
    if given["junit"]:
        write(given["junit"], ledgers.as_junit(evidence, verdict))
    if given["sarif"]:
        write(given["sarif"], ledgers.as_sarif(client, evidence, verdict))
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
@click.option(
    "--called", multiple=True, metavar="OPERATION", help="End with status 1 when no call was of this operation."
)
@setting("--admin-token", help="The token of a server beyond loopback.")
def coverage(url: str, tenant: str | None, form: str, fail_under: float | None, **given: Any) -> None:
    """Which operations of the vendors were called on a running server, which rules were exercised, and which never.

    Of the vendors that something was sent to. Exit status: 0, 1 when it is less than --fail-under or an operation of
    --called was never called, 2 when the server could not be asked.

    \b
    Examples:
      mockservers coverage
      mockservers coverage --url http://mockservers:8080 --format html > coverage.html
      mockservers coverage --tenant demo-zangsho --fail-under 60
      mockservers coverage --called createCustomer --called importOrders
    """
    from mockservers.client import Client
    from mockservers.reports.coverage import percent, rendered
    from mockservers.reports.operation_coverage import never_called

    reports = Client(url, given["admin_token"]).coverage(tenant)["vendors"]
    missed = never_called(reports, given["called"])
    click.echo(rendered(reports, form))
    too_few = fail_under is not None and percent(reports) < fail_under
    if too_few:
        click.echo(f"{percent(reports):.1f} % of the rules were exercised, less than {fail_under:g} %.", err=True)
    if missed:
        click.echo(f"Never called: {', '.join(missed)}.", err=True)
    if too_few or missed:
        sys.exit(1)


_SUBJECT = click.Choice([*vendor_names(), *(f"{name}-webhooks" for name in vendor_names())])
SHOPS = ("shopify", "woocommerce", "magento")


def _question(vendor: str, command: tuple[str, ...], given: Mapping[str, Any]) -> Question:
    from mockservers.cli import conforming

    return conforming.Question(
        vendor,
        command,
        given["script"],
        given["profile"],
        given["seed"],
        given["only"],
        given["time_limit"],
        given["also"],
        conforming.own_orders(given["orders"], given["shop"], given["zone"]),
        given["url"],
        given["admin_token"],
        given["keep"],
        given["reset"],
        given["junit"],
    )


@click.command()
@click.argument("vendor", type=_SUBJECT, metavar="VENDOR[-webhooks]")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--env", "script", is_flag=True, help="The program speaks no protocol: it is run for each export.")
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(("customers", "refund", "subscribe")),
    help="The program does this, too: it is asked for it by that name.",
)
@click.option("--profile", type=click.Choice(("quick", "default", "thorough")), default="default", show_default=True)
@click.option("--seed", type=int, help="The same seed gives the same examples; chosen and printed when not given.")
@click.option("--only", multiple=True, metavar="PROPERTY", help="Try these properties alone.")
@click.option("--time-limit", default=30.0, show_default=True, help="Real seconds for an answer of the program.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The folder in which the program keeps its state. It is put back for each example, and at the end.",
)
@click.option("--reset", metavar="COMMAND", help="Run before each example: the program forgets what it exported.")
@click.option(
    "--known-failing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Properties that are known to fail, one a line; one of them that passes is an unexpected result, too.",
)
@click.option(
    "--orders",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Your shop's own orders, instead of drawn ones: JSON or a JSON order a line, as the shop's REST API has them.",
)
@click.option("--shop", type=click.Choice(SHOPS), help="Whose orders they are; found from their keys when not given.")
@click.option("--zone", default="UTC", show_default=True, help="The time zone of a Magento shop, such as Asia/Taipei.")
@click.option("--read-back", metavar="COMMAND", help="Of a receiver: prints as JSON the records that it holds.")
@setting("--webhook-secret", help="Of a receiver: the secret by which it checks signatures (Standard Webhooks).")
@url_of_server(help="A server that runs. Without it one is started for this command.")
@setting("--admin-token", help="The token of a server beyond loopback.")
@click.option("--junit", type=FILE_TO_WRITE, help="Write a JUnit XML file, too.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def conform(vendor: str, command: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    """Try an exporter in any language: whether all that it is to export arrives, whatever happens on the way.

    With VENDOR-webhooks, COMMAND is the URL of a receiver of the vendor's webhooks: whether all that they announce is
    held once, however they are delivered (docs/webhook-receivers.md).

    COMMAND reads lines of JSON and answers with lines of JSON (docs/conformance-protocol.md). With --env it finds all
    in variables: MOCKSERVERS_URL, MOCKSERVERS_ORDERS (a file), MOCKSERVERS_TOKEN and the like.
    Exit status: 0 when all is as expected, 1 for an unexpected result, 2 when the program could not be tried.

    \b
    Examples:
      mockservers conform zangsho -- node export.mjs
      mockservers conform zangsho --also customers --also subscribe -- node export.mjs
      mockservers conform fanship --env --profile quick -- ./export.sh
      mockservers conform zangsho --orders orders.json -- node export.mjs
      mockservers conform fanship --env --keep state/ --only crash -- ./export.sh
      mockservers conform zangsho --url http://mockservers:8080 -- node export.mjs
      mockservers conform zangsho-webhooks --read-back "cat held.json" -- http://127.0.0.1:3000/webhooks
    """
    try:
        from mockservers.cli import conforming, receiving
    except ModuleNotFoundError:
        raise UsageError(missing("conform", "conformance")) from None

    name = vendor.removesuffix(receiving.SUFFIX)
    receiving.check_options(click.get_current_context(), receiver=name != vendor)
    if name != vendor:
        receiving.conform_receiver(name, command, given, as_json=as_json)
    question = _question(name, command, given)
    found = conforming.conform(
        question,
        conforming.known_failing(given["known_failing"]),
        Progress(sys.stderr),
    )
    if given["junit"]:
        conforming.write_junit(found, given["junit"])
    click.echo(
        json.dumps({**found.report.to_dict(), "seed": found.seed}, ensure_ascii=False, indent=2)
        if as_json
        else conforming.render(found)
    )
    sys.exit(1 if found.unexpected else 0)
