"""A reader of a page: pastes its commands one after the other, saves its files, runs its tests.

The address and the admin token that the pages show are replaced by those of the server of the test.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.programs.running import READY
from tests.docs.code_blocks import Block, matches
from tests.elsewhere import PROGRAM, Elsewhere

SERVER, ADMIN_TOKEN = "http://127.0.0.1:8080", "local-admin-token"


@dataclass
class Reader:
    """Runs blocks in a folder of its own against one server. A reader who is `alone` knows of no server."""

    server: Elsewhere
    folder: Path
    alone: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """That of a shell in which `mockservers` is installed and the server is known."""
        path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
        found = {**os.environ, "PATH": path, "CURL_HOME": str(self.folder)}
        if self.alone:
            return found
        found["MOCKSERVERS_URL"] = self.server.url
        if self.server.token:
            found["MOCKSERVERS_ADMIN_TOKEN"] = self.server.token
        return found

    def paste(self, block: Block, *inside: str) -> None:
        """Run a shell block, and compare its exit status and what it prints. `inside` comes before the command."""
        self._let_curl_in(block.text)
        done = self._run([*inside, "bash", "-euo", "pipefail", "-c", self._here(block.text)])
        wanted = int(block.comments.get("exit", "0"))
        assert done.returncode == wanted, f"{block.text}\nends with {done.returncode}:\n{done.stdout}{done.stderr}"
        if block.expected:
            shown = (done.stdout or done.stderr, done.stdout + done.stderr)  # a page may show both, as a terminal does
            expected = self._here(block.expected)
            assert any(matches(each, expected) for each in shown), f"{block.text}\nprints:\n{shown[1]}"

    def execute(self, block: Block) -> None:
        """Run a Python program."""
        done = self._run([PROGRAM.with_name("python"), "-c", self._here(block.text)])
        assert done.returncode == 0, f"{block.text}\n{done.stderr}"
        if block.expected:
            assert matches(done.stdout, self._here(block.expected)), f"{block.text}\nprints:\n{done.stdout}"

    def start(self, block: Block) -> None:
        """Run a command that serves, on free ports, until it is ready."""
        environment = self.environment | {
            "MOCKSERVERS_PORT": "0",
            "MOCKSERVERS_HTTPS_PORT": "0",
            "MOCKSERVERS_PROXY_PORT": "0",
            "MOCKSERVERS_TLS_DIR": str(self.folder / "tls"),
        }
        command = ["bash", "-euc", f"exec {block.text.strip()}"]
        with subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            printed: list[str] = []
            for line in process.stdout:
                printed.append(line)
                if READY.search(line.rstrip()):
                    process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, f"{block.text}\n{''.join(printed)}"
            assert any(READY.search(line.rstrip()) for line in printed), "".join(printed)

    def save(self, block: Block) -> None:
        """Write a file that later blocks read."""
        path = self.folder / block.comments["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")

    def _run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=self.environment, cwd=self.folder, timeout=120
        )

    def _here(self, text: str) -> str:
        return text.replace(SERVER, self.server.url).replace(ADMIN_TOKEN, self.server.token or "")

    def _let_curl_in(self, text: str) -> None:
        """Give curl the admin token of a server elsewhere, where the page's own server asks for none."""
        asks_admin = "/__admin/" in text and "Authorization" not in text and self.server.token
        written = f'header = "Authorization: Bearer {self.server.token}"' if asks_admin else ""
        (self.folder / ".curlrc").write_text(written)


def run_tests(pytester: pytest.Pytester, tests: Sequence[Block]) -> None:
    """Run test files as they are pasted. One with a `text` block after it fails, and prints these lines."""
    if not tests:
        return
    for number, block in enumerate(tests):
        pytester.path.joinpath(f"test_{number}.py").write_text(block.text, "utf-8")
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", "-rA", "--tb=short")
    printed = " ".join(result.stdout.str().split())
    for number, block in enumerate(tests):
        failed, passed = f"FAILED test_{number}.py" in printed, f"PASSED test_{number}.py" in printed
        assert (failed, passed) == (bool(block.expected), not block.expected), f"{block.text}\n{result.stdout.str()}"
        for line in block.expected.splitlines():
            assert " ".join(line.split()) in printed, f"{line}\nis not in:\n{result.stdout.str()}"
