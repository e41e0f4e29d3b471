"""`mockservers report`: one HTML file about the calls to a running server, and the annotations for GitHub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mockservers.cli.options import FILE_TO_WRITE, at_least, expect, fail_on, setting, url_of_server
from mockservers.cli.output import write


@click.command()
@url_of_server(default="http://127.0.0.1:8080", help="The address of the server.")
@click.option(
    "--output", type=FILE_TO_WRITE, default="mockservers-report.html", show_default=True, help="The HTML file."
)
@click.option("--tenant", "tenants", multiple=True, help="Check only this tenant. Default: all tenants.")
@click.option(
    "--github/--no-github",
    default=None,
    help="Print annotations, and write to $GITHUB_STEP_SUMMARY. Default: only in jobs of GitHub Actions.",
)
@fail_on
@at_least
@expect
@setting("--admin-token", help="The admin token, which a server beyond loopback needs.")
def report(url: str, output: Path, *, github: bool | None, **options: Any) -> None:
    """Write the verdict, losses, calls and coverage of a running server as one self-contained HTML file.

    Exit status as for `mockservers ledger`: 0 if the gate passes, 1 if it fails, 2 if the server did not answer.

    \b
    Examples:
      mockservers report
      mockservers report --output losses.html --fail-on silent --github
    """
    from mockservers.cli.ledgers import Gate, judged
    from mockservers.client import Client
    from mockservers.reports import run_report
    from mockservers.reports.github import add_summary, on_github, workflow_commands

    client = Client(url, options["admin_token"])
    evidence, verdict = judged(
        client, Gate(options["fail_on"], options["at_least"], options["expected"], options["tenants"])
    )
    write(output, run_report.html(run_report.report_of(client, evidence, verdict)))
    click.echo(f"Written: {output}")
    if on_github() if github is None else github:
        click.echo("\n".join(workflow_commands(evidence, verdict)))
        add_summary(verdict)
    sys.exit(1 if verdict.failed else 0)
