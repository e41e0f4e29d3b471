"""Workers of pytest-xdist share a server elsewhere: a call that reached no tenant is no worker's, and fails the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from tests.testing.projects import run

UNKNOWN = 'assert send(zangsho, "wrong-token-1") == 401'
REVOKED = "mock_server.control.revoke(zangsho.id); send(zangsho)"
STRICT = '@pytest.mark.expect_loss("zangsho.auth.*", strict=True)\n'
NAMED = ["*calls of any test that reached no tenant*", "*#1 POST /v1/customers*unknown credentials*zangsho.auth.token*"]


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    with MockApp(Serving(demo=False)) as mock_app:
        monkeypatch.setenv("MOCKSERVERS_URL", mock_app.server.url)
        yield


@pytest.mark.parametrize(
    ("mark", "body", "status", "lines"),
    [
        ("", UNKNOWN, 1, ["*1 passed*", *NAMED]),
        (STRICT, UNKNOWN, 0, ["*1 passed*"]),
        (STRICT, "assert send(zangsho) == 201", 1, ["*Expected a loss by zangsho.auth.[*]*"]),
        ("", f"zangsho.expect_loss('zangsho.auth.token'); {UNKNOWN}", 0, ["*1 passed*"]),
        ("", REVOKED, 1, ["*the credentials of tenant zangsho-* are revoked*"]),
    ],
)
def test_a_call_with_wrong_credentials_fails_the_run_unless_it_is_expected(
    pytester: pytest.Pytester, mark: str, body: str, status: int, lines: list[str]
) -> None:
    result = run(pytester, f"{mark}def test_it(zangsho, mock_server):\n    {body}\n", "-n", "1")
    assert result.ret == status
    for line in lines:
        result.stdout.fnmatch_lines([line])
