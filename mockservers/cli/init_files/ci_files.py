"""The CI file of a project: install, run the tests against the mocks, keep the report. One per CI server and runner."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

SOURCE = "git+https://HOST/OWNER/mockservers.git"
"""The source of the package. The user replaces the placeholder with the address of the repository."""

JUNIT, REPORT, LOG = "junit.xml", "mockservers-report.html", "mockservers.log"


@dataclass(frozen=True, slots=True)
class Job:
    """The shell lines of a job, and the files that it keeps."""

    needs_node: bool
    install: tuple[str, ...]
    test: tuple[str, ...]
    artifacts: tuple[str, ...]


def job(runner: str, vendors: Sequence[str]) -> Job:
    """The job of a runner: pytest, vitest or shell."""
    if runner == "pytest":
        install = (f"pip install pytest requests 'mockservers[pytest] @ {SOURCE}'",)
        return Job(
            needs_node=False,
            install=install,
            test=(f"pytest --junit-xml={JUNIT} --mockservers-report={REPORT}",),
            artifacts=(REPORT,),
        )
    if runner == "vitest":
        reporters = f"--reporter=default --reporter=junit --outputFile.junit={JUNIT}"
        return Job(
            needs_node=True,
            install=(f"pip install 'mockservers @ {SOURCE}'", "npm ci"),
            test=(f"npx vitest run {reporters}",),
            artifacts=(),
        )
    return Job(
        needs_node=False,
        install=(f"pip install 'mockservers[serve] @ {SOURCE}'",),
        test=(
            f"mockservers serve > {LOG} 2>&1 &",
            "timeout 60 bash -c 'until mockservers healthcheck; do sleep 1; done'",
            *(f"mockservers run --url http://127.0.0.1:8080 -- bash tests/{vendor}.sh" for vendor in vendors),
            f"mockservers report --output {REPORT}",
            f"mockservers ledger --fail-on silent --junit {JUNIT}",
        ),
        artifacts=(REPORT, LOG),
    )


def github(runner: str, vendors: Sequence[str]) -> str:
    """A workflow of GitHub Actions."""
    if runner == "shell":
        return _GITHUB_ACTION.format(run=_indented([f"bash tests/{vendor}.sh" for vendor in vendors], 12))
    ci_job = job(runner, vendors)
    node = _GITHUB_NODE if ci_job.needs_node else ""
    return _GITHUB.format(
        node=node,
        install=_indented(ci_job.install, 10),
        test=_indented(ci_job.test, 10),
        files=_indented((JUNIT, *ci_job.artifacts), 12),
    )


def gitlab(runner: str, vendors: Sequence[str]) -> str:
    """A pipeline of GitLab."""
    ci_job = job(runner, vendors)
    lines = [*(_NODE if ci_job.needs_node else ()), *ci_job.install, *ci_job.test]
    paths = _GITLAB_PATHS.format(files=", ".join(ci_job.artifacts)) if ci_job.artifacts else ""
    # A plain scalar of YAML cannot contain `: ` or start with a quote; a block scalar can contain any line.
    script = "\n".join(f"    - |\n      {line}" for line in lines)
    return _GITLAB.format(script=script, paths=paths, junit=JUNIT)


def jenkins(runner: str, vendors: Sequence[str]) -> str:
    """A Jenkinsfile."""
    ci_job = job(runner, vendors)
    lines = [*(_NODE if ci_job.needs_node else ()), *_VENV, *ci_job.install, *ci_job.test]
    archive = f"\n            archiveArtifacts artifacts: '{', '.join(ci_job.artifacts)}', allowEmptyArchive: true"
    script = _indented(["set -eu", *lines], 20)
    return _JENKINS.format(script=script, kept=archive if ci_job.artifacts else "", junit=JUNIT)


CI_FILES = {
    "github": (".github/workflows/mockservers.yml", github),
    "gitlab": (".gitlab-ci.yml", gitlab),
    "jenkins": ("Jenkinsfile", jenkins),
}
"""CI server -> its file, and the function that returns the text."""

_NODE = ("apt-get update -qq && apt-get install -y -qq nodejs npm",)
_VENV = ("python -m venv .venv-mockservers", ". .venv-mockservers/bin/activate")


def _indented(lines: Sequence[str], by: int) -> str:
    return textwrap.indent("\n".join(lines), " " * by)


_GITHUB = """\
name: mockservers
on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
{node}      - name: Install
        run: |
{install}
      - name: Test
        run: |
{test}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: mockservers
          if-no-files-found: ignore
          path: |
{files}
"""

_GITHUB_NODE = """\
      - uses: actions/setup-node@v4
        with:
          node-version: 22
"""

_GITHUB_ACTION = """\
name: mockservers
on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: OWNER/mockservers@main # starts the mocks, runs the commands, and fails on silent loss
        with:
          run: |
{run}
"""

_GITLAB = """\
mockservers:
  image: python:3.13
  script:
{script}
  artifacts:
    when: always
{paths}    reports:
      junit: {junit}
"""

_GITLAB_PATHS = """\
    paths: [{files}]
"""

_JENKINS = """\
pipeline {{
    agent {{
        docker {{
            image 'python:3.13'
            args '-u root'
        }}
    }}
    stages {{
        stage('Test') {{
            steps {{
                sh '''#!/usr/bin/env bash
{script}
                '''
            }}
        }}
    }}
    post {{
        always {{
            junit testResults: '{junit}', allowEmptyResults: true{kept}
        }}
    }}
}}
"""
