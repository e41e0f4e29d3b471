"""`mockservers new-vendor`: the skeleton of a distribution that adds a vendor."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new-vendor")
@click.argument("name")
@click.option(
    "--openapi",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The vendor's OpenAPI document, 3.0 or 3.1, YAML or JSON, in one file.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to create. Default: ./NAME-mock.",
)
def new_vendor(name: str, file: Path, directory: Path | None) -> None:
    """Write the skeleton of a distribution that adds a vendor: a contract, a package, a fixture and a test.

    You can install, serve and test it at once. All of its rules are assumed.

    \b
    Examples:
      mockservers new-vendor acme --openapi acme.yaml
      mockservers new-vendor acme --openapi acme.yaml --directory own-acme
    """
    from mockservers.cli.scaffold.distribution import write_distribution

    directory = directory or Path(f"{name}-mock")
    draft = write_distribution(name, file, directory)
    click.echo(f"{directory}: {draft.title}. Operations that store items: {len(draft.stored)}.")
    for each in draft.left_out:
        click.echo(f"  left out: {each}")
    click.echo(f"Next: pip install -e {directory} && pytest {directory}")
