"""`mockservers run`, `mockservers serve --tls` and `mockservers env`, as a user types them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mockservers.cli.ledgers import Gate
from mockservers.cli.running import Run, run, variables
from mockservers.core.errors import ServerUnavailable, UnknownName, UsageError
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import ZangshoTenant
from mockservers.web.bootstrap import MockApp, Serving

TOP = Path(__file__).parents[2]
LOSE = (
    'curl -sS -H "Authorization: Bearer 1|demo-zangsho-token" -H "Content-Type: application/json" '
    """-d '{"email": "a@example.com", "name": "a", "phoneNumber": "0912"}' https://api.zangsho.com/v1/customers"""
)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "mockservers.cli", *words]


def mockservers(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), cwd=TOP, capture_output=True, text=True, timeout=60, check=False)


# -- run --------------------------------------------------------------------------------------------------------------


def test_a_command_reaches_the_mocks_and_its_exit_status_is_passed_on() -> None:
    done = mockservers("run", "--", "sh", "-c", f"{LOSE}; curl -s https://example.com; echo $MOCKSERVERS_URL; exit 7")
    assert done.returncode == 7
    assert re.fullmatch(r"\{\"data\":\{\"id\":1,.*\}\}http://127\.0\.0\.1:\d+\n", done.stdout)
    assert "refused example.com:443" in done.stderr
    assert "Lost: Zangsho does not store what follows" in done.stderr


def test_a_silent_loss_can_fail_a_command_that_succeeded() -> None:
    assert mockservers("run", "--fail-on", "silent", "--", "sh", "-c", LOSE).returncode == 1


def test_signals_are_forwarded() -> None:
    script = "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        command("run", "--", "sh", "-c", script), cwd=TOP, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "caught\n"
        assert process.wait(10) == 5


def ran(url: str, *words: str) -> int:
    return run(Run(words, url=url))


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137), ("kill -TERM $$", 143)]
)
def test_a_signal_that_ends_the_command_becomes_the_status_that_shells_use(
    mock_server: MockServer, script: str, status: int
) -> None:
    assert ran(mock_server.url, "sh", "-c", script) == status


def test_a_command_that_cannot_be_run_ends_with_the_status_that_shells_use(
    mock_server: MockServer, tmp_path: Path
) -> None:
    assert ran(mock_server.url, "no-such-command") == 127
    assert ran(mock_server.url, str(tmp_path)) == 126


def test_a_server_without_https_is_given_it(mock_server: MockServer, zangsho: ZangshoTenant) -> None:
    url = "https://api.zangsho.com/v1/customers"
    assert (
        ran(mock_server.url, "curl", "-sSf", "-o", os.devnull, "-H", f"Authorization: Bearer {zangsho.token}", url) == 0
    )
    assert zangsho.journal[0]["request"]["headers"]["host"] == "api.zangsho.com"


def test_signal_handlers_are_restored(mock_server: MockServer) -> None:
    before = signal.getsignal(signal.SIGTERM)
    ran(mock_server.url, "true")
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "127.0.0.1:8080", "http://127.0.0.1:8080/zangsho"])
def test_an_address_without_a_server_is_an_error(url: str) -> None:
    with pytest.raises(UsageError, match="is not the http address of a server"):
        ran(url, "true")


def test_a_missing_server_is_an_error() -> None:
    with pytest.raises(ServerUnavailable, match="Fix: start it with mockservers serve"):
        ran("http://127.0.0.1:1", "true")


def test_an_unknown_vendor_is_an_error(mock_server: MockServer) -> None:
    with pytest.raises(UnknownName, match="shopify"):
        run(Run(["true"], url=mock_server.url, serving=Serving(host_names={"shopify": "a.example"})))


def test_a_gate_on_a_running_server_judges_only_the_calls_of_the_command(
    mock_server: MockServer, zangsho: ZangshoTenant
) -> None:
    post = f"curl -sf -d @- -H 'Content-Type: application/json' -H 'Authorization: Bearer {zangsho.token}'"
    send = f"""echo '{{"email": "a@x.tw"}}' | {post} https://api.zangsho.com/v1/customers"""
    gate = Gate("silent")
    assert run(Run(["sh", "-c", send], url=mock_server.url, gate=gate)) == 0
    assert run(Run(["true"], url=mock_server.url, gate=gate)) == 1


# -- serve --tls, env -------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a server with TLS, and what it printed before."""
    words = ["serve", "--tls", "--port", "0", "--https-port", "0", "--proxy-port", "0", "--tls-dir", str(tmp_path)]
    with subprocess.Popen(command(*words), cwd=TOP, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        printed = ""
        while not (ready := re.search(r"mockservers ready on (\S+)\n", printed)):
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield ready[1], printed
        process.terminate()
        assert process.wait(10) == 0


def test_a_server_with_tls_prints_its_ports_and_env_uses_them(
    served: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, printed = served
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    https = re.search(rf"https: port (\d+), proxy (\S+), CA {tmp_path}/ca.pem\n", printed)
    assert https
    assert f'eval "$(mockservers env --url {url})"' in printed
    found = variables(url)
    assert (found["MOCKSERVERS_URL"], found["HTTPS_PROXY"]) == (url, https[2])
    assert Path(str(found["NODE_EXTRA_CA_CERTS"])).read_bytes() == (tmp_path / "ca.pem").read_bytes()
    script = f'eval "$({" ".join(command("env", "--url", url))})"; curl -sS https://esputnik.com/api/v1/nothing'
    said = subprocess.run(["sh", "-c", script], cwd=TOP, capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(said.stdout)["status"] == 404
    host = {"Host": "api.zangsho.com"}
    straight = requests.get(
        f"https://localhost:{https[1]}/v1/customers", headers=host, verify=f"{tmp_path}/ca.pem", timeout=9
    )
    assert straight.status_code == 401
    admin = requests.post(f"https://localhost:{https[1]}/__admin/tenants", json={"vendor": "zangsho"},
                          verify=f"{tmp_path}/ca.pem", timeout=9).json()  # fmt: skip
    assert admin["base_url"] == f"https://localhost:{https[1]}/zangsho"
    assert requests.get(f"{url}/__admin/tls", timeout=9).json()["refused"] == {}


def test_a_server_without_tls_says_so() -> None:
    mock_app = MockApp(Serving(vendors=["fanship"], demo=False))
    mock_app.start()
    with pytest.raises(UsageError, match="Start it with --tls"):
        variables(mock_app.server.url)
    mock_app.stop()


def test_a_missing_extra_is_reported_with_its_packages(tmp_path: Path) -> None:
    (tmp_path / "trustme.py").write_text("raise ModuleNotFoundError(name='trustme')")
    given = {**os.environ, "PYTHONPATH": f"{tmp_path}:{TOP}"}
    said = subprocess.run(command("env"), cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert said.stderr.startswith("mockservers: HTTPS needs packages that are not installed. Fix: pip install ")
    assert "'trustme>=" in said.stderr
