"""The command `mutate`: whether a suite in any language fails when a vendor starts to lose data."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from mockservers.cli.options import FILE_TO_WRITE, FOLDER, pairs, setting
from mockservers.cli.output import write


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--only", default="*", metavar="RULE", help="Run only the mutants of a rule: its id, or a pattern.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with status 1 if fewer mutants were killed.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Real seconds after which a run is stopped. Default: 20 plus five times those of the first run.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Number of runs at the same time. The suite must allow parallel runs.",
)
@click.option("--junit", type=FILE_TO_WRITE, help="Also write a JUnit XML file, with one case per mutant.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@setting("--open", "open_", is_flag=True, help="As for serve.")
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="As for serve.")
@setting("--seed", type=FOLDER, help="As for serve.")
@setting("--host-name", multiple=True, metavar="VENDOR=HOST", help="As for serve.")
def mutate(command: tuple[str, ...], *, open_: bool, as_json: bool, **options: Any) -> None:
    """Run COMMAND, a test suite in any language, on mocks with one defect each; name the defects that it misses.

    COMMAND runs as with `mockservers run`: first without mutants, then once for each mutant, each time on a new server.
    It kills a mutant if its exit status is not 0. $MOCKSERVERS_MUTANT names the mutant, such as
    "zangsho importOrders drops orders", so that COMMAND can run fewer tests. With pytest, use --mockservers-mutate,
    which runs single tests again.
    Exit status: 0, 1 if fewer mutants were killed than --fail-under, 2 if COMMAND fails without mutants or calls no
    mock.

    \b
    Examples:
      mockservers mutate -- npm test
      mockservers mutate --only "zangsho.*" --fail-under 80 -- npm test
      mockservers mutate --only "zangsho * drops *" --junit mutants.xml -- npm test
    """
    from mockservers.cli.mutating import Study
    from mockservers.cli.mutating import mutate as run_on_mutants
    from mockservers.core.tenancy.mock import Settings
    from mockservers.testing.mutation.score import junit, shortfall, text, to_dict
    from mockservers.web.bootstrap import Serving

    serving = Serving(
        settings=Settings(open=open_, readings=pairs(options["reading"], "RULE=CHOICE")),
        seeds=options["seed"],
        host_names=pairs(options["host_name"], "VENDOR=HOST"),
    )
    study = Study(command, serving, options["only"], options["jobs"], options["time_limit"])
    results = run_on_mutants(study, lambda line: click.echo(line, err=True))
    if options["junit"]:
        write(options["junit"], junit(results))
    click.echo(json.dumps(to_dict(results), ensure_ascii=False, indent=2) if as_json else text(results))
    if failed := shortfall(results, options["fail_under"]):
        click.echo(failed, err=True)
        sys.exit(1)
