"""Many workers, one server: a hundred runs of a test that breaks and rewinds all four vendors, and no flake."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.elsewhere import Elsewhere

ROOT = Path(__file__).parents[2]
RUNS, WORKERS = 100, 8
SUITE = "tests/listeners/shared.py"


@pytest.mark.thorough
def test_a_hundred_runs_by_eight_workers_at_one_server_all_pass(there: Elsewhere) -> None:
    command = [sys.executable, "-m", "pytest", "-v", "-n", str(WORKERS), "-p", "no:cacheprovider", SUITE]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"MOCKSERVERS_URL": there.url, "MOCKSERVERS_ADMIN_TOKEN": there.token or ""}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-5000:]
    passed = re.findall(r"\[(gw\d)\] .* PASSED (\S+)", done.stdout)
    assert len({test for _, test in passed}) == RUNS
    assert len({worker for worker, _ in passed}) == WORKERS
    left = [tenant["id"] for tenant in there.control.tenants() if tenant["id"].startswith("gw")]
    assert not left, "the tenants of a worker go with its tests"
