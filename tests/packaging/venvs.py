"""A venv of its own that has a distribution with a vendor, this checkout, and the libraries of this run."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_INSTALL = ("install", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet")


def venv_with(home: Path, source: Path) -> Path:
    """The interpreter of a venv at `home` into which the wheel of `source` is built and installed."""
    venv.create(home)
    python = home / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (packages / "checkout.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n", "utf-8")
    command = [str(python), "-m", "pip", *_INSTALL, "--prefix", str(home), str(source)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return python


def run(python: Path, *arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a program says, without this run's settings."""
    return subprocess.run(
        [python, *arguments],
        input=stdin,
        env=environment(),
        cwd=cwd or python.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def environment() -> dict[str, str]:
    """The environment without what is set for this run."""
    of_this_run = ("PYTHON", "PYTEST", "COV", "MOCKSERVERS")
    return {name: value for name, value in os.environ.items() if not name.startswith(of_this_run)}


@contextmanager
def serving(python: Path) -> Iterator[str]:
    """The address of `mockservers serve` with its demo tenants."""
    command = [str(python), "-m", "mockservers", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment(), cwd=python.parent, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield next(line for line in server.stdout if "ready on" in line).split()[-1]
        finally:
            server.terminate()
            server.communicate()
