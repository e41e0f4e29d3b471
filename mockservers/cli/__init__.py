"""The command line: serve the vendors, or ask what they would do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mockservers.cli.answers import errors, explain, rules
from mockservers.cli.gates import conform, coverage, ledger
from mockservers.cli.servers import env, healthcheck, run, serve
from mockservers.core.errors import MockserversError, UsageError

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


for _command in (serve, env, run, explain, rules, errors, ledger, coverage, conform, healthcheck):
    cli.add_command(_command)
