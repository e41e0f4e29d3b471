"""The README does what it says: its commands are run, and what it shows is what comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """`mockservers serve`, as the README has it but for the port."""
    command = [sys.executable, "-m", "mockservers.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "ready on " in line:
                yield line.strip().rpartition(" ")[2]
                break
        server.terminate()
        assert server.wait(5) == 0


def shown_after(snippet: str) -> str:
    """The block of text behind a snippet, on one line; empty where there is none."""
    at = BLOCKS.index(("sh", snippet)) + 1
    language, text = BLOCKS[at] if at < len(BLOCKS) else ("", "")
    return " ".join(text.split()) if language == "text" else ""


def test_every_snippet_for_the_demo_tenants_does_what_it_says(url: str) -> None:
    """One after the other, as a reader pastes them: the ledger at the end is what the snippets before it left."""
    snippets = [text for language, text in BLOCKS if language == "sh" and "127.0.0.1:8080/" in text]
    assert len(snippets) >= 5
    for snippet in snippets:
        code = snippet.replace("http://127.0.0.1:8080", url)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, check=True)
        shown = "".join(shown_after(snippet).split())
        came = "".join(done.stdout.split())
        end = shown.index("…") if "…" in shown else None
        assert came[:end] == shown[:end], snippet


def test_explain_does_what_it_says() -> None:
    (snippet,) = [text for language, text in BLOCKS if language == "sh" and "mockservers explain" in text]
    path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", snippet], capture_output=True, text=True, check=False, env=path, cwd=ROOT)
    assert done.returncode == 1, done.stderr
    assert " ".join(done.stdout.split()) == shown_after(snippet)


def test_the_example_of_a_test_passes_and_says_what_a_misspelt_key_loses(pytester: pytest.Pytester) -> None:
    (example,) = [text for language, text in BLOCKS if language == "python" and "fanship.url" in text]
    pytester.makepyfile(test_right=example, test_wrong=example.replace('"quantity": 1', '"orderDate": "2025-11-01"'))
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    shown = BLOCKS[BLOCKS.index(("python", example)) + 1][1]
    for line in shown.splitlines():
        assert " ".join(line.split()) in " ".join(result.stdout.str().split())


@pytest.mark.parametrize("about", ["intercept", "faults.plan"])
def test_a_further_example_passes(pytester: pytest.Pytester, about: str) -> None:
    (example,) = [text for language, text in BLOCKS if language == "python" and about in text]
    pytester.makepyfile(example)
    pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_program_runs_among_the_mocks() -> None:
    (snippet,) = [text for language, text in BLOCKS if language == "sh" and "mockservers run" in text]
    path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", snippet], capture_output=True, text=True, check=True, env=path)
    assert done.stdout.strip() == shown_after(snippet)


def test_the_ledger_is_a_gate(url: str, tmp_path: Path) -> None:
    """The demo tenants of the snippets above have lost something, or nothing was sent yet."""
    (snippet,) = [text for language, text in BLOCKS if language == "sh" and "mockservers ledger" in text]
    path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    code = snippet.replace("http://127.0.0.1:8080", url)
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=False, env=path, cwd=tmp_path)
    assert done.returncode == int("Lost:" in done.stdout), done.stderr
    assert (tmp_path / "ledger.xml").read_text().startswith("<?xml")


def test_the_two_commands_are_there() -> None:
    for command in ("scripts/serve", "scripts/test", "scripts/container"):
        assert command in README
        assert os.access(ROOT / command, os.X_OK)
