"""`mockservers models`: types for the payloads of a vendor."""

from __future__ import annotations

from pathlib import Path

import click

from mockservers.cli.options import overlay
from mockservers.core.errors import UsageError
from mockservers.vendors import vendor_names


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@click.option("--python", "language", flag_value="python", help="TypedDicts, for mypy and pyright.")
@click.option("--ts", "language", flag_value="ts", help="TypeScript interfaces.")
@overlay
def models(vendor: str, language: str | None, contracts: Path | None) -> None:
    """Print types for the payloads of VENDOR, so that a type checker finds misspelt fields.

    \b
    Examples:
      mockservers models zangsho --python > zangsho_models.py
      mockservers models zangsho --ts > zangsho-models.ts
    """
    from mockservers.cli.payloads.from_contract import models_of
    from mockservers.cli.payloads.python_source import python_source
    from mockservers.cli.payloads.typescript_source import typescript_source
    from mockservers.vendors import load_contract

    if language is None:
        raise UsageError("The language is missing. Fix: --python or --ts.")
    source_of = {"python": python_source, "ts": typescript_source}[language]
    click.echo(source_of(models_of(load_contract(vendor, contracts))), nl=False)
