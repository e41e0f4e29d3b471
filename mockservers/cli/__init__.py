"""The command line: serve the vendors, or ask what they would do."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from mockservers.cli.deferred_commands import DeferredCommands
from mockservers.cli.environment_check import check_environment
from mockservers.cli.options import SETTINGS_FILE
from mockservers.core.errors import MockserversError, UsageError
from mockservers.core.values.nearest import did_you_mean

_NOT_USABLE = 2
_BROKEN_PIPE = 141
"""The exit status that a shell shows for a program that SIGPIPE ended."""


def main() -> None:
    """Entry point. A mistake of the user is one line on stderr and exit status 2, never a traceback."""
    try:
        status = _status()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains when it flushes
        status = _BROKEN_PIPE
    except OSError as error:
        status = _print_error(f"Cannot write standard output: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if status:
        sys.exit(status)


def _status() -> Any:
    """The exit status of the command that was asked for."""
    try:
        cli(standalone_mode=False)
    except MockserversError as error:
        return _print_error(str(error))
    except click.ClickException as error:
        error.show()
        return _NOT_USABLE
    except click.Abort:
        return 130
    except SystemExit as end:
        return end.code
    except OSError as error:
        if error.filename is None:
            raise
        return _print_error(f"{error.filename}: {error.strerror}.")
    return 0


def _print_error(sentence: str) -> int:
    click.echo(f"mockservers: {sentence}", err=True)
    return _NOT_USABLE


_COMMANDS = DeferredCommands(
    {
        "init": "mockservers.cli.initializing:init",
        "serve": "mockservers.cli.servers:serve",
        "env": "mockservers.cli.servers:env",
        "run": "mockservers.cli.servers:run",
        "explain": "mockservers.cli.answers:explain",
        "rules": "mockservers.cli.answers:rules",
        "errors": "mockservers.cli.answers:errors",
        "models": "mockservers.cli.payload_models:models",
        "ledger": "mockservers.cli.gates:ledger",
        "coverage": "mockservers.cli.gates:coverage",
        "report": "mockservers.cli.reporting:report",
        "conform": "mockservers.cli.gates:conform",
        "mutate": "mockservers.cli.mutate_command:mutate",
        "mcp": "mockservers.cli.mcp_command:mcp",
        "overlay": "mockservers.cli.overlays:overlay",
        "new-vendor": "mockservers.cli.new_vendor:new_vendor",
        "healthcheck": "mockservers.cli.servers:healthcheck",
    }
)


@click.group(commands=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mockservers", message="mockservers %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Local mocks of OmniSegment, FANSHIP, eSputnik and Zangsho that report what became of every item sent.

    Settings: you can give --journal-max also as MOCKSERVERS_JOURNAL_MAX, or as journal_max in ./mockservers.toml.

    \b
    Examples:
      mockservers serve
      mockservers explain fanship purchases.ndjson --path day=20251101
      mockservers rules fanship
    """
    check_environment(os.environ, _variables)
    if SETTINGS_FILE.is_file():
        import tomllib

        try:
            settings = tomllib.loads(SETTINGS_FILE.read_text("utf-8"))
        except (ValueError, OSError) as error:
            raise UsageError(f"{SETTINGS_FILE} cannot be read: {error}.") from None
        context.default_map = dict.fromkeys(("serve", "run", "mutate", "healthcheck"), _checked(settings))


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by the names of parameters. UsageError for an unknown one, which would be ignored otherwise."""
    names = {
        option.opts[0].lstrip("-").replace("-", "_"): option.name for option in _COMMANDS["serve"].params if option.name
    }
    for key in settings:
        if key not in names:
            raise UsageError(
                f"{SETTINGS_FILE} has {key!r}, which is not a setting.{did_you_mean(key, names)} "
                f"Settings: {', '.join(names)}."
            )
    return {str(names[key]): value for key, value in settings.items()}


def _variables() -> set[str]:
    """The environment variables that the options of all commands read."""
    return {str(option.envvar) for command in _COMMANDS.values() for option in command.params if option.envvar}
