"""What the image and the compose file repeat of the project is what the project says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from mockservers.vendors import load_contract, vendor
from tests.asking import VENDORS

ROOT = Path(__file__).parent.parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_the_labels_of_the_image_are_those_of_the_package() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]+)"', DOCKERFILE))
    assert labels["version"] == PROJECT["version"]
    assert labels["description"] == PROJECT["description"]
    assert labels["licenses"] == PROJECT["license"]


def test_compose_has_an_alias_for_every_host_of_the_vendors() -> None:
    service = COMPOSE["services"]["mockservers"]
    aliases = set(service["networks"]["default"]["aliases"])
    hosts: set[str] = set()
    for name in VENDORS:
        vendor(name)
        hosts.update(load_contract(name).hosts)
    own = dict(pair.split("=") for pair in service["environment"]["MOCKSERVERS_HOST_NAME"].split())
    assert aliases == hosts | set(own.values())
