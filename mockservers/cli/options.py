"""Options that several commands share, and the values that are given with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockservers.core.errors import UsageError

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
"""A folder that is there."""

FILE_TO_WRITE = click.Path(path_type=Path, dir_okay=False)


def setting(*names: str, **about: Any) -> Callable[..., Any]:
    """An option that is a flag, an environment variable and a key of mockservers.toml."""
    envvar = "MOCKSERVERS_" + names[0].lstrip("-").replace("-", "_").upper()
    return click.option(*names, envvar=envvar, show_default=about.get("default") is not None, **about)


def url_of_server(**about: Any) -> Callable[..., Any]:
    """The address of a server that runs: the variable is the one that the pytest fixtures read, too."""
    return click.option(
        "--url", envvar="MOCKSERVERS_URL", show_envvar=True, show_default=about.get("default") is not None, **about
    )


def pairs(given: tuple[str, ...], form: str) -> dict[str, str]:
    """`NAME=VALUE` words as names and values. UsageError for a word that is not of the form."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise UsageError(f"{text!r} is not {form}.")
        found[name] = value
    return found


def json_of(raw: bytes, what: str) -> Any:
    """The value of a JSON text. UsageError, by the name of the option, when it is none."""
    from mockservers.core.jsontext import NotJson, loads

    try:
        return loads(raw).value
    except NotJson as reason:
        raise UsageError(f"{what} is not JSON: {reason}.") from None
