"""The CI files of `mockservers init` and the GitHub Action: their shell runs, and fails the job for what was lost."""

from __future__ import annotations

import socket
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from mockservers.cli.init_files.ci_files import CI_FILES
from tests.cli.ci_jobs import ROOT, ActionRun, Machine, script_of
from tests.cli.samples import correct
from tests.cli.test_user_files import run
from tests.docs.code_blocks import blocks

PAGE = (ROOT / "docs" / "ci-servers.md").read_text("utf-8")
BY_ACTION = ("github", "shell")


def project(folder: Path, runner: str, ci: str) -> Path:
    folder.mkdir()
    assert run("init", "zangsho", "--for", runner, "--ci", ci, cwd=folder).returncode == 0
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.thorough
@pytest.mark.parametrize("ci", CI_FILES)
@pytest.mark.parametrize("runner", ["pytest", "vitest", "shell"])
def test_the_shell_steps_of_a_ci_file_install_test_and_leave_their_files(runner: str, ci: str, tmp_path: Path) -> None:
    if (ci, runner) == BY_ACTION:
        return  # it is the action, tested below
    folder = project(tmp_path / "shop", runner, ci)
    machine = Machine(folder, free_port() if runner == "shell" else 0)
    file = CI_FILES[ci][0]
    status = machine.run(script_of(file, (folder / file).read_text("utf-8")))

    extra = {"pytest": "[pytest]", "vitest": "", "shell": "[serve]"}[runner]
    calls = machine.calls.read_text()
    assert f"mockservers{extra} @ git+https://HOST/OWNER/mockservers.git" in calls
    if runner == "vitest":
        assert "npm ci\nnpx vitest run --reporter=default --reporter=junit --outputFile.junit=junit.xml" in calls
        assert status == 0
    else:
        assert status == 1, machine.printed
        assert "Lost: Zangsho does not store" in machine.printed
        assert ET.parse(folder / "junit.xml").getroot().findall(".//failure") != []
        assert "phoneNumber" in (folder / "mockservers-report.html").read_text("utf-8")


def test_a_job_passes_when_nothing_is_lost(tmp_path: Path) -> None:
    folder = project(tmp_path / "shop", "shell", "jenkins")
    correct(folder, "shell", "zangsho")
    machine = Machine(folder, free_port())
    assert machine.run(script_of("Jenkinsfile", (folder / "Jenkinsfile").read_text("utf-8"))) == 0, machine.printed
    assert ET.parse(folder / "junit.xml").getroot().findall(".//failure") == []


def test_every_ci_file_keeps_the_junit_file_and_the_other_artifacts(tmp_path: Path) -> None:
    for ci, (file, _) in CI_FILES.items():
        text = (project(tmp_path / ci, "pytest", ci) / file).read_text("utf-8")
        assert "junit.xml" in text
        assert "mockservers-report.html" in text.split("pytest --junit-xml")[1].split("\n", 1)[1]


def test_the_action_fails_the_job_for_what_was_lost_and_keeps_its_report(tmp_path: Path) -> None:
    workflow = project(tmp_path / "shop", "shell", "github") / ".github/workflows/mockservers.yml"
    (step,) = [each for each in yaml.safe_load(workflow.read_text())["jobs"]["test"]["steps"] if "with" in each]
    assert step["uses"].startswith("OWNER/mockservers@")
    machine = Machine(tmp_path / "shop")
    use = ActionRun(machine, step["with"])

    assert use.run() == "failure"
    assert [name for name, outcome in use.outcomes.items() if outcome == "failure"] == ["What became of it"]
    assert machine.calls.read_text() == f"install --quiet {ROOT}[serve]\n"
    assert "Lost: Zangsho does not store what follows" in machine.printed
    assert "::error" in machine.printed
    kept = use.uses[-1]["path"].split()
    assert [Path(file).name for file in kept] == ["report.html", "ledger.xml", "server.log"]
    assert "phoneNumber" in Path(kept[0]).read_text("utf-8")
    assert ET.parse(kept[1]).getroot().findall(".//failure") != []
    assert has_ended(tmp_path / "mockservers/server.pid")


def test_the_action_passes_when_nothing_is_lost_and_routes_the_vendors_addresses_to_the_mocks(
    tmp_path: Path,
) -> None:
    (tmp_path / "shop").mkdir()
    machine = Machine(tmp_path / "shop")
    sent = "curl -sSf https://api.zangsho.com/v1/customers -H 'Authorization: Bearer 1|demo-zangsho-token' --json "
    use = ActionRun(machine, {"run": f'true\n{sent}\'{{"email": "a@example.com"}}\'\n', "serve": "--log json --audit"})
    assert use.run() == "success", machine.printed


def test_the_action_says_why_the_mocks_did_not_start_and_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    machine = Machine(tmp_path / "shop")
    use = ActionRun(machine, {"run": "echo never", "serve": "--no-such-option"})
    assert use.run() == "failure"
    assert use.outcomes == {"Install mockservers": "success", "start": "failure"}
    assert "No such option" in machine.printed
    assert "never" not in machine.printed.replace("[silent|lost|at-risk|never]", "")


@pytest.mark.parametrize("ci", CI_FILES)
def test_the_page_shows_the_files_that_init_writes(ci: str, tmp_path: Path) -> None:
    file = CI_FILES[ci][0]
    shown = [block.text for block in blocks(PAGE) if block.language in ("yaml", "groovy")]
    for runner in ("pytest", "shell"):
        text = (project(tmp_path / runner, runner, ci) / file).read_text("utf-8")
        assert (text in shown) is ((ci, runner) in {("github", "shell"), ("gitlab", "shell"), ("jenkins", "pytest")})


def has_ended(file: Path) -> bool:
    """Whether the process whose id is in a file ends soon."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{file.read_text().strip()}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False
