"""What a feature says whose extra is not installed: a command that installs what it lacks."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from mockservers.core.extras import missing, requirements

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", ["conformance", "har", "metrics", "pytest", "requests", "tls", "webhooks"])
def test_the_requirements_of_an_extra_are_those_of_the_project(extra: str) -> None:
    assert requirements(extra) == sorted(EXTRAS[extra])


def test_the_command_names_the_packages_quoted_for_a_shell() -> None:
    assert missing("HTTPS", "tls") == (
        "HTTPS needs packages that are not installed. Fix: pip install 'cryptography>=45' 'h11>=0.14' 'trustme>=1.2.1'"
    )


def test_a_checkout_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("mockservers.core.extras.requires", not_installed)
    assert missing("HTTPS", "tls").endswith("Fix: install mockservers with its extra 'tls'")
