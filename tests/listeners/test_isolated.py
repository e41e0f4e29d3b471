"""`mockservers run --isolate`: clients that read no proxy variable reach the mocks; nothing else is there."""

from __future__ import annotations

import errno
import re
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from mockservers.cli.isolation.names import NoNames, asked_name, refusal
from mockservers.cli.running import Run, run
from mockservers.core.errors import UsageError
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import ZangshoTenant
from tests.namespaces import can_isolate

needs_namespaces = pytest.mark.skipif(not can_isolate(), reason="this machine lets nobody make namespaces")

HTTP_CLIENT = """
import http.client, os
connection = http.client.HTTPSConnection("api.zangsho.com")
connection.request("POST", "/v1/customers", os.environ["BODY"].encode(), {"Authorization": os.environ["AUTH"],
                   "Content-Type": "application/json"})
print(connection.getresponse().status)
"""
AIOHTTP = """
import aiohttp, asyncio, os
async def main():
    async with aiohttp.ClientSession() as session:  # without trust_env
        headers = {"Authorization": os.environ["AUTH"], "Content-Type": "application/json"}
        url = "https://api.zangsho.com/v1/customers"
        async with session.post(url, data=os.environ["BODY"], headers=headers) as answer:
            print(answer.status)
asyncio.run(main())
"""
NODE_WITHOUT_ITS_ENVIRONMENT = """
const headers = {authorization: process.env.AUTH, 'content-type': 'application/json'}
require('https').request('https://api.zangsho.com/v1/customers', {method: 'POST', headers}, (answer) => {
  console.log(answer.statusCode)
  answer.resume()
}).end(process.env.BODY)
"""
PHP_STREAMS = """
$http = ['method' => 'POST', 'content' => getenv('BODY'),
         'header' => ['Authorization: ' . getenv('AUTH'), 'Content-Type: application/json']];
file_get_contents('https://api.zangsho.com/v1/customers', false, stream_context_create(['http' => $http]));
echo $http_response_header[0];
"""
PROGRAMS = {
    "http.client": [sys.executable, "-c", HTTP_CLIENT],
    "aiohttp": [sys.executable, "-c", AIOHTTP],
    "node https": ["node", "-e", NODE_WITHOUT_ITS_ENVIRONMENT],
    "php streams": ["php", "-r", PHP_STREAMS],
    "go, its environment unread": ["go", "run", str(Path(__file__).with_name("client.go")), "unread"],
    "curl, its environment emptied": [
        *("sh", "-c"),
        """env -i curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: $AUTH" \
          -H 'Content-Type: application/json' -d "$BODY" https://api.zangsho.com/v1/customers""",
    ],
}


@pytest.fixture
def in_a_namespace(mock_server: MockServer, capfd: pytest.CaptureFixture[str]) -> InANamespace:
    return InANamespace(mock_server.url, capfd)


class InANamespace:
    """Runs commands isolated, among the mocks of a server."""

    def __init__(self, url: str, capfd: pytest.CaptureFixture[str]) -> None:
        self._url, self._capfd = url, capfd

    def __call__(self, *command: str, ports: tuple[int, ...] = ()) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of a command."""
        status = run(Run(command, url=self._url, isolated=True, ports=ports))
        out, err = self._capfd.readouterr()
        return status, out, err


@needs_namespaces
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_that_reads_no_proxy_variable_reaches_the_mock(
    in_a_namespace: InANamespace, zangsho: ZangshoTenant, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    command = PROGRAMS[program]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    monkeypatch.setenv("AUTH", f"Bearer {zangsho.token}")
    monkeypatch.setenv("BODY", '{"email": "wang.xiaoming@example.com", "name": "王小明"}')
    status, out, err = in_a_namespace(*command)
    assert (status, "201" in out) == (0, True), out + err
    assert [customer["name"] for customer in zangsho.state["customers"]] == ["王小明"]
    assert zangsho.journal[0]["request"]["headers"]["host"] == "api.zangsho.com"


@needs_namespaces
def test_a_host_name_of_no_vendor_is_refused_and_reported(in_a_namespace: InANamespace) -> None:
    source = (
        "import socket\ntry: socket.getaddrinfo('db.example.com', 5432)\nexcept socket.gaierror as e: print(e.errno)"
    )
    status, out, err = in_a_namespace(sys.executable, "-c", source)
    assert (status, out) == (0, f"{socket.EAI_NONAME}\n")
    assert re.search(r"mockservers: refused db\.example\.com", err)


@needs_namespaces
def test_an_ip_address_cannot_be_reached(in_a_namespace: InANamespace) -> None:
    source = "import socket; print(socket.socket().connect_ex(('203.0.113.7', 443)))"
    assert in_a_namespace(sys.executable, "-c", source)[1] == f"{errno.ENETUNREACH}\n"


@needs_namespaces
def test_a_port_of_this_machine_is_reached_when_it_is_named(in_a_namespace: InANamespace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        port = service.getsockname()[1]

        def answer() -> None:
            client, _ = service.accept()
            with client:
                client.sendall(b"a database")

        threading.Thread(target=answer, daemon=True).start()
        source = f"import socket; print(socket.create_connection(('localhost', {port})).recv(99).decode())"
        assert in_a_namespace(sys.executable, "-c", source, ports=(port,))[1] == "a database\n"
        status, _, err = in_a_namespace(sys.executable, "-c", source)
        assert (status, "ConnectionRefusedError" in err) == (1, True)


@needs_namespaces
def test_a_reset_of_the_server_is_a_reset_for_the_client(in_a_namespace: InANamespace, zangsho: ZangshoTenant) -> None:
    zangsho.faults.plan("reset")
    source = f"""
