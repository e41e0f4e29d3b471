"""The harness knows no vendor: what is written per vendor is in its package and its contract."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.test_layers import PACKAGE, module_of

LAYERS = ("core", "web", "reports", "cli")
VENDORS = sorted(path.name for path in (PACKAGE / "vendors").iterdir() if (path / "__init__.py").is_file())
NAMED = re.compile("|".join(VENDORS), re.IGNORECASE)
FILES = [path for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*.py"))]
DATA = [path for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*")) if path.suffix in (".yaml", ".json")]
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def named(source: str) -> list[str]:
    """The strings and identifiers in code that name a vendor, without docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, _WITH_DOCSTRING) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    names += [node.arg for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.keyword)) and node.arg]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.name for node in ast.walk(tree) if isinstance(node, _WITH_DOCSTRING[1:])]
    return [text for text in (*texts, *names) if NAMED.search(text)]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_code_outside_the_vendors_names_a_vendor(path: Path) -> None:
    assert named(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_no_data_outside_the_vendors_names_a_vendor(path: Path) -> None:
    assert NAMED.findall(path.read_text("utf-8")) == []


def test_texts_names_and_imports_are_noticed_and_docstrings_are_not() -> None:
    imports = "import mockservers.vendors.fanship.state\nfrom mockservers.vendors.zangsho import VENDOR\n"
    function = (
        'def fanship_url(zangsho):\n    """Like `fanship`."""\n    return zangsho.esputnik(omnisegment="A FANSHIP")\n'
    )
    assert len(named(imports)) == 2
    assert sorted(named(function)) == ["A FANSHIP", "esputnik", "fanship_url", "omnisegment", "zangsho", "zangsho"]
