"""A contract file of a user's cannot keep the machine busy: aliases, levels and bytes have limits, and it is a file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mockservers.core.contract.loading import BYTES_MOST
from mockservers.core.contract.yaml_reading import LEVELS_MOST, read
from mockservers.core.errors import ContractError
from mockservers.vendors import load_contract


def aliases(levels: int, width: int = 9) -> str:
    """A text of a few lines that means `width` to the power of `levels` values."""
    lines = [f"a0: &a0 [{', '.join('x' * width)}]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, levels)]
    return "\n".join(lines)


TOO_MUCH = {
    "aliases of aliases": (aliases(9), "values on"),
    "a chain of aliases": (aliases(2 * LEVELS_MOST, width=1), "levels"),
    "a hundred thousand lists": ("[" * 100_000 + "]" * 100_000, "nest"),
    "more levels than are allowed": ("[" * (LEVELS_MOST + 1) + "]" * (LEVELS_MOST + 1), "101 levels"),
    "an alias to itself": ("a: &a [*a]", "an alias leads to itself"),
    "more bytes than are allowed": ("#" * (BYTES_MOST + 1), "not a regular file of up to"),
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_a_file_whose_aliases_expand_too_much_is_refused_quickly(tmp_path: Path, case: str) -> None:
    text, reason = TOO_MUCH[case]
    (tmp_path / "zangsho").mkdir()
    (tmp_path / "zangsho" / "rules.yaml").write_text(text)
    began = time.process_time()
    with pytest.raises(ContractError, match=reason):
        load_contract("zangsho", tmp_path)
    assert time.process_time() - began < 2.0


def test_a_device_is_not_a_contract_file(tmp_path: Path) -> None:
    (tmp_path / "zangsho").mkdir()
    (tmp_path / "zangsho" / "rules.yaml").symlink_to("/dev/zero")
    with pytest.raises(ContractError, match="not a regular file"):
        load_contract("zangsho", tmp_path)


def test_small_aliases_are_read() -> None:
    assert read("a: &x {b: 1}\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}
    assert read("") is None
