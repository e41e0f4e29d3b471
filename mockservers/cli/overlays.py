"""`mockservers overlay`: a copy of contract files to edit, with the JSON Schemas that editors use to complete them."""

from __future__ import annotations

import re
from pathlib import Path

import click

from mockservers.core.errors import UsageError
from mockservers.vendors import vendor_names

_MODELINE = re.compile(r"\A# yaml-language-server: \$schema=.*\n")


@click.command()
@click.argument("vendor", type=click.Choice(vendor_names()))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default="contracts",
    show_default=True,
    help="The folder to copy to, for --contracts.",
)
@click.option("--force", is_flag=True, help="Overwrite existing copies.")
def overlay(vendor: str, files: tuple[str, ...], directory: Path, *, force: bool) -> None:
    """Copy contract files of VENDOR to a folder, so that you can edit them and use the folder with --contracts.

    FILE is openapi.yaml, rules.yaml, errors.yaml or vendor.yaml. The JSON Schemas of the files are copied, too: an
    editor with a YAML language server completes and checks what you write.

    \b
    Examples:
      mockservers overlay zangsho openapi.yaml
      mockservers overlay fanship rules.yaml errors.yaml --directory own
    """
    for path in copied(vendor, files, directory, force=force):
        click.echo(f"Written: {path}")
    click.echo(f"Next: edit, then mockservers serve --contracts {directory}")


def copied(vendor_name: str, files: tuple[str, ...], directory: Path, *, force: bool) -> list[Path]:
    """Copy files, all or none, and their schemas. Return what was written. UsageError where that is not possible."""
    from mockservers.core.contract.loading import data_directory
    from mockservers.core.contract.user_folder import READ, SCHEMAS, VALUES
    from mockservers.core.values.nearest import did_you_mean
    from mockservers.vendors import vendor

    source = vendor(vendor_name).contract_folder
    known = sorted(path.name for path in source.iterdir() if path.suffix in READ and path.name != VALUES)
    for file in files:
        if file not in known:
            raise UsageError(
                f"{vendor_name} has no file {file!r}.{did_you_mean(file, known)} Available: {', '.join(known)}."
            )
        if (directory / vendor_name / file).exists() and not force:
            raise UsageError(f"{directory / vendor_name / file} already exists. Fix: --force overwrites it.")
    contents: dict[Path, str] = {}
    for file in dict.fromkeys(files):
        text = (source / file).read_text("utf-8")
        schema = data_directory("contracts") / SCHEMAS / f"{Path(file).stem}.schema.json"
        if file.endswith(".yaml"):
            modeline = f"# yaml-language-server: $schema=../{SCHEMAS}/{schema.name}\n"
            text = modeline + _MODELINE.sub("", text)
            contents[directory / SCHEMAS / schema.name] = schema.read_text("utf-8")
        contents[directory / vendor_name / file] = text
    for path, text in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}. Fix: --directory.") from None
    return [path for path in contents if path.parent.name != SCHEMAS]
