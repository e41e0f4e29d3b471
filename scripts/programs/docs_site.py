"""python -m scripts.programs.docs_site DIRECTORY: the pages of the documentation site, generated ones included.

The project's own pages keep their paths, so that their links also work on the site; other files that they link to are
copied. The reference is generated from the commands, the admin API's document and the contracts.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import yaml

from mockservers.cli import cli
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.provenance import MEANINGS, label
from mockservers.core.contract.rules import Rule
from mockservers.vendors import load_contract, vendor_names

ROOT = Path(__file__).parents[2]
COPIED = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "SKILL.md",
    "llms.txt",
    "clients/node/README.md",
    "docs/**/*",
    "contracts/schema/*.json",
)
ADMIN = ROOT / "mockservers/core/contract/admin.openapi.yaml"
WIDTH = 100


def main(directory: str) -> None:
    """Write all pages below a directory, and delete what was there."""
    target = Path(directory)
    shutil.rmtree(target, ignore_errors=True)
    for pattern in COPIED:
        for source in sorted(ROOT.glob(pattern)):
            if source.is_file():
                place = target / source.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)
    reference = target / "reference"
    reference.mkdir()
    for name, write in pages().items():
        (reference / f"{name}.md").write_text("\n".join(write()) + "\n", "utf-8")


def pages() -> dict[str, Callable[[], Iterator[str]]]:
    """The generated pages: {name: function that writes its lines}."""
    vendors = {f"rules-{name}": _rules_of(name) for name in vendor_names()}
    return {"cli": command_line, "admin-api": admin_api, "how-true": how_true, **vendors}


# -- the command line ---------------------------------------------------------------------------------------------


def command_line() -> Iterator[str]:
    """The output of `--help`, command by command."""
    yield "# The command line\n"
    yield "Each command's `--help`, as it is printed. The examples run in the project's own tests.\n"
    for name, command in {"": cli, **cli.commands}.items():
        path = f"mockservers {name}".strip()
        context = click.Context(command, info_name=path, max_content_width=WIDTH, terminal_width=WIDTH)
        yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"


# -- the admin API ------------------------------------------------------------------------------------------------


def admin_api() -> Iterator[str]:
    """The operations of the admin API, by path."""
    document = yaml.safe_load(ADMIN.read_text("utf-8"))
    yield "# The admin API\n"
    yield "Made from its OpenAPI document, which a server answers at `/__admin/openapi.json`. How to use it:"
    yield "[admin-api.md](../docs/admin-api.md).\n"
    base = urlsplit(document["servers"][0]["url"]).path
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                yield from _operation(document, f"{method.upper()} {base}{path}", operation, shared)


def _operation(document: Any, heading: str, operation: Any, shared: list[Any]) -> Iterator[str]:
    yield f"## {heading} {{ #{operation['operationId']} }}\n"
    yield f"{operation['summary'].rstrip('.')}.\n"
    if "description" in operation:
        yield f"{operation['description'].strip()}\n"
    parameters = [_resolved(document, each) for each in (*shared, *operation.get("parameters", []))]
    if parameters:
        yield "| parameter | in | type | what it is |\n|---|---|---|---|"
        for each in parameters:
            about = _cell(each.get("description", ""))
            yield f"| `{each['name']}` | {each['in']} | {_type(each.get('schema', {}))} | {about} |"
        yield ""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{media}`, {_type(content.get('schema', {}))}.\n"
    yield "| status | answer |\n|---|---|"
    for status, response in operation["responses"].items():
        yield f"| {status} | {_cell(_resolved(document, response).get('description', ''))} |"
    yield ""


def _resolved(document: Any, given: Any) -> Any:
    found = given
    while "$ref" in found:
        at = document
        for token in found["$ref"].removeprefix("#/").split("/"):
            at = at[token]
        found = at
    return found


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in short: its name, its type, or its values."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    types = schema.get("type", "any")
    return " or ".join(types) if isinstance(types, list) else str(types)


# -- the vendors' rules -------------------------------------------------------------------------------------------


def _rules_of(name: str) -> Callable[[], Iterator[str]]:
    return lambda: rules(load_contract(name))


def rules(contract: Contract) -> Iterator[str]:
    """The rules of a vendor, with their sources and readings."""
    yield f"# {contract.title}: its rules\n"
    yield f"{len(contract.rules)} rules. `mockservers rules {contract.vendor}` prints the same. What the words for"
    yield "provenance mean, and how many rules each has: [How true is it](how-true.md).\n"
    for rule in contract.rules.values():
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id} {{ #{rule.id} }}\n"
    yield f"{_text(rule.says)}\n"
    yield f"*{label(rule.provenance_of)}*" + (f": {_text(rule.reason)}" if rule.reason else "") + "\n"
    if rule.source:
        words = f": “{_text(rule.source['words'])}”" if "words" in rule.source else ""
        yield f"Source: [{_text(rule.source['section'])}]({rule.source['url']}){words}\n"
    if rule.reading:
        yield f"| `--reading {rule.id}=` | what the mock does then |\n|---|---|"
        for choice, says in rule.reading.choices.items():
            default = " (default)" if choice == rule.reading.default else ""
            yield f"| `{choice}`{default} | {_cell(says)} |"
        yield ""


# -- how true it is -----------------------------------------------------------------------------------------------


def how_true() -> Iterator[str]:
    """The numbers of documented and of assumed rules of each vendor."""
    yield "# How true is it\n"
    yield "No vendor offers a sandbox to compare with, so each rule says where it comes from. A rule with two sources"
    yield "counts for the weaker one.\n"
    yield "| provenance | it means |\n|---|---|"
    for word, means in MEANINGS.items():
        yield f"| {word} | {means} |"
    yield "\n| vendor | rules | " + " | ".join(MEANINGS) + " | readings |"
    yield "|---|" + "--:|" * (len(MEANINGS) + 2)
    for name in vendor_names():
        contract = load_contract(name)
        counts = [sum(rule.provenance == each for rule in contract.rules.values()) for each in MEANINGS]
        readings = sum(rule.reading is not None for rule in contract.rules.values())
        row = [f"[{contract.title}](rules-{name}.md)", str(len(contract.rules)), *map(str, counts), str(readings)]
        yield f"| {' | '.join(row)} |"
    yield "\nA reading is a choice that you make where the pages are silent or contradict each other:"
    yield "[readings.md](../docs/readings.md).\n"
    yield "The pages that were read:\n"
    for name in vendor_names():
        contract = load_contract(name)
        yield f"- {contract.title}: " + ", ".join(f"<{page}>" for page in contract.files["vendor.yaml"]["pages"])


def _text(text: str) -> str:
    """A sentence of a contract, escaped for Markdown."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").strip()


def _cell(text: str) -> str:
    return " ".join(_text(text).replace("|", "\\|").split())


if __name__ == "__main__":
    main(sys.argv[1])
