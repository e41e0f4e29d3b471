"""A user's own test file under a type checker: the names of credentials are known, a misspelt one is an error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

RIGHT = """
from collections.abc import Sequence

from mockservers import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant, intercept
from mockservers.testing.conformance import Fanship, FanshipTarget, Omnisegment, OmnisegmentTarget, Target, Zangsho
from mockservers.testing.orders import Order
from mockservers.testing.server import MockServer


class TestFanship(Fanship):
    def export(self, target: FanshipTarget, orders: Sequence[Order]) -> None:
        words: list[str] = [target.url, target.token, *(order.id for order in orders)]
        target.sleep(len(words))


class TestOmnisegment(Omnisegment):
    def export(self, target: OmnisegmentTarget, orders: Sequence[Order]) -> list[str]:
        return [target.tid, target.api_key]


class TestZangsho(Zangsho):
    def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
        return [target.credentials["token"]]


def test_orders(
    omnisegment: OmnisegmentTenant, fanship: FanshipTenant, esputnik: EsputnikTenant, zangsho: ZangshoTenant
) -> None:
    words: list[str] = [omnisegment.tid, omnisegment.api_key, fanship.token, esputnik.api_key, zangsho.token]
    held: int = len(zangsho.state["orders"]) + zangsho.ledger.silent
    assert words and not held


def test_a_second_tenant(mock_server: MockServer) -> None:
    token: str = mock_server.tenant("fanship", state={"members": []}).token
    with intercept() as mocks:
        assert token != mocks.zangsho.token
"""
WRONG = [
    ("ZangshoTenant, intercept", "ZangshoTenant, interceptt, intercept", "mockservers", "interceptt"),
    ("fanship.token", "fanship.tokn", "FanshipTenant", "tokn"),
    ("esputnik.api_key", "esputnik.token", "EsputnikTenant", "token"),
    ("zangsho.ledger.silent", "zangsho.ledger.silnet", "Ledger", "silnet"),
    ("mocks.zangsho.token", "mocks.zangsho.tid", "ZangshoTenant", "tid"),
    ("target.url", "target.ulr", "FanshipTarget", "ulr"),
    ("target.token", "target.tokn", "FanshipTarget", "tokn"),
    ("target.api_key", "target.token", "OmnisegmentTarget", "token"),
    ('target.credentials["token"]', "target.token", "Target", "token"),
    ('tenant("fanship", state', 'tenant("fanship", sate', "", "sate"),
]
"""What is right, what is wrong there, whose attribute is misspelt, and how."""

BIN = Path(__file__).parents[2] / "clients/node/node_modules/.bin"
CHECKERS: dict[str, list[str | Path]] = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir=cache", "test_ours.py"],
    "pyright": [BIN / "pyright", "--pythonpath", sys.executable, "test_ours.py"],
}


def said(checker: str, owner: str, name: str) -> str:
    """How a type checker complains of a misspelt name; clients/node/test/types.ts has what tsc complains of."""
    if not owner:
        return name if checker == "mypy" else 'No overloads for "tenant" match'
    if checker == "mypy":
        return f'"{owner}" has no attribute "{name}"'
    if owner == "mockservers":
        return f'"{name}" is unknown import symbol'
    return f'Cannot access attribute "{name}" for class "{owner}"'


def checked(checker: str, folder: Path, text: str) -> str:
    """What a type checker prints about a user's file."""
    command = CHECKERS[checker]
    if not Path(command[0]).exists():
        pytest.skip(f"{checker} is not here: scripts/node-client installs it and runs this file")
    (folder / "test_ours.py").write_text(text, "utf-8")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300).stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_users_file_type_checks(checker: str, tmp_path: Path) -> None:
    printed = checked(checker, tmp_path, RIGHT)
    assert "Success" in printed or "0 errors" in printed, printed


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_misspelt_name_is_an_error(checker: str, tmp_path: Path) -> None:
    text = RIGHT
    for right, wrong, *_ in WRONG:
        assert right in RIGHT
        text = text.replace(right, wrong, 1)
    printed = checked(checker, tmp_path, text)
    assert [error for *_, owner, name in WRONG if (error := said(checker, owner, name)) not in printed] == [], printed


def test_a_misspelt_credential_fails_when_it_runs(zangsho: object) -> None:
    with pytest.raises(AttributeError, match="'ZangshoTenant' object has no attribute 'tokn'"):
        zangsho.tokn  # type: ignore[attr-defined]  # noqa: B018
