"""A user's own test file under a type checker: the names of credentials are known, a misspelt one is an error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = """
from mockservers import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant, intercept
from mockservers.testing.server import MockServer


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
    ("fanship.token", "fanship.tokn", '"FanshipTenant" has no attribute "tokn"'),
    ("esputnik.api_key", "esputnik.token", '"EsputnikTenant" has no attribute "token"'),
    ("zangsho.ledger.silent", "zangsho.ledger.silnet", '"Ledger" has no attribute "silnet"'),
    ("mocks.zangsho.token", "mocks.zangsho.tid", '"ZangshoTenant" has no attribute "tid"'),
    ('tenant("fanship", state', 'tenant("fanship", sate', "sate"),
]


def mypy(folder: Path, text: str) -> str:
    (folder / "test_ours.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "test_ours.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_a_file_of_a_users_is_understood(tmp_path: Path) -> None:
    assert mypy(tmp_path, RIGHT).startswith("Success")


def test_every_misspelt_name_is_an_error(tmp_path: Path) -> None:
    text = RIGHT
    for right, wrong, _ in WRONG:
        assert right in RIGHT
        text = text.replace(right, wrong, 1)
    reported = mypy(tmp_path, text)
    assert [error for _, _, error in WRONG if error not in reported] == [], reported


def test_a_misspelt_credential_fails_when_it_runs(zangsho: object) -> None:
    with pytest.raises(AttributeError, match="'ZangshoTenant' object has no attribute 'tokn'"):
        zangsho.tokn  # type: ignore[attr-defined]  # noqa: B018
