"""Mutate each leaf of a vendor's contract, one at a time, and see that it is obeyed or refused.

python -m tests.contracts.leaves VENDOR [N]          N mutations, chosen with a fixed seed; all of them without N
python -m tests.contracts.leaves VENDOR --at PLACE   those whose `file#/pointer` has PLACE in it

Each leaf is removed, changed to another value of its type, and to one of another type. A mutated contract is loaded as
a user's overlay and replayed against the corpus. It has to change what the mock does, or to stop the start with file,
pointer, reason and fix; a leaf that does neither is documentation (`documentation.py` says why), or a finding. The
leaves of documentation are replayed against the vendor's examples alone, the others until something differs.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from mockservers.core.contract import loading
from mockservers.core.contract.contract import resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import loads, pointer
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.contracts.corpus import Chunk, corpus
from tests.contracts.documentation import kind_of
from tests.contracts.likely import has_differed, likely_first, replayed_before
from tests.contracts.observing import offer, replayed, start
from tests.overlays import overlay

SEED = 20260115
_LINKED = frozenset({"$ref", "covers", "default", "enum", "format", "required", "rule", "type"})
"""Keys under which one text may stand for another: a leaf is also changed to the next one of its file."""

Kind = Literal["changed", "stopped", "documentation", "no effect", "fault"]


@dataclass(frozen=True)
class Mutation:
    """One edit of one leaf, which is `leaf` before. `how`: removed, other value, other type."""

    file: str
    at: tuple[str | int, ...]
    how: str
    value: Any
    leaf: Any = field(default=None, hash=False)

    @property
    def place(self) -> str:
        return pointer(*self.at)

    def __str__(self) -> str:
        return f"{self.file}#{self.place} {self.how}" + ("" if self.how == "removed" else f" {self.value!r}")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutation, and a sentence on it."""

    kind: Kind
    why: str = ""


def mutations(vendor: str) -> list[Mutation]:
    """All mutations of all leaves of a vendor's contract files."""
    return [
        mutation
        for file, content in contract(vendor).files.items()
        for at, leaf in _leaves(content, ())
        for mutation in _mutations(file, at, leaf, _values_by_key(vendor, file))
    ]


def sample(vendor: str, count: int) -> list[Mutation]:
    """Some of the mutations, the same ones each time."""
    found = mutations(vendor)
    return random.Random(SEED).sample(found, min(count, len(found)))


