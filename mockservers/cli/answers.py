"""The commands that say what a vendor does: explain, rules, errors."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from mockservers.cli.options import FOLDER, json_of, pairs, url_of_server
from mockservers.vendors import vendor_names


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@click.argument("file", type=click.File("rb"))
@click.option(
    "--operation",
    help="Operation of the contract. Default: its x-order-import, the one that imports orders.",
)
@click.option(
    "--path",
    "path_values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value in the path, by the name that the contract has for it: day=20251101.",
)
@click.option("--state", type=click.File("rb"), help="What the vendor holds before: {collection: [documents]}.")
@click.option("--now", help="The moment it is: RFC 3339.")
@click.option("--reading", multiple=True, metavar="RULE=CHOICE", help="How to read a fork that the pages leave open.")
@click.option(
    "--contracts",
    type=FOLDER,
    help="Directory of contract files that override the packaged ones.",
)
@click.option("--json", "as_json", is_flag=True, help="The reply, the items and the findings as JSON.")
def explain(vendor: str, file: Any, *, as_json: bool, **given: Any) -> None:
    """What the vendor would do with FILE (- for standard input), item by item.

    No server, no credentials: where a body must carry them and does not, they are filled in, and the answer says so.
    What happens later (an ingestion, background processing) is waited for.
    Exit status: 0 all kept, 1 something lost or an error status, 2 not usable.

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
        operation=given["operation"],
        path=pairs(given["path_values"], "NAME=VALUE"),
        state=json_of(given["state"].read(), "--state") if given["state"] else {},
        now=given["now"],
        readings=pairs(given["reading"], "RULE=CHOICE"),
        contracts=given["contracts"],
    )
    answer = ask(question)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else render(answer))
    sys.exit(1 if answer["lost"] or answer["reply"]["status"] >= 400 else 0)


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()), required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def rules(vendor: str | None, *, as_json: bool) -> None:
    """The rules of the vendors: what each does, where that is written, and how open forks are read.

    \b
    Examples:
      mockservers rules
      mockservers rules fanship --json
    """
    from mockservers.cli.listing import listed_rules, render_rules

    found = listed_rules([vendor] if vendor else vendor_names())
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_rules(found))


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@url_of_server(default="http://127.0.0.1:8080", help="The server that the requests are written for.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def errors(vendor: str, *, url: str, as_json: bool) -> None:
    """The refusals of a vendor, with a curl command for each that a single request to the demo tenant causes.

    \b
    Examples:
      mockservers errors zangsho
      mockservers errors fanship --url http://127.0.0.1:9000
    """
    from mockservers.cli.listing import listed_errors, render_errors

    found = listed_errors(vendor, url)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_errors(found))
