"""The commands that say what a vendor does: explain, rules, errors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mockservers.cli.options import json_of, overlay, pairs, url_of_server
from mockservers.vendors import vendor_names


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@click.argument("file", type=click.File("rb"))
@click.option(
    "--operation",
    help="Operation of the contract. Default: the operation that imports orders (x-order-import).",
)
@click.option(
    "--path",
    "path_values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value in the path, by its name in the contract: day=20251101.",
)
@click.option("--state", type=click.File("rb"), help="JSON of what the vendor holds before: {collection: [documents]}.")
@click.option("--now", help="The vendor's time, RFC 3339.")
@click.option("--reading", multiple=True, metavar="RULE=CHOICE", help="Choose a reading of a rule.")
@overlay
@click.option("--json", "as_json", is_flag=True, help="Print the reply, the items and the findings as JSON.")
def explain(vendor: str, file: Any, *, as_json: bool, **options: Any) -> None:
    """Print what the vendor would do with FILE (- for standard input), item by item.

    You need no server and no credentials. If a body must carry credentials and has none, the command adds them and
    says so. Later work of the vendor, such as an ingestion, is included.
    Exit status: 0 if every item is kept, 1 if something is lost or the reply is an error, 2 if FILE cannot be used.

    \b
    Examples:
      mockservers explain fanship purchases.ndjson --path day=20251101
      echo '{"orders": [{"order_no": "A-1"}]}' | mockservers explain zangsho -
      mockservers explain zangsho customers.json --operation importCustomers
    """
    from mockservers.cli.explaining import Question, render
    from mockservers.cli.explaining import explain as ask

    question = Question(
        vendor=vendor,
        body=file.read(),
        operation=options["operation"],
        path=pairs(options["path_values"], "NAME=VALUE"),
        state=json_of(options["state"].read(), "--state") if options["state"] else {},
        now=options["now"],
        readings=pairs(options["reading"], "RULE=CHOICE"),
        contracts=options["contracts"],
    )
    answer = ask(question)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else render(answer))
    sys.exit(1 if answer["lost"] or answer["reply"]["status"] >= 400 else 0)


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()), required=False)
@overlay
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rules(vendor: str | None, *, contracts: Path | None, as_json: bool) -> None:
    """Print the rules of the vendors, with their sources and readings.

    \b
    Examples:
      mockservers rules
      mockservers rules fanship --json
      mockservers rules fanship --contracts contracts
    """
    from mockservers.cli.listing import listed_rules, render_rules

    entries = listed_rules([vendor] if vendor else vendor_names(), contracts)
    click.echo(json.dumps(entries, ensure_ascii=False, indent=2) if as_json else render_rules(entries))


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@url_of_server(default="http://127.0.0.1:8080", help="The server in the curl commands.")
@overlay
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def errors(vendor: str, *, url: str, contracts: Path | None, as_json: bool) -> None:
    """Print the error responses of a vendor, with a curl command for each that the demo tenant can cause.

    \b
    Examples:
      mockservers errors zangsho
      mockservers errors fanship --url http://127.0.0.1:9000
      mockservers errors zangsho --contracts contracts
    """
    from mockservers.cli.listing import listed_errors, render_errors

    entries = listed_errors(vendor, url, contracts)
    click.echo(json.dumps(entries, ensure_ascii=False, indent=2) if as_json else render_errors(entries))