def judge(vendor: str, mutation: Mutation, *, quick: bool = False) -> Verdict:
    """Load the mutated contract and replay the corpus against it; `quick`: the vendor's examples alone."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            folder = overlay(Path(directory), vendor, mutation.file, _mutated(vendor, mutation))
            with patch.object(loading, "_read", _read):
                obeyed = load_contract(vendor, folder)
            start(vendor, obeyed, app=mutation.at[0] not in _NO_ROUTES)
        except ContractError as error:
            fix = str(error).partition(error.reason)[2].strip(" .")
            complete = error.file and error.reason and fix
            return Verdict("stopped" if complete else "fault", str(error))
        except Exception as error:  # noqa: BLE001 - each one is a fault of the start
            return Verdict("fault", f"start: {type(error).__name__}: {error}")
    if offer(obeyed) != _offer_before(vendor):
        return Verdict("changed", "offer")
    kind = kind_of(vendor, mutation.file, mutation.place, mutation.leaf)
    if kind and kind.prose:
        return Verdict("documentation", kind.why)
    chunks = corpus(vendor)[:1] if quick or kind else likely_first(vendor, mutation.file, mutation.at)
    verdict = _replayed(vendor, mutation, obeyed, chunks)
    return Verdict("documentation", kind.why) if kind and verdict.kind == "no effect" else verdict


@cache
def _read_shipped(vendor: str, name: str, path: Path) -> Any:
    return _READ(vendor, name, path)


def _read(vendor: str, name: str, path: Path) -> Any:
    """Read a file of a contract: ours once, and a mutated one as the JSON that it is, in a tenth of the time."""
    if path.is_relative_to(loading.data_directory("contracts")):
        return _read_shipped(vendor, name, path)
    return loads(path.read_bytes()).value


_READ = loading._read
_NO_ROUTES = frozenset({"components", "info", "tags", "rules", "numbers", "refusals", "messages"})
"""The parts of a contract of which the web application reads nothing when it is built."""


def _replayed(vendor: str, mutation: Mutation, obeyed: Any, chunks: Iterable[Chunk]) -> Verdict:
    for chunk in chunks:
        try:
            different = _difference(vendor, obeyed, chunk)
        except Exception as error:  # noqa: BLE001 - each one is a 500
            return Verdict("fault", f"{chunk.name}: {type(error).__name__}: {error}")
        if different:
            has_differed(vendor, mutation.file, mutation.at, chunk)
            return Verdict("changed", f"{chunk.name}: {different}")
    return Verdict("no effect")


def _difference(vendor: str, obeyed: Any, chunk: Chunk) -> str:
    for before, after in zip_longest(replayed_before(vendor, chunk.name), replayed(vendor, obeyed, chunk)):
        if before != after:
            return f"{before} -> {after}"[:300]
    return ""


@cache
def _offer_before(vendor: str) -> str:
    return offer(contract(vendor))


# -- leaves -----------------------------------------------------------------------------------------------------------


def _leaves(node: Any, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(node, dict | list) and node:
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(item, (*at, key))
    else:
        yield at, node


@cache
def _values_by_key(vendor: str, file: str) -> dict[str, list[str]]:
    """The texts that stand under each key of a file."""
    found: dict[str, list[str]] = {}
    for at, leaf in _leaves(contract(vendor).files[file], ()):
        known = found.setdefault(_key(at), [])
        if isinstance(leaf, str) and leaf not in known:
            known.append(leaf)
    return found


def _key(at: tuple[str | int, ...]) -> str:
    return next((token for token in reversed(at) if isinstance(token, str)), "")


def _mutations(file: str, at: tuple[str | int, ...], leaf: Any, texts: dict[str, list[str]]) -> Iterator[Mutation]:
    yield Mutation(file, at, "removed", None, leaf)
    match leaf:
        case bool():
            values: list[Any] = [not leaf, "x"]
        case int() | float():
            values = [leaf + 1, "x"]
        case str():
            values = [f"{leaf}x", 7]
            if _key(at) in _LINKED:
                others = texts[_key(at)]
                values += [others[(others.index(leaf) + 1) % len(others)]]
        case None:
            values = ["x"]
        case _:
            values = [7]
    for value in (value for value in values if value != leaf or type(value) is not type(leaf)):
        how = "other value" if type(value) is type(leaf) else "other type"
        yield Mutation(file, at, how, value, leaf)


def _mutated(vendor: str, mutation: Mutation) -> str:
    content = copy.deepcopy(contract(vendor).files[mutation.file])
    parent = resolve(content, pointer(*mutation.at[:-1]))
    if mutation.how == "removed":
        del parent[mutation.at[-1]]
    else:
        parent[mutation.at[-1]] = mutation.value
    return json.dumps(content, ensure_ascii=False)


# -- the command ------------------------------------------------------------------------------------------------------


def main() -> None:
    """Print each finding, and the counts."""
    parser = argparse.ArgumentParser(prog="tests.contracts.leaves")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("--at", default="", help="only what has this in its file#/pointer")
    parser.add_argument("--all", action="store_true", help="print every verdict")
    parser.add_argument("-j", "--processes", type=int, default=2)
    chosen = parser.parse_args()
    tried = sample(chosen.vendor, chosen.count) if chosen.count else mutations(chosen.vendor)
    tried = [mutation for mutation in tried if chosen.at in f"{mutation.file}#{mutation.place}"]
    counts: Counter[str] = Counter()
    for mutation, verdict in _judged(chosen.vendor, tried, chosen.processes):
        counts[verdict.kind] += 1
        if chosen.all or verdict.kind in ("fault", "no effect"):
            print(f"{verdict.kind}: {mutation}  {verdict.why}", flush=True)
        if counts.total() % PROGRESS == 0:
            print(f"{counts.total()} of {len(tried)}: {dict(counts)}", file=sys.stderr, flush=True)
    leaves = len({(mutation.file, mutation.at) for mutation in tried})
    print(f"{chosen.vendor}: {leaves} leaves, {len(tried)} mutations:", dict(counts), flush=True)


def _judged(vendor: str, tried: list[Mutation], processes: int) -> Iterator[tuple[Mutation, Verdict]]:
    """Each mutation with its verdict, in their order."""
    with get_context("spawn").Pool(processes, initializer=logging.disable) as pool:
        yield from zip(tried, pool.imap(partial(judge, vendor), tried, chunksize=_NEIGHBOURS), strict=True)


PROGRESS = 200
_NEIGHBOURS = 12
"""Mutations that one process judges in a row: most of them show in the same chunk."""


if __name__ == "__main__":
    main()
