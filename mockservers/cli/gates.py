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
@url_of_server(default="http://127.0.0.1:8080", help="The address of the server.")
@click.option("--tenant", "tenants", multiple=True, help="Check only this tenant. Default: all tenants.")
@fail_on
@at_least
@expect
@click.option("--junit", type=FILE_TO_WRITE, help="Also write a JUnit XML file.")
@click.option("--sarif", type=FILE_TO_WRITE, help="Also write a SARIF file, for code scanning and editors.")
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--follow", is_flag=True, help="Print each call as it is answered, until Ctrl-C or the end of the server."
)
def ledger(url: str, tenants: tuple[str, ...], *, fail_on: str, as_json: bool, **options: Any) -> None:
    """Print what became of every item that was sent to a running server: a gate for CI jobs in any language.

    With --fail-on, the gate also fails on calls that match no operation, on calls whose credentials select no tenant,
    on planned faults that never fired, and if nothing was sent. Pending items count as if all planned jobs had run.
    Exit status: 0 if the gate passes, 1 if it fails, 2 if the server did not answer.

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

    client = Client(url, options["admin_token"])
    if options["follow"]:
        ledgers.follow(client, tenants, as_json=as_json)
        return
    gate = ledgers.Gate(fail_on, options["at_least"], options["expected"], tenants)
    evidence, verdict = ledgers.judged(client, gate)
    if options["junit"]:
        write(options["junit"], ledgers.as_junit(evidence, verdict))
    if options["sarif"]:
        write(options["sarif"], ledgers.as_sarif(client, evidence, verdict))
    if as_json:
        click.echo(json.dumps(ledgers.as_json(evidence, verdict), ensure_ascii=False, indent=2))
    else:
        click.echo(ledgers.render(evidence, verdict))
    sys.exit(1 if verdict.failed else 0)


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="The address of the server.")
@click.option("--tenant", help="Report only this tenant. Default: all tenants, deleted ones included.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Format of the report."
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with status 1 if fewer rules were exercised.",
)
@click.option(
    "--called", multiple=True, metavar="OPERATION", help="End with status 1 if this operation was never called."
)
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
def coverage(url: str, tenant: str | None, form: str, fail_under: float | None, **options: Any) -> None:
    """Print which operations were called on a running server, and which rules were exercised.

    The report has the vendors that received a call. Exit status: 0, 1 if fewer rules were exercised than --fail-under
    or an operation of --called was never called, 2 if the server did not answer.

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

    reports = Client(url, options["admin_token"]).coverage(tenant)["vendors"]
    missed = never_called(reports, options["called"])
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


def _question(vendor: str, command: tuple[str, ...], options: Mapping[str, Any]) -> Question:
    from mockservers.cli import conforming

    return conforming.Question(
        vendor,
        command,
        options["script"],
        options["profile"],
        options["seed"],
        options["only"],
        options["time_limit"],
        options["also"],
        conforming.own_orders(options["orders"], options["shop"], options["zone"], options["statuses"]),
        options["url"],
        options["admin_token"],
        options["keep"],
        options["reset"],
        options["junit"],
    )


@click.command()
@click.argument("vendor", type=_SUBJECT, metavar="VENDOR[-webhooks]")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--env", "script", is_flag=True, help="Start the program once per export, with environment variables.")
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(("customers", "refund", "subscribe")),
    help="Also test that the program sends customers, refunds or subscriptions.",
)
@click.option("--profile", type=click.Choice(("quick", "default", "thorough")), default="default", show_default=True)
@click.option(
    "--seed", type=int, help="The same seed gives the same examples. Default: a random seed, which is printed."
)
@click.option("--only", multiple=True, metavar="PROPERTY", help="Test only this property.")
@click.option("--time-limit", default=30.0, show_default=True, help="Real seconds in which the program must answer.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The folder in which the program stores its state. It is restored for each example, and at the end.",
)
@click.option("--reset", metavar="COMMAND", help="Before each example, run COMMAND, which deletes the program's state.")
@click.option(
    "--known-failing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of properties that are expected to fail, one per line. If one of them passes, that is unexpected.",
)
@click.option(
    "--orders",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of your shop's own orders, instead of generated ones: JSON of its REST API, or one order per line.",
)
@click.option("--shop", type=click.Choice(SHOPS), help="The API of the orders. Default: the one that their keys show.")
@click.option("--zone", default="UTC", show_default=True, help="The time zone of a Magento shop, such as Asia/Taipei.")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    metavar="THEIRS=OURS",
    help="A status that a plugin of WooCommerce has added, and the kit's status for it, such as packed=paid.",
)
@click.option("--read-back", metavar="COMMAND", help="For a receiver: a command that prints its records as JSON.")
@setting("--webhook-secret", help="For a receiver: the secret of its signatures (Standard Webhooks).")
@url_of_server(help="A running server. Default: the command starts one.")
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
@click.option("--junit", type=FILE_TO_WRITE, help="Also write a JUnit XML file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def conform(vendor: str, command: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """Test an exporter in any language: whether every order arrives once, even after faults and crashes.

    With VENDOR-webhooks, test a receiver of the vendor's webhooks: whether it holds every record once. COMMAND is its
    URL (docs/webhook-receivers.md).

    COMMAND reads lines of JSON and answers with lines of JSON (docs/conformance-protocol.md). With --env, it reads
    environment variables instead: MOCKSERVERS_URL, MOCKSERVERS_ORDERS (a file), MOCKSERVERS_TOKEN and others.
    Exit status: 0 if every result is as expected, 1 if one is not, 2 if the program could not be tested.

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
        receiving.conform_receiver(name, command, options, as_json=as_json)
    question = _question(name, command, options)
    conformity = conforming.conform(
        question,
        conforming.known_failing(options["known_failing"]),
        Progress(sys.stderr),
    )
    if options["junit"]:
        conforming.write_junit(conformity, options["junit"])
    click.echo(
        json.dumps({**conformity.report.to_dict(), "seed": conformity.seed}, ensure_ascii=False, indent=2)
        if as_json
        else conforming.render(conformity)
    )
    sys.exit(1 if conformity.unexpected else 0)
