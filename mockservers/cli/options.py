"""Options that several commands share, and the values that are given with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mockservers.cli.output import check_writable
from mockservers.core.accounting.levels import LEVELS
from mockservers.core.errors import UsageError

SETTINGS_FILE = Path("mockservers.toml")

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
"""An existing folder."""


class _FileToWrite(click.Path):
    """A file to write. One that cannot be written stops the command before it does any work."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)  # `check_writable` also refuses a folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        check_writable(path, param.get_error_hint(ctx) if param else "")
        return path


FILE_TO_WRITE = _FileToWrite()


class _Setting(click.Option):
    """An option whose error messages name the place that its value came from: flag, variable or settings file."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        source = ctx.get_parameter_source(self.name) if ctx and self.name else None
        if source is ParameterSource.ENVIRONMENT:
            return f"the environment variable {self.envvar}"
        if source is ParameterSource.DEFAULT_MAP:
            return f"{_key(self.opts[0])!r} in {SETTINGS_FILE}"
        return super().get_error_hint(ctx)


overlay = click.option("--contracts", type=FOLDER, help="Directory of contract files that override the packaged ones.")
fail_on = click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="never",
    show_default=True,
    help="End with status 1 on silent losses, on reported losses, too (lost), or also on values at risk (at-risk).",
)
at_least = click.option(
    "--at-least",
    type=click.IntRange(0),
    metavar="N",
    help="End with status 1 if fewer items arrived. Default with --fail-on: 1.",
)
expect = click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="RULE",
    help='Accept the losses and refusals of a rule, or of a pattern such as "*.auth.*".',
)


def setting(*names: str, **attributes: Any) -> Callable[..., Any]:
    """An option that is a flag, an environment variable and a key of mockservers.toml."""
    envvar = "MOCKSERVERS_" + _key(names[0]).upper()
    show_default = attributes.get("default") is not None
    return click.option(*names, cls=_Setting, envvar=envvar, show_default=show_default, **attributes)


def _key(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")


def url_of_server(**attributes: Any) -> Callable[..., Any]:
    """The address of a running server. The pytest fixtures read the same variable."""
    show_default = attributes.get("default") is not None
    return click.option(
        "--url", cls=_Setting, envvar="MOCKSERVERS_URL", show_envvar=True, show_default=show_default, **attributes
    )


def pairs(words: tuple[str, ...], form: str) -> dict[str, str]:
    """`NAME=VALUE` words as names and values. UsageError for a word in another form, or a name that is given twice."""
    values: dict[str, str] = {}
    for text in words:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise UsageError(f"{text!r} is not {form}.")
        if name in values:
            raise UsageError(f"{name!r} is given twice: {values[name]} and {value}. Fix: give it once.")
        values[name] = value
    return values


def json_of(raw: bytes, option: str) -> Any:
    """The value of a JSON text. If it is not JSON, UsageError with the name of the option."""
    from mockservers.core.values.json_text import NotJson, loads

    try:
        return loads(raw).value
    except NotJson as reason:
        raise UsageError(f"{option} is not JSON: {reason}.") from None
