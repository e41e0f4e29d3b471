"""What the tests of the pages go by: how blocks are read off a page, and when a command prints what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.code_blocks import PAGES, Block, blocks, matches

PAGE = """
<!-- file: a.json -->
<!-- not run: why -->
```json
{}
```

```sh
false
```

```text
printed
```

```text
alone
```
"""


def test_a_block_has_its_comments_and_the_output_shown_after_it() -> None:
    assert blocks(PAGE) == [
        Block("json", "{}\n", {"file": "a.json", "not run": "why"}),
        Block("sh", "false\n", expected="printed\n"),
        Block("text", "alone\n"),
    ]


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        ('{"a": 1}\n', '{"a":1}', True),
        ("one two three", "one…three", True),
        ("one two three", "one", False),
        ("one two three", "…two…", True),
        ("one two three", "…four…", False),
        ("a+b", "a.b", False),
    ],
)
def test_dots_match_anything_and_white_space_is_ignored(printed: str, expected: str, same: bool) -> None:
    assert matches(printed, expected) is same


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_fence_and_comment_of_a_page_is_read(page: Path) -> None:
    """A comment with a blank line after it, or an unknown one, would silently say nothing."""
    text = page.read_text("utf-8")
    found = blocks(text)
    assert text.count("\n```") == 2 * sum(1 + bool(block.expected) for block in found)
    assert {name for block in found for name in block.comments} <= {"file", "exit", "not run", "needs"}
    written = [line for line in text.splitlines() if line.startswith("<!-- ") and not line.startswith("<!-- table")]
    assert len(written) == sum(len(block.comments) for block in found)
