"""Words that the project no longer uses, and the files that still have them.

    python -m tests.architecture.old_words      takes what no longer occurs out of the allow-list

The allow-list, `old_words.txt`, has a line for each file with the words that are still to be replaced in it. It only
shrinks. A file that was moved keeps its words: the command writes its new name.
"""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALLOWED = Path(__file__).with_name("old_words.txt")

OLD: Mapping[str, str] = {
    # words, also as parts of an identifier, in any case
    "door": "listener, endpoint, or transport",
    "doors": "listener, endpoint, or transport; /__admin/tls",
    "stranger": "unauthenticated request",
    "strangers": "unauthenticated requests",
    "told": "reported",
    "tells": "reports, says",
    "fate": "outcome",
    "fates": "outcomes",
    "remark": "note",
    "remarks": "notes",
    "remarking": "notes",
    "survivable": "recoverable",
    "crew": "worker pool",
    "patience": "timeout",
    "courier": "webhook sender",
    "agenda": "scheduler",
    "doomed": "batch_failed",
    "dice": "rng",
    "mend": "fix",
    "mends": "fixes",
    "room": "module",
    "rooms": "modules",
    "drawing": "examples",
    "surprise": "unexpected result",
    "surprises": "gives an unexpected result",
    "troubles": "resilience",
    "trimming": "pruning",
    "resending": "order_update",
}
"""Old word -> what is written now."""

NAMES: Mapping[str, str] = {
    "Held": "Snapshot",
    "Score": "WireScript",
    "Performed": "WireScript",
    "Refusing": "connection refusal",
    "NoRoom": "InsufficientStorage",
    "NotReady": "ServerUnavailable",
    "Whose": "MemberLookup",
    "Became": "ItemResult",
    "Looks": "Payments",
    "Summing": "CoveragePlugin",
    "Trial": "Run",
    "Breach": "PropertyFailure",
    "performing": "fault delivery",
    "performed": "sent",
    "performance": "wire script",
    "besides": "other_records",
    "PACE": "min_rate",
    "hit": "fired fault",
}
"""Old identifier, whole and in this case -> the new one. Only names in code are searched for these, not its prose."""

PROSE: Mapping[str, str] = {"Gives": "Return", "Total": "Never raises"}
"""Old word of a docstring, in this case -> what is written now. Only Python is searched for these."""

PHRASES: Mapping[str, str] = {
    "at first sight": "on first use",
    "held to account": "validated",
    "points at nothing": 'unresolved "$ref"',
    "in place of ours": "overrides",
    "in place of the first": "replaces the first",
    "no status of its": "not one of its statuses",
    "nobody in particular": "an arbitrary non-root UID",
    "for all else": "for everything else",
    "nothing in the mock acts on this rule": "rule is not implemented",
    "stands still": "is frozen",
    "standing clock": "frozen clock",
    "x-tells": "x-reports",
}
"""Old phrase -> what is written now."""

FILES: Mapping[str, str] = {
    "doors": "listeners",
    "crew": "worker_pool",
    "arriving": "slow_clients",
    "plain": "fast_path",
    "performing": "fault_delivery",
    "refusing": "connection_refusal",
    "harness": "app or bootstrap",
    "held": "snapshot",
    "exercised": "rule_coverage",
    "planning": "fault_spec",
    "reading": "request_parsing",
    "deciding": "the resource's noun",
    "covering": "coverage_collector",
    "summing": "coverage_plugin",
    "allowing": "expectations",
    "drawing": "examples",
    "drawn": "json_values",
    "calls": "requests",
    "keeping": "completeness",
    "moving": "updates",
    "besides": "other_records",
    "troubles": "resilience",
    "measures": "limits",
    "watching": "timeouts",
    "trimming": "pruning",
    "moments": "timestamps",
    "resending": "order_update",
    "remarking": "notes",
    "showing": "views",
}
"""Old file name, without its ending -> the new one."""

SEARCHED = ("*.py", "*.md", "*.yaml", "*.toml", "*.bash", "scripts/*", ".ci/run", "Dockerfile")
EXEMPT = ("contracts/*/examples/*", "tests/architecture/*words*", "fixtures/*", "LICENSE")
"""Examples of the vendors and fixtures are quotations; so is each `words:` of a contract."""

_QUOTED = re.compile(r"words: (\"[^\"]*\"|'[^']*'|[^,}\n]*)")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@cache
def occurrences() -> Mapping[str, frozenset[str]]:
    """{file: old words that are in it}, of all tracked files that are searched."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *SEARCHED]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    paths = [ROOT / name for name in names if not any(Path(name).match(pattern) for pattern in EXEMPT)]
    there = [path for path in paths if path.is_file()]
    found = {path.relative_to(ROOT).as_posix(): _words_of(path) for path in there}
    return {name: words for name, words in found.items() if words}


def _words_of(path: Path) -> frozenset[str]:
    named = {f"{path.stem}.py"} if path.suffix == ".py" and path.stem in FILES else set()
    return old_words(path.read_text("utf-8"), python=path.suffix == ".py") | named


def old_words(text: str, *, python: bool) -> frozenset[str]:
    """The old words in a text, quotations of the vendors left out."""
    identifiers = _identifiers(text) if python else set()
    text = _QUOTED.sub("", text)
    parts = {part.lower() for part in _PART.findall(text)}
    found = (OLD.keys() & parts) | (NAMES.keys() & identifiers)
    if python:
        found |= {word for word in PROSE if re.search(rf"\b{word}\b", text)}
    plain = " ".join(re.sub(r"(?m)^\s*#", " ", text).split()).lower()
    return frozenset(found | {phrase for phrase in PHRASES if re.search(rf"\b{re.escape(phrase)}\b", plain)})


def _identifiers(code: str) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def allowed() -> dict[str, frozenset[str]]:
    """{file: old words that may still be in it}."""
    lines = [line.partition(": ") for line in ALLOWED.read_text("utf-8").splitlines() if line]
    return {name: frozenset(words.split(", ")) for name, _, words in lines}


def write(entries: Mapping[str, frozenset[str]]) -> None:
    """Write the allow-list."""
    lines = [f"{name}: {', '.join(sorted(words))}\n" for name, words in sorted(entries.items()) if words]
    ALLOWED.write_text("".join(lines), "utf-8")


def shrunk(entries: Mapping[str, frozenset[str]], there: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The allow-list without what no longer occurs. What files that are gone were allowed, new files may have."""
    left = Counter(word for name, words in entries.items() if not (ROOT / name).exists() for word in words)
    kept = {name: words & there.get(name, frozenset()) for name, words in entries.items()}
    for name in sorted(there.keys() - entries.keys()):
        moved = {word for word in there[name] if left[word]}
        left.subtract(moved)
        kept[name] = frozenset(moved)
    return kept


if __name__ == "__main__":
    write(shrunk(allowed(), occurrences()))