import os, urllib.request as u
headers = {{"Authorization": "Bearer {zangsho.token}", "Content-Type": "application/json"}}
u.urlopen(u.Request(os.environ["MOCKSERVERS_URL"] + "/zangsho/v1/customers", b"{{}}", headers))
"""
    status, _, err = in_a_namespace(sys.executable, "-c", source)
    assert (status, "ConnectionResetError" in err) == (1, True), err


@needs_namespaces
@pytest.mark.parametrize(
    ("script", "status"), [("exit 3", 3), ("kill -TERM $$", 143), ("no-such-command", 127), ("test -w /etc/hosts", 0)]
)
def test_the_exit_status_of_an_isolated_command_is_passed_on(
    in_a_namespace: InANamespace, script: str, status: int
) -> None:
    assert in_a_namespace("sh", "-c", script)[0] == status


@needs_namespaces
def test_a_missing_command_ends_with_the_status_that_shells_use(in_a_namespace: InANamespace, tmp_path: Path) -> None:
    assert in_a_namespace("no-such-command")[::2] == (127, "mockservers: no-such-command: No such file or directory\n")
    assert in_a_namespace(str(tmp_path))[0] == 126


@needs_namespaces
def test_a_broken_pipe_ends_an_isolated_command_as_usual(in_a_namespace: InANamespace) -> None:
    assert in_a_namespace("bash", "-c", "yes | head -1; exit ${PIPESTATUS[0]}")[0] == 128 + signal.SIGPIPE


def ours() -> list[str]:
    """The threads that answer an isolated command."""
    names = (thread.name for thread in threading.enumerate())
    return [name for name in names if name in ("mockservers-isolated", "mockservers-names")]


@needs_namespaces
def test_isolation_leaves_the_machine_unchanged(in_a_namespace: InANamespace) -> None:
    before = Path("/etc/hosts").read_bytes(), str(Path("/proc/self/ns/net").readlink()), ours()
    _, out, _ = in_a_namespace("sh", "-c", "cat /etc/hosts; readlink /proc/self/ns/net")
    assert "127.0.0.1 api.zangsho.com\n" in out
    assert before[1] not in out
    assert (
        Path("/etc/hosts").read_bytes(),
        str(Path("/proc/self/ns/net").readlink()),
        ours(),
    ) == before


def test_a_port_that_the_mocks_use_cannot_be_forwarded(mock_server: MockServer) -> None:
    with pytest.raises(UsageError, match="--reach 443: the mocks use this port"):
        run(Run(["true"], url=mock_server.url, isolated=True, ports=(443,)))


def test_a_machine_without_namespaces_is_an_error(mock_server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match=r"needs Linux.*this is darwin.*or omit --isolate"):
        run(Run(["true"], url=mock_server.url, isolated=True))


def test_the_resolver_refuses_every_other_name() -> None:
    asked = bytes.fromhex("beef 0100 0001 0000 0000 0000 02 6462 07 6578616d706c65 03 636f6d 00 0001 0001")
    assert asked_name(asked) == "db.example.com"
    assert refusal(asked) == bytes.fromhex("beef 8183 0001 0000 0000 0000") + asked[12:]
    assert [asked_name(asked[:length]) for length in (0, 5, 12, 20, len(asked) - 1)] == [None] * 5
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        address = bound.getsockname()
        names = NoNames(bound)
        names.start()
        client.sendto(b"\xff\x00hostile", address)
        client.sendto(asked, address)
        assert client.recv(512) == refusal(asked)
        names.stop()
        assert names.asked == {"db.example.com": 1}
