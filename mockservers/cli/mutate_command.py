"""The command `mutate`: whether a suite in any language notices when a vendor starts to lose."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from mockservers.cli.options import FILE_TO_WRITE, FOLDER, pairs, setting
from mockservers.cli.output import write


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--only", default="*", metavar="RULE", help="Mutants that stand for a rule: its id, or a pattern.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="End with status 1 when less was killed."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Most real seconds for a run; otherwise 20 more than five times those of the first run.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Runs at a time, for a suite that can run beside itself.",
)
@click.option("--junit", type=FILE_TO_WRITE, help="Write a JUnit XML file, too: a case a mutant.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@setting("--open", "open_", is_flag=True, help="As for serve.")
@setting("--reading", multiple=True, metavar="RULE=CHOICE", help="As for serve.")
@setting("--seed", type=FOLDER, help="As for serve.")
@setting("--host-name", multiple=True, metavar="VENDOR=HOST", help="As for serve.")
def mutate(command: tuple[str, ...], *, open_: bool, as_json: bool, **given: Any) -> None:
    """Run COMMAND, a test suite in any language, on vendors that are wrong in one way each; name what it misses.

    COMMAND runs as by `mockservers run`: once to see what it has the vendors do, then once for each mutant, on a server
    of its own. It has noticed a mutant when it does not end with status 0. $MOCKSERVERS_MUTANT names the mutant, as in
    "zangsho importOrders drops orders": COMMAND may run fewer tests by it. For pytest there is --mockservers-mutate,
    which runs single tests again.
    Exit status: 0, 1 when less was killed than --fail-under, 2 when COMMAND fails without mutants or calls no mock.

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
        settings=Settings(open=open_, readings=pairs(given["reading"], "RULE=CHOICE")),
        seeds=given["seed"],
        host_names=pairs(given["host_name"], "VENDOR=HOST"),
    )
    study = Study(command, serving, given["only"], given["jobs"], given["time_limit"])
    results = run_on_mutants(study, lambda line: click.echo(line, err=True))
    if given["junit"]:
        write(given["junit"], junit(results))
    click.echo(json.dumps(to_dict(results), ensure_ascii=False, indent=2) if as_json else text(results))
    if failed := shortfall(results, given["fail_under"]):
        click.echo(failed, err=True)
        sys.exit(1)
