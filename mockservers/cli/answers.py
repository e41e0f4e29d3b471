"""The commands that say what a vendor does: explain, rules, errors."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from mockservers.cli.options import FOLDER, json_of, pairs
from mockservers.core.contracts import VENDORS


@click.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.argument("file", type=click.File("rb"))
@click.option("--operation", help="Operation of the contract; the vendor's order import when not given.")
@click.option("--path", "path_values", multiple=True, metavar="NAME=VALUE", help="A value in the path: day=20251101.")
@click.option("--state", type=click.File("rb"), help="What the vendor holds before: {collection: [documents]}.")
@click.option("--now", help="The moment it is: RFC 3339.")
@click.option("--reading", multiple=True, metavar="RULE=CHOICE", help="How to read a fork that the pages leave open.")
@click.option(
    "--contracts",
    type=FOLDER,
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
    sys.exit(1 if answer["lost"] else 0)


@click.command()
@click.argument("vendor", type=click.Choice(VENDORS), required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def rules(vendor: str | None, *, as_json: bool) -> None:
    """The rules of the vendors: what each does, where that is written, and how open forks are read."""
    from mockservers.cli.listing import listed_rules, render_rules

    found = listed_rules([vendor] if vendor else VENDORS)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_rules(found))


@click.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def errors(vendor: str, *, as_json: bool) -> None:
    """The refusals of a vendor, each with a request that causes it (against `mockservers serve`)."""
    from mockservers.cli.listing import listed_errors, render_errors

    found = listed_errors(vendor)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else render_errors(found))
