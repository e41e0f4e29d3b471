"""Checks that compose.yaml does what docs/container.md says.

    ENGINE=docker|podman python -m scripts.programs.prove_compose IMAGE

`up` starts the service from the image. The service is healthy, requires its admin token and keeps uploads on its
volume. Another container reaches each vendor at every host name in the file. `down` removes everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from mockservers.vendors import load_contract, vendor_names
from scripts.programs.prove_image import ENGINE, HARDENED, engine, free_port, hold, status, wait_until

FILE = Path(__file__).parents[2] / "compose.yaml"
SERVICE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))["services"]["mockservers"]
COMMANDS = {"docker": ["docker", "compose"], "podman": ["podman-compose"]}
TOKEN = "token-of-this-proof"
NEIGHBOUR = """
import sys, urllib.error, urllib.request
for url in sys.argv[1:]:
    try:
        urllib.request.urlopen(url, timeout=20)
    except urllib.error.HTTPError as answer:
        assert answer.code == 404, (url, answer.code)
"""


def main() -> None:
    """Print the result. End with status 1 at the first defect."""
    image, project, port = sys.argv[1], f"mockservers-proof-{os.getpid()}", free_port()
    url = f"http://127.0.0.1:{port}"
    with _project(project, image, port):
        wait_until(lambda: status(f"{url}/__admin/health") == 200, "the service does not answer", seconds=60)
        hold(status(f"{url}/__admin/tenants") == 401, "the admin API of the service asks for no token")
        (name,) = engine("ps", "--filter", f"name={project}", "--format", "{{.Names}}").split()
        engine("exec", name, "mockservers", "healthcheck")
        _hold_hardened(name)
        _hold_reached(image, f"{project}_default", url)
    left = engine("ps", "--all", "--filter", f"name={project}", "--format", "{{.Names}}")
    hold(not left, f"down leaves {left}")
    print(f"{image} starts with compose.yaml, and answers other containers at every host name in the file.")


@contextmanager
def _project(project: str, image: str, port: int) -> Iterator[None]:
    """Run the service of the file during the block. The image exists, so nothing is built or fetched."""
    given = {"MOCKSERVERS_IMAGE": image, "MOCKSERVERS_PORT": str(port), "MOCKSERVERS_ADMIN_TOKEN": TOKEN}
    compose = [*COMMANDS[ENGINE], "--project-name", project, "--file", str(FILE)]
    env = {**os.environ, **given}
    try:
        done = subprocess.run(
            [*compose, "up", "--detach", "--no-build"], env=env, capture_output=True, text=True, check=False
        )
        hold(done.returncode == 0, f"up fails:\n{done.stdout}{done.stderr}")
        yield
    finally:
        subprocess.run([*compose, "down", "--volumes"], env=env, capture_output=True, check=False)


def _hold_hardened(name: str) -> None:
    (about,) = json.loads(engine("inspect", name))
    host = about["HostConfig"]
    hold(host["ReadonlyRootfs"] is True, "the root file system of the service can be written")
    hold(any("no-new-privileges" in each for each in host["SecurityOpt"] or ()), "the service may gain privileges")
    volumes = {mount["Destination"]: mount.get("Name", "") for mount in about["Mounts"]}
    hold(volumes.get("/spool", "").endswith("spool"), f"/spool is not on the file's volume: {volumes}")


def _hold_reached(image: str, network: str, url: str) -> None:
    """Another container calls an unknown path at each host name. The error says which vendor it reached."""
    vendors = _vendors(SERVICE["networks"]["default"]["aliases"])
    addresses = [f"http://{name}:8080/of-{name}" for name in vendors]
    addresses += [f"http://mockservers:8080/{name}/of-the-service-{name}" for name in vendor_names()]
    neighbour = ["run", "--rm", "--network", network, *HARDENED, "--entrypoint", "python3", image]
    engine(*neighbour, "-c", NEIGHBOUR, *addresses)
    reached = {call["path"].removeprefix("/of-"): call["vendor"] for call in _unmatched(url)}
    wanted = vendors | {f"the-service-{name}": name for name in vendor_names()}
    hold(reached == wanted, f"a neighbour reaches {reached}, and not {wanted}")


def _vendors(aliases: list[str]) -> dict[str, str]:
    """The vendor of each host name in the file."""
    own = dict(pair.split("=")[::-1] for pair in SERVICE["environment"]["MOCKSERVERS_HOST_NAME"].split())
    hosts = {host: name for name in vendor_names() for host in load_contract(name).hosts}
    return {alias: {**hosts, **own}.get(alias, "no vendor") for alias in aliases}


def _unmatched(url: str) -> list[dict[str, Any]]:
    asked = urllib.request.Request(f"{url}/__admin/unmatched", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        calls: list[dict[str, Any]] = json.load(answer)["calls"]
        return calls


if __name__ == "__main__":
    main()
