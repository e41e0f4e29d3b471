"""The image by Testcontainers, in Python and in Node: against a real engine, which scripts/container brings along.

DOCKER_HOST    the engine's socket
TESTS_IMAGE    the image that it has
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from mockservers.core.errors import UsageError

if TYPE_CHECKING:
    from mockservers.testing.containers import MockserversContainer

ROOT = Path(__file__).parents[2]
VITEST = ROOT / "clients/node/node_modules/.bin/vitest"
IMAGE = os.environ.get("TESTS_IMAGE", "")
PATIENT = {"timeout": 300}
"""An engine that copies whole layers is slow to make a container."""

NEIGHBOUR = """
import json, ssl, sys, urllib.request
name = "api.zangsho.com"
context = ssl.create_default_context(cadata=sys.argv[1])
for url in (f"http://{name}:8080/v1/customers", f"https://{name}:8443/v1/customers"):
    asked = urllib.request.Request(url, headers={"Authorization": "Bearer " + sys.argv[2]})
    print(urllib.request.urlopen(asked, timeout=20, context=context if url[4] == "s" else None).status)
"""

pytestmark = pytest.mark.skipif(
    not IMAGE, reason="there is no image here: scripts/container builds it and runs this file"
)


@pytest.fixture(scope="module")
def mocks() -> Iterator[MockserversContainer]:
    from mockservers.testing.containers import MockserversContainer

    names = {"fanship": "fanship.example"}
    with MockserversContainer(IMAGE, tls=True, host_names=names, docker_client_kw=PATIENT) as container:
        yield container


def test_a_tenant_of_a_container_keeps_a_ledger_and_fails_by_the_verdict(mocks: MockserversContainer) -> None:
    zangsho = mocks.tenant("zangsho")
    answer = requests.post(
        f"{zangsho.url}/v1/customers",
        headers={"Authorization": f"Bearer {zangsho.token}"},
        json={"email": "chen.meili@example.com", "phoneNumber": "0923456789"},
        timeout=20,
    )
    assert answer.status_code == 201
    assert [each["email"] for each in zangsho.state["customers"]] == ["chen.meili@example.com"]
    with pytest.raises(AssertionError, match=r"(?s)Lost: Zangsho does not store .*phoneNumber"):
        zangsho.check()
    zangsho.close()


def test_the_admin_api_of_a_container_asks_for_its_token(mocks: MockserversContainer) -> None:
    tenants = f"{mocks.url}/__admin/tenants"
    assert requests.get(tenants, timeout=20).status_code == 401
    authorized = requests.get(tenants, headers={"Authorization": f"Bearer {mocks.token}"}, timeout=20)
    assert authorized.status_code == 200


def test_the_vendors_own_addresses_answer_through_the_proxy(mocks: MockserversContainer, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(mocks.ca, "utf-8")
    with mocks.tenant("zangsho") as zangsho:
        answer = requests.get(
            "https://api.zangsho.com/v1/orders",
            headers={"Authorization": f"Bearer {zangsho.token}"},
            proxies={"https": mocks.proxy},
            verify=str(ca),
            timeout=20,
        )
        assert answer.status_code == 200


def test_the_tls_certificate_is_valid_for_the_given_host_name(mocks: MockserversContainer) -> None:
    address = mocks.get_container_host_ip(), int(mocks.get_exposed_port(8443))
    with (
        socket.create_connection(address, timeout=20) as plain,
        mocks.ssl_context().wrap_socket(plain, server_hostname="fanship.example") as secure,
    ):
        assert secure.getpeercert()


def test_another_container_reaches_the_vendors_by_their_own_names() -> None:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network

    from mockservers.testing.containers import MockserversContainer

    mocks = MockserversContainer(IMAGE, tls=True, docker_client_kw=PATIENT)
    with Network() as network, mocks.with_vendor_names(network):
        command = shlex.join(["-c", NEIGHBOUR, mocks.ca, "1|demo-zangsho-token"])
        neighbour = DockerContainer(IMAGE, command=command, docker_client_kw=PATIENT)
        with neighbour.with_network(network).with_kwargs(entrypoint=["python3"]) as client:
            assert client.get_wrapped_container().wait(timeout=60)["StatusCode"] == 0, client.get_logs()
            assert client.get_logs()[0].split() == [b"200", b"200"]


def test_calls_that_need_tls_say_so(mocks: MockserversContainer) -> None:
    from mockservers.testing.containers import MockserversContainer

    plain = MockserversContainer(IMAGE)
    with pytest.raises(UsageError, match=r"Fix: MockserversContainer\(tls=True\)"):
        _ = plain.proxy


@pytest.mark.skipif(not VITEST.exists(), reason="scripts/node-client has not installed what clients/node needs")
def test_the_node_client_passes_its_container_tests() -> None:
    command = [str(VITEST), "run", "--config", "test/containers/vitest.config.ts"]
    done = subprocess.run(command, cwd=ROOT / "clients" / "node", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
