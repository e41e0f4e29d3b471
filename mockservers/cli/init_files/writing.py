"""The files of `mockservers init`: all of them, or none if one of them exists already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mockservers.cli.init_files.ci_files import CI_FILES, SOURCE
from mockservers.cli.init_files.samples import SAMPLES
from mockservers.core.errors import UsageError
from mockservers.vendors import load_contract

RUN_BY = {
    "pytest": "pytest tests",
    "vitest": "npx vitest run",
    "shell": "mockservers run --fail-on silent -- bash {file}",
}


def files(runner: str, ci: str, vendors: Sequence[str]) -> dict[str, str]:
    """Path -> text: a sample for each vendor, and the CI file unless `ci` is none."""
    path_template, sample = SAMPLES[runner]
    contents = {path_template.format(vendor=vendor): sample(load_contract(vendor)) for vendor in vendors}
    if ci != "none":
        path, ci_text = CI_FILES[ci]
        contents[path] = ci_text(runner, vendors)
    return contents


def write_files(directory: Path, contents: dict[str, str], *, force: bool) -> None:
    """Write files below a directory. Without `force`, UsageError if one exists, and nothing is written."""
    existing = [path for path in contents if (directory / path).exists()]
    if existing and not force:
        raise UsageError(
            f"{', '.join(existing)} would be overwritten. Fix: --force overwrites, --directory writes to another "
            "folder, --ci none writes no CI file."
        )
    for path, text in contents.items():
        try:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, "utf-8")
        except OSError as error:
            raise UsageError(f"{directory / path} cannot be written: {error.strerror}. Fix: --directory.") from None


def next_steps(runner: str, ci: str, written: dict[str, str]) -> list[str]:
    """The next steps: run the sample, and write the address of the repository into the CI file."""
    command = RUN_BY[runner].format(file=next(iter(written)))
    steps = [f"Next: {command}", "The test fails, and shows what was lost silently."]
    if ci != "none":
        address = "OWNER/mockservers" if (runner, ci) == ("shell", "github") else SOURCE
        steps.append(f"In {CI_FILES[ci][0]}, replace {address} with the address of the mockservers repository.")
    return steps
