"""Checks that an image does what docs/container.md says.

    ENGINE=docker|podman python -m scripts.programs.prove_image IMAGE

It runs as an arbitrary non-root UID, on a read-only root, without capabilities and without a network. It answers, is
healthy, stores a large upload on its volume, and ends within a second of SIGTERM with status 0. Other containers reach
it at the vendors' own names. The suites for every transport and the snippets of the README run against it.
Testcontainers starts it. Its packages exist for arm64, too.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ENGINE = os.environ.get("ENGINE", "docker")
HARDENED = ["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
TOKEN = "token-of-this-proof"
TESTS = [
    f"tests/{path}.py"
    for path in (
        "listeners/test_same_answers",
        "listeners/test_same_faults",
        "listeners/test_shared_server",
        "docs/test_readme",
    )
]
BY_TESTCONTAINERS = ["tests/packaging/test_testcontainers.py", "tests/docs/test_pages.py", "-k", "testcontainers"]
NEIGHBOUR = """
import json, ssl, sys, urllib.request
def ask(url, token, context=None):
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=20, context=context) as answer:
        return answer.status, json.load(answer)
name, token = sys.argv[1:]
_, tls = ask(f"http://{name}:8080/__admin/tls", token)
context = ssl.create_default_context(cadata=tls["ca"])
plain, _ = ask("http://api.zangsho.com:8080/v1/customers", "1|demo-zangsho-token")
secure, _ = ask("https://api.zangsho.com:8443/v1/customers", "1|demo-zangsho-token", context)
print(plain, secure)
"""


def main() -> None:
    """Print one line per check that passes. End with status 1 at the first that fails."""
    image = sys.argv[1]
    checks: list[tuple[str, Callable[[str], None]]] = [
        ("is labelled, runs as an arbitrary non-root UID, has a health check", _configured),
        ("serves and is healthy on a read-only root without capabilities", _serves),
        ("serves without any network", _serves_without_network),
        ("answers its neighbours at the vendors' own names", _answers_neighbours),
        ("passes the tests that are about any server", _passes_tests),
        ("starts by Testcontainers, in Python and Node", _starts_by_testcontainers),
        ("can be built for arm64", _fits_arm64),
    ]
    for says, check in checks:
        began = time.monotonic()
        check(image)
        print(f"{image} {says} ({time.monotonic() - began:.0f} s).", flush=True)


def engine(*words: str, check: bool = True) -> str:
    """The output of a command of the engine."""
    done = subprocess.run([ENGINE, *words], capture_output=True, text=True, check=False, timeout=120)
    if check and done.returncode:
        raise SystemExit(f"{ENGINE} {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def _configured(image: str) -> None:
    (about,) = json.loads(engine("image", "inspect", image))
    config = about["Config"]
    labels = config["Labels"]
    hold(config["User"].split(":")[0] not in ("", "0", "root"), f"the image runs as {config['User'] or 'root'}")
    hold("org.opencontainers.image.licenses" in labels, f"the image lacks labels: {labels}")
    health = config.get("Healthcheck") or about.get("HealthCheck") or about.get("Healthcheck") or {}
    hold("healthcheck" in json.dumps(health), "the image has no health check")


def _serves(image: str) -> None:
    port = free_port()
    with container(image, "-p", f"127.0.0.1:{port}:8080", "-e", f"MOCKSERVERS_ADMIN_TOKEN={TOKEN}", *HARDENED) as name:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: status(f"{url}/__admin/health") == 200, "the container does not answer")
        hold(status(f"{url}/__admin/tenants") == 401, "the admin API asks for no token")
        engine("exec", name, "mockservers", "healthcheck")
        engine("exec", name, "python3", "-c", "import os; assert os.getuid() == 10001, os.getuid()")
        _take_upload(url)
        _ends_well(name)


def _serves_without_network(image: str) -> None:
    with container(image, "--network", "none", *HARDENED) as name:
        wait_until(lambda: "ready on" in engine("logs", name), "the container does not start without a network")
        engine("exec", name, "mockservers", "healthcheck")


def _answers_neighbours(image: str) -> None:
    """Call the mocks over http and https, as in compose.yaml, from another container on a new network."""
    network = f"mockservers-proof-{os.getpid()}"
    engine("network", "create", network)
    try:
        aliases = [f"--network-alias={host}" for host in ("api.zangsho.com", "esputnik.com")]
        served = ["-e", "MOCKSERVERS_TLS=1", "-e", f"MOCKSERVERS_ADMIN_TOKEN={TOKEN}", *HARDENED]
        with container(image, "--network", network, *aliases, *served) as name:
            wait_until(lambda: "ready on" in engine("logs", name), "the container does not start with TLS")
            neighbour = ["run", "--rm", "--network", network, *HARDENED, "--entrypoint", "python3", image]
            said = engine(*neighbour, "-c", NEIGHBOUR, name, TOKEN)
            hold(said == "200 200", f"a neighbour gets {said}")
    finally:
        engine("network", "rm", "--force", network, check=False)


def _passes_tests(image: str) -> None:
    """Run tests of the project against this container."""
    ports = {name: free_port() for name in ("PORT", "PROXY_PORT", "HTTPS_PORT")}
    options = ["-e", "MOCKSERVERS_TLS=1", "-e", f"MOCKSERVERS_ADMIN_TOKEN={TOKEN}"]
    for name, port in ports.items():
        options += ["-e", f"MOCKSERVERS_{name}={port}", "-p", f"127.0.0.1:{port}:{port}"]
    with container(image, *options, *HARDENED) as name:
        url = f"http://127.0.0.1:{ports['PORT']}"
        wait_until(lambda: status(f"{url}/__admin/health") == 200, "the container does not answer")
        env = {**os.environ, "MOCKSERVERS_URL": url, "MOCKSERVERS_ADMIN_TOKEN": TOKEN}
        env["TESTS_INSIDE"] = f"{ENGINE} exec --interactive {name}"
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "2", *TESTS], env=env, check=False)
        hold(done.returncode == 0, "tests fail against the container")


def _starts_by_testcontainers(image: str) -> None:
    """Over the engine's Docker API. Testcontainers' own image, which cleans up after a crash, is left out."""
    with _docker_api() as host:
        env = {**os.environ, **host, "TESTS_IMAGE": image, "TESTCONTAINERS_RYUK_DISABLED": "true"}
        env |= {"TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1", "TESTCONTAINERS_CONNECTION_MODE": "docker_host"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *BY_TESTCONTAINERS], env=env, check=False
        )
        hold(done.returncode == 0, "Testcontainers cannot use the image")


@contextmanager
def _docker_api() -> Iterator[dict[str, str]]:
    """The variables for the engine's Docker API, which podman serves while the block runs."""
    if ENGINE == "docker":
        yield {}
        return
    with TemporaryDirectory() as place:
        address = f"unix://{place}/engine.sock"
        with subprocess.Popen([ENGINE, "system", "service", "--time=0", address]) as service:
            try:
                wait_until(lambda: Path(place, "engine.sock").exists(), "podman serves no Docker API")
                yield {"DOCKER_HOST": address}
            finally:
                service.terminate()


