"""The rule ids that code names: as a text of their own, or in backticks in a docstring."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "mockservers"
_ID = r"[a-z]+\.[a-z0-9-]+\.[a-z0-9-]+"


@cache
def named_in_code(owner: str) -> set[str]:
    """The rules of a vendor that its package names, or those of the harness that the rest of the code names."""
    home = PACKAGE / "vendors" / owner
    files = home.rglob("*.py") if home.is_dir() else (PACKAGE / "core").rglob("*.py")
    return {name for path in files for name in named_in(path) if name.startswith(f"{owner}.")}


def named_in(path: Path) -> set[str]:
    """The rule ids that a file names."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    quoted = {name for text in texts for name in re.findall(rf"`({_ID})`", text)}
    return quoted | {text for text in texts if re.fullmatch(_ID, text)}
