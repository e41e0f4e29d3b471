"""What a CI server does with a file: the shell of each step, run in its order with the variables that the step has."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
STANDS_FOR = {
    "pip": 'printf "%s\\n" "$*" >> "$CALLS"',
    "npm": 'printf "npm %s\\n" "$*" >> "$CALLS"',
    "apt-get": 'printf "apt-get %s\\n" "$*" >> "$CALLS"',
    "npx": 'printf "npx %s\\n" "$*" >> "$CALLS"; echo "<testsuites/>" > junit.xml',
    "python": 'mkdir -p "${@: -1}/bin"; for each in "$PROGRAMS"/*; do ln -sf "$each" "${@: -1}/bin/"; done; '
    'touch "${@: -1}/bin/activate"',
}
"""Programs that install something, or make a venv: what they are called with is written down."""


class Machine:
    """A machine of a CI server: a folder with the project, and programs that install nothing."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.programs = folder.parent / f"{folder.name}-programs"
        self.programs.mkdir()
        self.calls = folder.parent / f"{folder.name}-calls"
        for name, script in STANDS_FOR.items():
            self._program(name, script)
        self._program("mockservers", f'exec "{sys.executable}" -m mockservers "$@"')
        self._program("pytest", f'exec "{sys.executable}" -m pytest -p no:cacheprovider "$@"')
        clean = {name: value for name, value in os.environ.items() if not re.match("MOCKSERVERS_|GITHUB_", name)}
        self.environment = {
            **clean,
            "PATH": f"{self.programs}{os.pathsep}{clean['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PROGRAMS": str(self.programs),
            "CALLS": str(self.calls),
        }
        if port:
            self.environment |= {"MOCKSERVERS_PORT": str(port), "MOCKSERVERS_URL": f"http://127.0.0.1:{port}"}
        self._port = port
        self.printed = ""

    def run(self, script: str, **variables: str) -> int:
        """The exit status of a script. On a machine with a port of its own, what it leaves running ends with it."""
        script = script.replace("8080", str(self._port)) if self._port else script
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        file = self.folder.parent / "printed"
        with file.open("w+") as out:  # no pipe: a server that is left running would hold it open
            process = subprocess.Popen(
                command, cwd=self.folder, env={**self.environment, **variables}, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                status = process.wait(200)
            finally:
                if self._port:  # a container ends with what runs in it
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGTERM)
        self.printed += file.read_text("utf-8", "replace")
        return status

    def _program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/usr/bin/env bash\n{script}\n")
        path.chmod(0o755)


def script_of(file: str, text: str) -> str:
    """All shell of a CI file that `mockservers init` wrote, in its order."""
    if file == "Jenkinsfile":
        (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
        return str(script)
    about = yaml.safe_load(text)
    if file == ".gitlab-ci.yml":
        return "\n".join(about["mockservers"]["script"])
    return "\n".join(step["run"] for step in about["jobs"]["test"]["steps"] if "run" in step)


class ActionRun:
    """One use of the composite action of this repository, by the rules of GitHub's runner.

    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#runs-for-composite-actions
    """

    def __init__(self, machine: Machine, inputs: Mapping[str, str]) -> None:
        self._action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        self._machine = machine
        defaults = {name: about.get("default", "") for name, about in self._action["inputs"].items()}
        self._values = {f"inputs.{name}": str(value) for name, value in {**defaults, **inputs}.items()}
        self._values["steps.python.outputs.python-path"] = "python"
        self.outcomes: dict[str, str] = {}
        self.uses: list[dict[str, Any]] = []

    def run(self) -> str:
        """Run all steps whose condition holds. `success`, or `failure` if one of them failed."""
        result = "success"
        for step in self._action["runs"]["steps"]:
            condition = step.get("if", "success()")
            begun = "steps.start.outcome" not in condition or self.outcomes.get("start") == "success"
            if not (begun and (result == "success" or "always()" in condition)):
                continue
            if "uses" in step:
                self.uses.append({name: self._filled(str(value)) for name, value in step.get("with", {}).items()})
                continue
            outcome = "success" if self._status(step) == 0 else "failure"
            self.outcomes[step.get("id", step["name"])] = outcome
            result = "failure" if outcome == "failure" else result
        return result

    def _status(self, step: Mapping[str, Any]) -> int:
        temporary = self._machine.folder.parent
        output = temporary / "output"
        output.write_text("")
        variables = {name: self._filled(value) for name, value in step.get("env", {}).items()}
        variables |= {
            "GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(temporary), "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"),
        }  # fmt: skip
        status = self._machine.run(step["run"], **variables)
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self._values[f"steps.{step['id']}.outputs.{name}"] = value
        return status

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: self._values[found[1]], text)
