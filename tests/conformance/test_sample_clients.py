"""The sample exporters hold what they are asked for, by the very commands that they and `python -m` name."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mockservers.clients.__main__ import commands

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "fixtures" / "clients"
COMMANDS = list(commands())
GUZZLE = Path("/usr/share/php/GuzzleHttp/autoload.php")

ONLY: dict[str, Sequence[str]] = {
    "python": ("complete", "updates", "crash"),  # test_right_clients.py tries the same functions on everything
    "java": ("complete", "updates", "outage"),  # a crash costs the start of another Java, a minute in all
    "fanship.sh": ("limits", "updates"),  # it starts a dozen processes for each export
}
"""The properties that a sample is tried on, where that is not all of them."""


def name_of(command: str) -> str:
    """`conform fanship php fanship.php`."""
    words = [Path(word).name for word in shlex.split(command)]
    return " ".join(word for word in words[1:] if not word.startswith("--"))


def lacking(command: str) -> str:
    """The programs that this machine lacks."""
    program = shlex.split(command.partition(" -- ")[2])[0]
    if program == "java":
        return "" if shutil.which("javac") else "there is no JDK"
    if program == "php" and "guzzle" in command:
        return (
            ""
            if GUZZLE.exists() and shutil.which("php")
            else "there is no Guzzle (Debian: apt-get install php-guzzlehttp-guzzle)"
        )
    if program.endswith(".sh"):
        return "" if shutil.which("jq") and shutil.which("curl") else "there is no curl or no jq"
    return "" if program == "python" or shutil.which(program) else f"there is no {program}"


def options(command: str) -> list[str]:
    """The options of a quick run with a seed and the most useful properties."""
    program = shlex.split(command.partition(" -- ")[2])
    only = ONLY["python"] if "-m" in program else ONLY.get(Path(program[-1]).name, ONLY.get(program[0], ()))
    if program[:1] == ["python"] and "-m" not in program:
        only = ()
    return ["--profile", "quick", "--seed", "1", *(f"--only={each}" for each in only)]


@pytest.mark.thorough
@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_a_sample_passes_the_command_that_it_names(command: str, tmp_path: Path) -> None:
    if reason := lacking(command):
        pytest.skip(reason)
    before, _, program = command.partition(" -- ")
    words = shlex.split(program)
    words[:1] = [sys.executable] if words[0] == "python" else words[:1]
    asked = [sys.executable, "-m", *shlex.split(before), *options(command), "--", *words]
    # A call that is never answered costs that much, and one of a thousand orders has to fit in.
    environment = {**os.environ, "HTTP_TIMEOUT": "5", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_sample_names_its_command() -> None:
    parts = {"protocol.php", "curl.php"}  # of the others
    samples = {path.name for path in CLIENTS.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts}
    assert {name for name in samples - parts if not any(name in command for command in COMMANDS)} == set()


def test_there_are_samples_in_each_language_and_for_each_vendor() -> None:
    tried = {tuple(re.findall(r"conform (\w+) .*-- (\S+)", command)[0]) for command in COMMANDS}
    by_language = {program: {vendor for vendor, other in tried if other == program} for _, program in tried}
    vendors = {"omnisegment", "fanship", "esputnik", "zangsho"}

    assert by_language["python"] == by_language["php"] | by_language["java"] == vendors
    assert len(by_language["php"]) >= 2
    assert len(by_language["java"]) >= 2


def test_a_sample_that_is_started_by_hand_names_the_command_that_runs_it() -> None:
    asked = [sys.executable, "-m", "mockservers.clients.fanship", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(asked, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "mockservers conform" in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("vendor", ["omnisegment", "fanship", "esputnik", "zangsho"])
def test_a_sample_module_can_be_configured_by_its_environment(vendor: str, tmp_path: Path) -> None:
    program = [sys.executable, "-m", f"mockservers.clients.{vendor}"]
    asked = [sys.executable, "-m", "mockservers", "conform", vendor, "--env", "--profile=quick", "--only=crash"]
    environment = {**os.environ, "HTTP_TIMEOUT": "5", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*asked, "--", *program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
