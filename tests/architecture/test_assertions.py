"""Every test checks something, and a vendor's test of an accepted request checks more than its status."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = re.compile(r"raises|fail|expect|check|assert_\w+|(no_)?fnmatch_lines?|test_\w+|complete|updates")
"""What checks something without being a function of these tests: of pytest, Playwright, the kit and its properties."""
SUCCESS = re.compile(r"\b20[0-6]\b")


@cache
def parsed() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "tests").rglob("*.py"))}


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions of a module, without those in its classes and functions."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def assertions(function: ast.FunctionDef) -> list[ast.expr]:
    return [node.test for node in ast.walk(function) if isinstance(node, ast.Assert)]


def called(function: ast.AST) -> set[str]:
    """The last names of the functions and methods that something calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    methods = {each.attr for each in calls if isinstance(each, ast.Attribute)}
    return methods | {each.id for each in calls if isinstance(each, ast.Name)}


@cache
def imported(path: Path) -> dict[str, Path]:
    """The files of the tests from which a module imports a name."""
    return {
        alias.asname or alias.name: ROOT / f"{node.module.replace('.', '/')}.py"
        for node in ast.walk(parsed()[path])
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests.")
        for alias in node.names
    }


@cache
def checks(path: Path, name: str) -> bool:
    """Whether a function of a module checks something: itself, or by a function of the tests that it calls."""
    function = functions(parsed()[path]).get(name)
    if function is None:
        source = imported(path).get(name)
        return source in parsed() and checks(source, name)
    return bool(assertions(function)) or any(
        CHECKS.fullmatch(each) or checks(path, each) for each in called(function) - {name}
    )


@cache
def checking_methods() -> frozenset[str]:
    """The names of methods of classes of the tests that check something."""
    classes = [node for tree in parsed().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    methods = [node for each in classes for node in each.body if isinstance(node, ast.FunctionDef)]
    return frozenset(method.name for method in methods if assertions(method) or "raises" in called(method))


def is_about_a_status(assertion: ast.expr) -> bool:
    """Whether an assertion compares a status, and nothing else."""
    return isinstance(assertion, ast.Compare) and ast.unparse(assertion.left).endswith((".status", ".status_code"))


def checks_only_a_success(path: Path, function: ast.FunctionDef) -> bool:
    """Whether a function checks that a request is accepted, and not what is held of it or counted."""
    checked = assertions(function)
    return (
        any(SUCCESS.search(ast.unparse(assertion)) for assertion in checked)
        and all(map(is_about_a_status, checked))
        and not any(CHECKS.fullmatch(name) or checks(path, name) for name in called(function))
    )


def test_every_test_checks_something() -> None:
    unchecked = [
        f"{path.relative_to(ROOT)}::{name}"
        for path, tree in parsed().items()
        for name, function in functions(tree).items()
        if name.startswith("test_") and not checks(path, name) and not called(function) & checking_methods()
    ]
    assert unchecked == []


def test_a_vendors_test_of_an_accepted_request_checks_more_than_its_status() -> None:
    """If this fails, assert what is held and what the ledger counts: a status says little of what became of an item."""
    weak = [
        f"{path.relative_to(ROOT)}::{name}"
        for path, tree in parsed().items()
        if ROOT / "tests/vendors" in path.parents
        for name, function in functions(tree).items()
        if name.startswith("test_") and checks_only_a_success(path, function)
    ]
    assert weak == []


@pytest.mark.parametrize(
    ("body", "weak"),
    [
        ("assert tenant.send(order).reply.status == 200", True),
        ("assert app.get(path).status_code in (200, 201)", True),
        ("assert tenant.send(order).reply.status == 422", False),
        ("assert tenant.send(order).reply.status == 200; assert tenant.items == {'sent': 1, 'kept': 1}", False),
        ("assert tenant.send(order).reply.status == 200; assert_held(tenant)", False),
        ("assert (tenant.send(order).reply.status, tenant.silent) == (200, 0)", False),
    ],
)
def test_a_status_alone_is_noticed(body: str, weak: bool) -> None:
    (function,) = functions(ast.parse(f"def test_it(tenant):\n    {body}")).values()
    assert checks_only_a_success(Path(__file__), function) is weak
