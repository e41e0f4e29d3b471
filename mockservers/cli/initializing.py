"""`mockservers init`: a first test and a CI file for a project."""

from __future__ import annotations

from pathlib import Path

import click

from mockservers.vendors import vendor_names


@click.command()
@click.argument("vendors", nargs=-1, type=click.Choice(vendor_names()))
@click.option(
    "--for", "runner", type=click.Choice(("pytest", "vitest", "shell")), default="pytest", show_default=True,
    help="The test runner.",
)  # fmt: skip
@click.option(
    "--ci",
    type=click.Choice(("github", "gitlab", "jenkins", "none")),
    default="github",
    show_default=True,
    help="The CI server to write a file for.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="The folder of the project.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def init(vendors: tuple[str, ...], runner: str, ci: str, directory: Path, *, force: bool) -> None:
    """Write a first test for each of VENDORS (default: all), and a CI file that runs it.

    The test fails at first: it sends a value that the vendor loses silently, so that you see the message.

    \b
    Examples:
      mockservers init zangsho
      mockservers init zangsho fanship --for shell --ci gitlab
      mockservers init --for vitest --ci none --directory shop
    """
    from mockservers.cli.init_files.writing import files, next_steps, write_files

    contents = files(runner, ci, vendors or vendor_names())
    write_files(directory, contents, force=force)
    for path in contents:
        click.echo(f"Written: {directory / path}")
    for step in next_steps(runner, ci, contents):
        click.echo(step)
