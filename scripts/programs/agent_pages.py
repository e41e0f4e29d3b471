"""Writes llms.txt and SKILL.md, the pages for agents.

    python -m scripts.programs.agent_pages

They come from the README, the index of docs/, the help of the commands, the rules and the error responses.
llms.txt follows https://llmstxt.org; SKILL.md is a skill as coding agents load it, by its name and description.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from mockservers.cli import cli
from mockservers.cli.listing import listed_errors, listed_rules
from mockservers.vendors import vendor_names, vendor_title

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:8080"
_ROW = re.compile(r"^\| \[([^\]]+)\]\(([^)]+)\) \| (.+) \|$", re.MULTILINE)
_DESCRIPTION = (
    "Test code that sends customers, orders or events to {vendors} without an account: run local mocks of them, see "
    "what became of every item sent, and find what they lose without saying so. Use it when you write, debug or review "
    "such an integration, or its tests or CI."
)


def main() -> None:
    """Write both files at the top of the checkout."""
    for name, text in pages().items():
        (ROOT / name).write_text(text, "utf-8")
        print(f"Written: {name}")


def pages() -> dict[str, str]:
    """File -> text."""
    return {"llms.txt": "\n".join(_llms()) + "\n", "SKILL.md": "\n".join(_skill()) + "\n"}


def _llms() -> Iterator[str]:
    first, second = _summary()
    yield from ("# mockservers", "", f"> {first}", "", second)
    yield from ("", "## Docs", "", "- [README.md](README.md): two commands, a first test, one lost order per vendor")
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for name, place, about in _ROW.findall(index):
        path = (ROOT / "docs" / place).resolve().relative_to(ROOT).as_posix()
        yield f"- [{name}]({path}): {about}"
    yield from ("", "## Commands", "")
    for name, command in cli.commands.items():
        yield f"- `mockservers {name}`: {_first_sentence(command)}"
    for vendor in vendor_names():
        yield from ("", f"## Rules of {vendor_title(vendor)}", "")
        yield from (f"- `{rule['rule']}` ({rule['provenance']}): {rule['says']}" for rule in listed_rules([vendor]))


def _skill() -> Iterator[str]:
    first, second = _summary()
    titles = [vendor_title(vendor) for vendor in vendor_names()]
    description = _DESCRIPTION.format(vendors=", ".join(titles[:-1]) + " or " + titles[-1])
    yield from ("---", "name: mockservers", f"description: {json.dumps(description, ensure_ascii=False)}", "---")
    yield from ("", "# mockservers", "", first, "", second, "", *_WORKFLOW.strip().splitlines())
    yield from ("", "## Commands")
    for name, command in cli.commands.items():
        yield from ("", f"`mockservers {name}`: {_first_sentence(command)}")
        if examples := _examples(command):
            yield from ("", "```sh", *examples, "```")
    yield from ("", "## Error responses", "")
    yield "`mockservers errors VENDOR` prints the body of each, and a request that causes it."
    for vendor in vendor_names():
        yield from ("", f"{vendor_title(vendor)} (`{vendor}`):", "", "| name | status | rule |", "|---|---|---|")
        for error in listed_errors(vendor, URL):
            yield f"| `{error['refusal']}` | {error['status']} | `{error['rule']}` |"
    yield from ("", "## Rules with several readings", "")
    yield from (
        "Where a vendor's pages leave something open, `--reading RULE=CHOICE` chooses. The first is the default.",
        "",
    )
    for rule in listed_rules(vendor_names()):
        if reading := rule["reading"]:
            choices = sorted(reading["choices"], key=lambda choice: choice != reading["default"])
            yield f"- `{rule['rule']}`: {', '.join(f'`{choice}`' for choice in choices)}"


def _summary() -> tuple[str, str]:
    """The first two paragraphs of the README below the line of languages, each on one line."""
    paragraphs = (ROOT / "README.md").read_text("utf-8").split("\n\n")
    first, second = [part for part in paragraphs[1:] if not part.startswith("English · ")][:2]
    return " ".join(first.split()), " ".join(second.split())


def _first_sentence(command: click.Command) -> str:
    text = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.]) ", text)[0]


def _examples(command: click.Command) -> list[str]:
    """The lines below `Examples:` in a command's help."""
    found = re.search(r"Examples?:\n((?: {2}.+\n?)+)", inspect.cleandoc(command.help or ""))
    return [line.strip() for line in found[1].splitlines()] if found else []


_WORKFLOW = """
## How to work with it

1. Install it from a checkout: `pip install '/path/to/mockservers[pytest]'`. The extras are in `docs/install.md`.
2. Ask before you send: `mockservers explain VENDOR FILE` says what the vendor would do with a payload, item by item,
   without a server. Exit status 0 means that all is kept, 1 that something is lost.
3. Write a test with the fixture of the vendor, or let `mockservers init VENDOR` write the first one. The fixture has
   `url`, `credentials`, `state`, `ledger`, `journal`, `clock` and `faults`. The test fails by itself when something is
   lost without a report: you need no assertion for it.
4. In another language, run `mockservers serve` and point the code at `http://127.0.0.1:8080/VENDOR`, or run it by
   `mockservers run -- COMMAND`, which keeps the vendors' own addresses. Then ask `mockservers ledger --fail-on silent`.
5. Read a finding: `outcome` says what became of the item, `rule` why, `where` is the place in the body, `nearest` the
   key that was probably meant, `provenance` whether the vendor's page says so or this project assumes it.
6. Look a rule up by `mockservers rules VENDOR`, before you change code because of it. Do not silence a loss by
   `expect_loss` unless the test is about that loss.

An answer of 200 means nothing here: look at the ledger.
"""

if __name__ == "__main__":
    main()
