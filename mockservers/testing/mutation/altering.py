"""A vendor with the defect of a mutant, and the readings and contract files of its server."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mockservers.core.accounting.rule_coverage import limited_lists
from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import replace
from mockservers.core.values.json_text import dumps
from mockservers.testing.mutation.mutants import Mutant
from mockservers.testing.mutation.transforms import TRANSFORMS

_Cause = TypeVar("_Cause", Call, Job)


@dataclass(frozen=True, slots=True)
class Altered:
    """The settings of a server that make one of its vendors a mutant."""

    alter: Callable[[Vendor, Contract], Vendor]
    readings: Mapping[str, str]
    contracts: Path | None


def altered(mutant: Mutant, contract: Contract, folder: Path) -> Altered:
    """Return the settings of a mutant's server. Changed contract files are written to the folder."""
    rule, _, choice = mutant.target.partition("=")
    return Altered(
        lambda vendor, known: _mutated(mutant, vendor, known),
        {rule: choice} if mutant.kind == "reading" else {},
        _limit_moved(mutant, contract, folder) if mutant.kind == "limit" else None,
    )


def _mutated(mutant: Mutant, vendor: Vendor, contract: Contract) -> Vendor:
    if vendor.name != mutant.vendor or not mutant.step:
        return vendor
    transform = TRANSFORMS[mutant.kind]

    def wrong(decide: Callable[[_Cause, View], Decision]) -> Callable[[_Cause, View], Decision]:
        return lambda cause, view: transform(decide(cause, view), mutant.step, mutant.target, contract)

    if mutant.step in vendor.jobs:
        return replace(vendor, jobs={**vendor.jobs, mutant.step: wrong(vendor.jobs[mutant.step])})
    return replace(vendor, operations={**vendor.operations, mutant.step: wrong(vendor.operations[mutant.step])})


def _limit_moved(mutant: Mutant, contract: Contract, folder: Path) -> Path:
    """Write the vendor's openapi.yaml with a limit that is one more or less. Return the folder of contract files."""
    rule, off = mutant.target[:-2], int(mutant.target[-2:])
    document = copy.deepcopy(contract.openapi)
    for lists in limited_lists(contract).values():
        for name, limit in lists.values():
            if name == rule:
                _move(document, contract, rule, limit + off)
    written = folder / contract.vendor / "openapi.yaml"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_bytes(dumps(document))  # JSON is YAML
    return folder


def _move(document: Any, contract: Contract, rule: str, limit: int) -> None:
    for place in contract.rules[rule].covers:
        if place.startswith("openapi.yaml#/") and place.endswith("/maxItems"):
            *path, key = place.partition("#/")[2].split("/")
            node = document
            for token in path:
                node = node[token]
            node[key] = limit
