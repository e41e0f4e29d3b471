"""The README does what it says: its commands are run, and what it shows is what comes.

Against `mockservers serve`, or whatever answers at MOCKSERVERS_URL: `scripts/container` runs this file against the
image that it built.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mockservers.web.seeds import demo
from tests.asking import VENDORS
from tests.elsewhere import PROGRAM, Elsewhere, elsewhere

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SERVER, ITS_TOKEN = "http://127.0.0.1:8080", "local-admin-token"

BY_CURL = [
    "/omnisegment/api", "/fanship/v1", "/esputnik/api", "/zangsho/v1", "demo-fanship/ledger", "demo-zangsho/clock",
]  # fmt: skip
BY_PYTEST = ["fanship.clock", "faults.plan", "intercept"]
BY_PROGRAM = ["mockservers run", "mockservers ledger"]
INSIDE = ["mockservers explain"]
NOT_HERE = {
    "scripts/serve": "sets up a checkout: tests/packaging does so",
    "scripts/test": "is what runs this",
    "docker build": "is what scripts/container does",
}


def block(about: str, *languages: str) -> str:
    """The one block of code that has this in it."""
    (found,) = [text for language, text in BLOCKS if language in languages and about in text]
    return found


def shown_after(snippet: str) -> str:
    """The block of text behind a snippet, without white space; empty where there is none."""
    at = [text for _, text in BLOCKS].index(snippet) + 1
    language, text = BLOCKS[at] if at < len(BLOCKS) else ("", "")
    return "".join(text.split()) if language == "text" else ""


def hold_shown(came: str, snippet: str) -> None:
    """What came is what is shown, up to its dots."""
    shown, dots, _ = shown_after(snippet).partition("…")
    came = "".join(came.split())
    assert (came[: len(shown)] if dots else came) == shown, snippet


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    """A server whose demo tenants are as they were at its start, which was at noon."""
    with elsewhere(guarded=False) as server:
        for vendor in VENDORS:
            server.control.delete_tenant(f"demo-{vendor}")
            server.control.create_tenant({"vendor": vendor, "now": "2026-01-15T12:00:00+09:00", **demo(vendor)})
        yield server


@pytest.fixture
def env(there: Elsewhere, tmp_path: Path) -> dict[str, str]:
    """An environment that leads to it, for programs that read one."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    found = {**os.environ, "PATH": path, "MOCKSERVERS_URL": there.url, "CURL_HOME": str(tmp_path)}
    if there.token:
        found["MOCKSERVERS_ADMIN_TOKEN"] = there.token
    return found


def run(code: str, env: Mapping[str, str], cwd: Path, *inside: str) -> subprocess.CompletedProcess[str]:
    words = [*inside, "bash", "-euo", "pipefail", "-c", code]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=env, cwd=cwd, timeout=120)


def test_every_snippet_is_run_or_said_to_be_run_elsewhere() -> None:
    abouts = [*BY_CURL, *BY_PYTEST, *BY_PROGRAM, *INSIDE, *NOT_HERE]
    found = [block(about, "sh", "python") for about in abouts]
    assert sorted(found) == sorted(text for language, text in BLOCKS if language in ("sh", "python"))


def test_every_snippet_for_the_demo_tenants_does_what_it_says(
    there: Elsewhere, env: dict[str, str], tmp_path: Path
) -> None:
    """One after the other, as a reader pastes them: the ledger at the end is what the snippets before it left."""
    for about in BY_CURL:
        snippet = block(about, "sh")
        asks_admin = "/__admin/" in snippet and "Authorization" not in snippet and there.token
        curlrc = f'header = "Authorization: Bearer {there.token}"' if asks_admin else ""
        (tmp_path / ".curlrc").write_text(curlrc)
        done = run(snippet.replace(SERVER, there.url).replace(ITS_TOKEN, there.token or ""), env, tmp_path)
        assert done.returncode == 0, done.stderr
        hold_shown(done.stdout, snippet)


def test_explain_does_what_it_says(there: Elsewhere, env: dict[str, str], tmp_path: Path) -> None:
    """Where the server is, which it does not ask."""
    snippet = block("mockservers explain", "sh")
    done = run(snippet, env, tmp_path, *there.inside)
    assert done.returncode == 1, done.stderr
    hold_shown(done.stdout, snippet)


@pytest.fixture
def leading_there(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOCKSERVERS_URL", "MOCKSERVERS_ADMIN_TOKEN"):
        if name in env:
            monkeypatch.setenv(name, env[name])


@pytest.mark.parametrize("server", ["of its own", "elsewhere"])
def test_the_example_of_a_test_passes_and_says_what_a_misspelt_key_loses(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, server: str
) -> None:
    lead(server, request)
    example = block("fanship.clock", "python")
    pytester.makepyfile(test_right=example, test_wrong=example.replace('"quantity": 1', '"orderDate": "2025-11-01"'))
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    shown = BLOCKS[BLOCKS.index(("python", example)) + 1][1]
    for line in shown.splitlines():
        assert " ".join(line.split()) in " ".join(result.stdout.str().split())


@pytest.mark.parametrize("server", ["of its own", "elsewhere"])
@pytest.mark.parametrize("about", ["intercept", "faults.plan"])
def test_a_further_example_passes(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, about: str, server: str
) -> None:
    lead(server, request)
    pytester.makepyfile(block(about, "python"))
    pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def lead(server: str, request: pytest.FixtureRequest) -> None:
    if server == "elsewhere":
        request.getfixturevalue("leading_there")
    else:
        request.getfixturevalue("monkeypatch").delenv("MOCKSERVERS_URL", raising=False)


@pytest.mark.parametrize("server", ["of its own", "elsewhere"])
def test_a_program_runs_among_the_mocks(env: dict[str, str], tmp_path: Path, server: str) -> None:
    snippet = block("mockservers run", "sh")
    if server == "of its own":
        del env["MOCKSERVERS_URL"]
    done = run(snippet, env, tmp_path)
    assert done.returncode == 0, done.stderr
    hold_shown(done.stdout, snippet)


def test_the_ledger_is_a_gate(there: Elsewhere, env: dict[str, str], tmp_path: Path) -> None:
    """Whatever was lost there by now, it is the same in status, text and file."""
    done = run(block("mockservers ledger", "sh").replace(SERVER, there.url), env, tmp_path)
    suites = ET.parse(tmp_path / "ledger.xml").getroot()
    failures = ["".join([*failure.attrib.values(), failure.text or ""]) for failure in suites.iter("failure")]
    assert {f"demo-{vendor}" for vendor in VENDORS} <= {str(case.get("name")) for case in suites.iter("testcase")}
    assert done.returncode == int(bool(failures)), done.stderr
    assert done.stdout.count("Lost:") == sum("Lost:" in failure for failure in failures)


def test_the_two_commands_are_there() -> None:
    for command in ("scripts/serve", "scripts/test", "scripts/container"):
        assert command in README
        assert os.access(ROOT / command, os.X_OK)
