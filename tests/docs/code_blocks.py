"""The code blocks of a page, and what its comments say about them.

A comment before a block says how the block is tested:

    <!-- file: orders.ndjson -->      it is a file that later blocks read
    <!-- exit: 1 -->                  the command ends with this status
    <!-- not run: why -->             nothing runs it
    <!-- needs: namespaces -->        it is run where the machine has that: one of `NEEDS`, or several between commas

A `text` block after a command is what the command prints; after a test it is how the test fails. `…` is anything.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.namespaces import can_isolate

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"((?:^<!-- [a-z ]+: [^\n]+ -->\n)*)^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^<!-- ([a-z ]+): (.+) -->$", re.MULTILINE)


NEEDS: Mapping[str, Callable[[], bool]] = {
    "namespaces": can_isolate,
    "php": lambda: shutil.which("php") is not None,
    "java": lambda: shutil.which("java") is not None,
    "go": lambda: shutil.which("go") is not None,
    "engine": lambda: "TESTS_IMAGE" in os.environ,  # scripts/container has one, and the image
    "an empty folder": lambda: False,  # tests/newcomers has one, and installs into it
}


@dataclass(frozen=True, slots=True)
class Block:
    """One code block: its language, its text, the comments before it, and the `text` block that follows."""

    language: str
    text: str
    comments: Mapping[str, str] = field(default_factory=dict)
    expected: str = ""

    @property
    def is_test(self) -> bool:
        """Whether pytest collects something in it."""
        return self.language == "python" and re.search(r"^(def test_|class Test)", self.text, re.MULTILINE) is not None

    @property
    def is_run(self) -> bool:
        """Whether a reader of this machine runs it."""
        return "not run" not in self.comments and all(NEEDS[name]() for name in self.needs)

    @property
    def needs(self) -> list[str]:
        """The members of `NEEDS` that a machine must have for it."""
        return self.comments["needs"].split(", ") if "needs" in self.comments else []


def blocks(page: str) -> list[Block]:
    """The blocks of a page in their order. A `text` block that shows an outcome belongs to the block before it."""
    return list(_paired([(match[2], match[3], match[1]) for match in _BLOCK.finditer(page)]))


def _paired(found: Sequence[tuple[str, str, str]]) -> Iterator[Block]:
    at = 0
    while at < len(found):
        language, text, written = found[at]
        comments = dict(_COMMENT.findall(written))
        follows = found[at + 1] if at + 1 < len(found) else ("", "", "")
        shows = language != "text" and follows[0] == "text" and not follows[2] and "not run" not in comments
        yield Block(language, text, comments, follows[1] if shows else "")
        at += 1 + shows


def matches(printed: str, expected: str) -> bool:
    """Whether a command prints what a page shows. White space does not count; `…` stands for anything."""
    parts = ["".join(part.split()) for part in expected.split("…")]
    return re.fullmatch(".*".join(re.escape(part) for part in parts), "".join(printed.split()), re.DOTALL) is not None
