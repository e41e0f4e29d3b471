"""Users' files for the types that `mockservers models` writes: one that is right, one with a misspelt key in each line.

The right payloads are the requests on the vendors' pages. A wrong one has one key more, at any of its objects, or is
one that the page shows to be refused for a key that it lacks.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockservers.cli.payloads.declarations import Named, Payload
from mockservers.cli.payloads.from_contract import models_of
from mockservers.cli.payloads.python_source import python_source
from mockservers.cli.payloads.typescript_source import typescript_source
from mockservers.core.contract.loading import data_directory
from tests.asking import VENDORS, contract

MISSPELT = "phoneNumbre"
INCOMPLETE = (
    "batch-import-purchase-data-400", "email-required", "import-audience-400", "import-purchase-data-400",
    "response-format",
)  # fmt: skip
"""Examples of the pages whose request lacks a required key, which they show to be refused."""


@dataclass(frozen=True, slots=True)
class Case:
    """A payload with the type that it should have."""

    vendor: str
    type: str
    value: Any

    @property
    def unknown(self) -> bool:
        """Whether the mock files one of its keys as unknown."""
        return any(contract(self.vendor)._shape(f"#/components/schemas/{self.type}", {}).unknown(self.value))


def examples(*, incomplete: bool) -> Iterator[Case]:
    """The payloads of the vendors' pages: those that are right, or those that lack a key."""
    for vendor in VENDORS:
        payloads = {payload.operation: payload for payload in models_of(contract(vendor)).payloads}
        for file in sorted((data_directory("contracts") / vendor / "examples").glob("*.json")):
            example = json.loads(file.read_text("utf-8"))
            if (file.stem in INCOMPLETE) is incomplete and example["operation"] in payloads:
                yield from _cases(vendor, payloads[example["operation"]], example["request"])


def with_one_more_key(case: Case) -> Iterator[Case]:
    """The payload with an unknown key at each of its objects in turn."""
    for at in _objects(case.value):
        changed = copy.deepcopy(case.value)
        place = changed
        for token in at:
            place = place[token]
        place[MISSPELT] = "0923456789"
        yield Case(case.vendor, case.type, changed)


def write_files(folder: Path, right: list[Case], wrong: list[Case]) -> None:
    """The types of all vendors, and the users' files, in both languages: a payload a line, after a line of imports."""
    for vendor in VENDORS:
        models = models_of(contract(vendor))
        (folder / f"{vendor}_models.py").write_text(python_source(models), "utf-8")
        (folder / f"{vendor}-models.ts").write_text(typescript_source(models), "utf-8")
    for name, cases in (("right", right), ("wrong", wrong)):
        imported = ", ".join(f"{vendor}_models" for vendor in VENDORS)
        lines = [f"v{n}: {case.vendor}_models.{case.type} = {case.value!r}" for n, case in enumerate(cases)]
        (folder / f"{name}.py").write_text("\n".join([f"import {imported}", *lines, ""]), "utf-8")
        imported = " ".join(f'import type * as {vendor} from "./{vendor}-models.js";' for vendor in VENDORS)
        lines = [
            f"export const v{n}: {case.vendor}.{case.type} = {json.dumps(case.value, ensure_ascii=False)};"
            for n, case in enumerate(cases)
        ]
        (folder / f"{name}.ts").write_text("\n".join([imported, *lines, ""]), "utf-8")


def lines_with_errors(printed: str, file: str) -> set[int]:
    """The cases of a file, from 0, that a type checker complains of: `wrong.py:3: error`, `wrong.ts(3,5): error`."""
    return {int(line) - 2 for line in re.findall(rf"\b{re.escape(file)}[:(](\d+)\b.*?\berror\b", printed)}


def _cases(vendor: str, payload: Payload, request: dict[str, Any]) -> Iterator[Case]:
    assert isinstance(payload.type, Named)
    if payload.is_line:
        for line in request["file"]["text"].splitlines():
            yield Case(vendor, payload.type.name, json.loads(line))
    else:
        yield Case(vendor, payload.type.name, request["json"])


def _objects(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield at
        for key, item in value.items():
            yield from _objects(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:1]):
            yield from _objects(item, (*at, index))
