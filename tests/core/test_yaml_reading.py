"""Contracts are read by YAML's events; whatever is unusual, by its nodes. Both read the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mockservers.core.contract import yaml_reading
from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.yaml_reading import read, read_by_nodes

FILES = sorted([*data_directory("contracts").glob("*/*.yaml"), *Path(yaml_reading.__file__).parent.glob("*.yaml")])
PLAIN = [
    "true",
    "False",
    "~",
    "null",
    "",
    "012",
    "0x1F",
    "0o17",
    "-1",
    "+1",
    "1.50",
    ".5",
    "1e3",
    "-.0",
    "off",
    "<<",
    "=",
]
PLAIN += [
    "2026-01-02",
    "1_000",
    "12:30",
    ".inf",
    "NULL",
    "nUll",
    "a: b",
    "'1'",
    '"true"',
    "- x",
    "[1, a]",
    "{a: 1}",
    "|\n  1",
]
WORDS = [
    *PLAIN,
    "&a x",
    "*a",
    "!!str 1",
    "! 1",
    "? a",
    "k",
    "\n",
    "\n  ",
    "\n- ",
    ": ",
    ", ",
    "# no",
    "---\n",
    "...\n",
    "\t",
    "{",
    "]",
]


def seen(read_: Any, text: str) -> Any:
    """A value with the types and the order of all its parts, or the error message."""
    try:
        return ordered(read_(text))
    except (ValueError, yaml.YAMLError) as error:
        return type(error), str(error), getattr(error, "place", None)


def ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, ordered(item)) for key, item in value.items()]
    return list(map(ordered, value)) if isinstance(value, list) else (type(value), repr(value))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_contracts_are_read_by_events_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the file is read in twice the time. Fix: write it without tags."""
    text = path.read_text("utf-8")
    expected = seen(read_by_nodes, text)
    monkeypatch.setattr(yaml_reading, "read_by_nodes", lambda _: pytest.fail("it is read by its nodes"))
    assert seen(read, text) == expected


@pytest.mark.parametrize("text", PLAIN)
def test_a_scalar_is_read_alike_by_events_and_nodes(text: str) -> None:
    assert seen(read, f"key: {text}") == seen(read_by_nodes, f"key: {text}")
    assert seen(read, f"{text}: value") == seen(read_by_nodes, f"{text}: value")


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
@example("a: 1\na: 2\n")
@example("[" * 95 + "]" * 95)
@example("[" * 101 + "]" * 101)
@example("a: 1\n---\nb: 2\n")
@example("[&a {b: &b [1]}, *a, *b, *a]")
@example("[&a 1, &a 2, *a]")
@example("&a [*a]")
@example("a: &a 1\n*a : 2\n")
@example("&a x: *a\n")
@example("- &n0 [1]\n" + "".join(f"- &n{at + 1} [{', '.join([f'*n{at}'] * 9)}]\n" for at in range(12)))
@example("- &n0 [1]\n" + "".join(f"- &n{at + 1} [*n{at}]\n" for at in range(120)))
def test_every_text_is_read_alike_by_events_and_nodes(text: str) -> None:
    assert seen(read, text) == seen(read_by_nodes, text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_every_value_is_read_alike_by_events_and_nodes(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    assert seen(read, text) == seen(read_by_nodes, text)


def test_an_alias_is_the_same_object_by_events_and_nodes() -> None:
    for each in (read, read_by_nodes):
        value = each("[&a {b: 1}, *a]")
        assert value[0] is value[1]