def _fits_arm64(image: str) -> None:
    """Check that every locked package has a wheel for the image with the locked hash."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = engine("run", "--rm", "--entrypoint", "python3", image, "-c", code)
    with TemporaryDirectory() as place:
        words = ["download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", place]
        words += ["--python-version", version, "--requirement", "requirements/run.txt"]
        for glibc in ("2_17", "2_28"):
            words += ["--platform", f"manylinux_{glibc}_aarch64"]
        done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    hold(done.returncode == 0, f"a package of requirements/run.txt is not there for arm64: {done.stderr}")


def _take_upload(url: str) -> None:
    """Upload five megabytes of purchases, and check that they are on the volume and not in a tmpfs."""
    boundary = "boundary"
    lines = "".join(json.dumps({"id": f"p-{n}", "item_name": "商品" * 40}) + "\n" for n in range(15_000))
    head = 'Content-Disposition: form-data; name="filename"; filename="p"\r\nContent-Type: application/x-ndjson'
    body = f"--{boundary}\r\n{head}\r\n\r\n{lines}\r\n--{boundary}--\r\n".encode()
    headers = {
        "Authorization": "Bearer demo-fanship-token",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    request = urllib.request.Request(f"{url}/fanship/v1/2nd/purchases/20251101/_all", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        hold(answer.read() == b'{"status":"OK"}', "an upload is not taken")
    asked = urllib.request.Request(
        f"{url}/__admin/tenants/demo-fanship/ledger", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        items = json.load(answer)["items"]
    hold(items == {"sent": 15_000, "pending": 15_000}, f"the ledger says {items}")


def _ends_well(name: str) -> None:
    began = time.monotonic()
    engine("kill", "--signal", "TERM", name)
    wait_until(lambda: _state(name) == "exited", "SIGTERM does not end the container", seconds=5)
    took = time.monotonic() - began
    code = engine("inspect", "--format", "{{.State.ExitCode}}", name)
    hold(code == "0", f"SIGTERM ends the container with status {code}")
    hold(took < 2, f"SIGTERM takes {took:.1f} s")


@contextmanager
def container(image: str, *options: str) -> Iterator[str]:
    """A running container of the image, removed at the end."""
    name = f"mockservers-proof-{os.getpid()}-{time.monotonic_ns()}"
    engine("run", "--detach", "--name", name, *options, image)
    try:
        yield name
    except SystemExit:
        print(engine("logs", name, check=False), file=sys.stderr)
        raise
    finally:
        engine("rm", "--force", "--volumes", name, check=False)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _state(name: str) -> str:
    return engine("inspect", "--format", "{{.State.Status}}", name, check=False)


def status(url: str) -> int:
    """The status of the answer to a GET; 0 if there is none."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_until(holds: Callable[[], bool], complaint: str, seconds: float = 20) -> None:
    """Return when the condition is true; after the time limit, end with the message."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(complaint)
        time.sleep(0.05)


def hold(holds: bool, complaint: str) -> None:
    """End with the message unless the condition is true."""
    if not holds:
        raise SystemExit(complaint)


if __name__ == "__main__":
    main()
