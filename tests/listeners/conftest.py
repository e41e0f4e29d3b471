"""The servers of the suites that run through every transport, and a call of the command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockservers.cli import main
from mockservers.testing.server import MockServer
from mockservers.web.bootstrap import MockApp
from tests.elsewhere import Elsewhere, elsewhere
from tests.listeners.command_line import Ended


@pytest.fixture(scope="session")
def here() -> Iterator[MockServer]:
    """A server in this process."""
    server = MockServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def there() -> Iterator[Elsewhere]:
    """A server in another process: see `tests.elsewhere`."""
    with elsewhere() as server:
        yield server


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Call the entry point in this process, in an empty folder. Nothing is served."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(MockApp, "start", lambda _: pytest.fail("it serves"))

    def call(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mockservers", *words])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    return call
