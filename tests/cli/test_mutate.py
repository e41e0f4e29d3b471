"""`mockservers mutate`: suites in shell and Node.js, whose scores are known before; commands that have no score."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = ROOT / "tests" / "testing" / "suites"
LOST = "zangsho * [dfa]*"
"""Mutants that drop a document, forget a field, or accept what is refused."""


def mutate(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    return subprocess.run(
        [sys.executable, "-m", "mockservers", "mutate", *words],
        env={**clean, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def command(suite: str) -> list[str]:
    if suite.endswith(".sh"):
        return ["sh", str(SUITES / suite)]
    if not (node := shutil.which("node")):
        pytest.skip("there is no Node.js here")
    return [node, "--test", str(SUITES / suite)]


@pytest.mark.parametrize(
    ("suite", "score"),
    [
        pytest.param("weak.sh", "killed 0 of 4 mutants (0 %)", marks=pytest.mark.thorough),
        ("strong.sh", "killed 4 of 4 mutants (100 %)"),
        ("weak.test.mjs", "killed 0 of 3 mutants (0 %)"),
        pytest.param("strong.test.mjs", "killed 3 of 3 mutants (100 %)", marks=pytest.mark.thorough),
    ],
)
def test_a_suite_that_asserts_state_kills_mutants_that_survive_one_that_asserts_statuses(
    tmp_path: Path, suite: str, score: str
) -> None:
    done = mutate("--only", LOST, "--", *command(suite), cwd=tmp_path)
    assert done.stdout.splitlines()[0] == score, done.stdout + done.stderr
    assert done.returncode == 0


def test_survivors_are_named_in_every_format_and_the_cost_is_printed_first(tmp_path: Path) -> None:
    words = ["--only", "zangsho * drops *", "--fail-under", "50", "--junit", "mutants.xml", "--json"]
    done = mutate(*words, "--", *command("weak.sh"), cwd=tmp_path)
    (survivor,) = json.loads(done.stdout)["results"]
    assert (survivor["id"], survivor["verdict"]) == ("zangsho createCustomer drops customers", "survived")
    root = ET.parse(tmp_path / "mutants.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    said = done.stderr.splitlines()
    assert said[1].startswith("1 mutant, one run each: about 0:00:")
    assert said[-1] == "FAIL 0.0 % of the mutants were killed, less than 50 %."
    assert done.returncode == 1


@pytest.mark.thorough
def test_a_command_reads_the_mutant_from_a_variable_and_the_ledger_command_never_fails_on_one(tmp_path: Path) -> None:
    gated = tmp_path / "gated.sh"
    gated.write_text(
        'echo "$MOCKSERVERS_MUTANT" >>mutants.txt\n'
        f'sh "{SUITES}/weak.sh" && "{sys.executable}" -m mockservers ledger --fail-on silent --tenant demo-zangsho\n'
    )
    done = mutate("--only", "zangsho * accepts *", "--", "sh", str(gated), cwd=tmp_path)
    assert done.stdout.startswith("killed 0 of 1 mutant"), done.stdout + done.stderr
    assert (tmp_path / "mutants.txt").read_text().splitlines() == [
        "",
        "zangsho createCustomer accepts zangsho.request.validation-error",
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "echo no database; exit 3",
            ["exit status 3", "  no database", "Fix: make it pass with"],
        ),
        ("true", ["There are no mutants", "Fix: let the tests send"]),
        ("sleep 60", ["took longer than 2 s"]),
        (f"sh {SUITES}/weak.sh", ["None of ", "'fanship.upload.day'", "Fix: name one"]),
    ],
)
def test_a_command_that_cannot_be_scored_ends_with_2_and_the_reason(
    tmp_path: Path, script: str, said: list[str]
) -> None:
    limit = ["--time-limit", "2"] if "sleep" in script else []
    done = mutate(*limit, "--only", "fanship.upload.day", "--", "sh", "-c", script, cwd=tmp_path)
    assert done.returncode == 2
    assert all(part in done.stderr for part in said), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_a_run_that_hangs_counts_as_a_kill_and_its_processes_are_ended(tmp_path: Path) -> None:
    hanging = tmp_path / "hanging.sh"
    hanging.write_text(f'sh "{SUITES}/strong.sh" || {{ sleep 300 & echo $! >pid; wait; }}\n')
    words = ["--only", "zangsho * drops *", "--time-limit", "30"]
    done = mutate(*words, "--", "sh", str(hanging), cwd=tmp_path)
    assert done.stdout.startswith("killed 1 of 1 mutant"), done.stdout + done.stderr
    assert is_gone(int((tmp_path / "pid").read_text()))


def is_gone(process: int) -> bool:
    """Whether a process has ended or ends soon. A process that nobody waits for is a zombie."""
    for _ in range(100):
        status = Path(f"/proc/{process}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
